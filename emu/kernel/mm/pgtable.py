"""Page tables: real tables in frames of simulated memory, four levels on RV64 (Sv48), two on RV32 (Sv32).

    PGD ──► PUD ──► PMD ──► PTE ──► frame          the entries a hart's own walker reads

Linux walks from the PGD each time. So do we when a table is missing; `mm.ptes` remembers where each last-level table
lies (address >> pmd_shift → number of its first cell), which is what makes a fault cheap. A cell is one entry:
m.ram64[cell], on RV32 m.ram32[cell].
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.isa.paging import PTE_V

if TYPE_CHECKING:
    from emu.kernel.mm.mm import Mm


def pte_alloc(mm: Mm, addr: int) -> int:
    """The first cell of the last-level table for `addr`, made (with the levels above it) where missing. OutOfMemory."""
    cells, mem_map, pages = mm.cells, mm.pages.mem_map, mm.pages
    table = mm.pgd
    for level in mm.scheme.levels[:-1]:
        cell = (table << mm.cell_shift) + level.index(addr)
        if not cells[cell]:
            new = pages.alloc_table()
            cells[cell] = new << 10 | PTE_V
            mem_map.index[table] += 1
            mm.nr_tables += 1
        table = cells[cell] >> 10
    base = table << mm.cell_shift
    mm.ptes[addr >> mm.pmd_shift] = base
    return base


def pmd_alloc(mm: Mm, addr: int) -> int:
    """The cell of the entry above the last level, for a huge page; it counts as used from now on. OutOfMemory."""
    cells, mem_map, table = mm.cells, mm.pages.mem_map, mm.pgd
    *upper, last = mm.scheme.levels[:-1]
    for level in upper:
        cell = (table << mm.cell_shift) + level.index(addr)
        if not cells[cell]:
            cells[cell] = mm.pages.alloc_table() << 10 | PTE_V
            mem_map.index[table] += 1
            mm.nr_tables += 1
        table = cells[cell] >> 10
    mem_map.index[table] += 1
    return (table << mm.cell_shift) + last.index(addr)


def table_path(mm: Mm, addr: int) -> list[tuple[int, int]]:
    """From the root down: (table's frame, cell of the entry that points on), up to the last-level table's parent."""
    path, table = [], mm.pgd
    for level in mm.scheme.levels[:-1]:
        cell = (table << mm.cell_shift) + level.index(addr)
        path.append((table, cell))
        if not mm.cells[cell]:
            break
        table = mm.cells[cell] >> 10
    return path


def pte_free(mm: Mm, key: int) -> None:
    """Free one last-level table, and the tables above it that become empty."""
    clear_upwards(mm, key << mm.pmd_shift, mm.ptes.pop(key) >> mm.cell_shift)


def pmd_clear(mm: Mm, addr: int) -> None:
    """Take a huge page's entry away, and the tables above it that become empty."""
    clear_upwards(mm, addr, 0)


def clear_upwards(mm: Mm, addr: int, child: int) -> None:
    """Clear the entry above the last level and free `child` behind it (0: none); go on up while a table is empty."""
    for table, cell in reversed(table_path(mm, addr)):
        mm.cells[cell] = 0
        if child:
            mm.pages.free_table(child)
            mm.nr_tables -= 1
        left = mm.pages.mem_map.index[table] - 1
        mm.pages.mem_map.index[table] = left
        if left:
            return
        child = table


def keys_between(mm: Mm, start: int, end: int) -> list[int]:
    """The last-level tables that exist for addresses start … end, ascending."""
    first, last = start >> mm.pmd_shift, (end - 1) >> mm.pmd_shift
    if last - first < len(mm.ptes):
        return [key for key in range(first, last + 1) if key in mm.ptes]
    return sorted(key for key in mm.ptes if first <= key <= last)


def free_pgtables(mm: Mm, floor: int, ceiling: int) -> None:
    """Free the last-level tables that lie wholly between two areas that stay, floor up to ceiling."""
    size = 1 << mm.pmd_shift
    start, end = -(-floor // size) * size, ceiling & -size
    if start < end:
        for key in keys_between(mm, start, end):
            pte_free(mm, key)
