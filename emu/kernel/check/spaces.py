"""Address spaces: areas, tables, entries and what is counted of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from emu.isa.paging import PTE_R, PTE_U, PTE_V, PTE_W, PTE_X
from emu.kernel.mm.page import (
    PG_ANON,
    PG_TABLE,
)
from emu.kernel.mm.vma import VM_LOCKED, VM_RWX, VM_SHARED, VM_WRITE
from emu.kernel.panic import bug_on

if TYPE_CHECKING:
    from emu.kernel.mm.mm import Mm


def check_areas(mm: Mm) -> None:
    """Areas are sorted, don't overlap, lie in user space, and add up to total_vm."""
    bug_on([vma.vm_start for vma in mm.vmas] != mm.starts, "starts differ from areas")
    end = 0
    for vma in mm.vmas:
        bug_on(not end <= vma.vm_start < vma.vm_end <= mm.task_size, "areas overlap or lie outside", vma)
        bug_on(bool(vma.vm_start & 4095 or vma.vm_end & 4095), "area not page-aligned", vma)
        linked = vma.vm_file is None or vma in vma.mapping.areas
        bug_on(not linked or bool(vma.anon_vma and vma not in vma.anon_vma.areas), "area not in its rmap", vma)
        end = vma.vm_end
    total = sum(vma.pages for vma in mm.vmas)
    bug_on(total != mm.total_vm, "total_vm is wrong", total, mm.total_vm)
    locked = sum(vma.pages for vma in mm.vmas if vma.vm_flags & VM_LOCKED)
    bug_on(locked != mm.locked_vm, "locked_vm is wrong", locked, mm.locked_vm)


def tables(mm: Mm) -> Iterator[tuple[int, int, int]]:
    """(depth, frame, first address) of every table, from the root, by walking the real entries."""
    levels = mm.scheme.levels
    stack = [(0, mm.pgd, 0)]
    while stack:
        depth, table, base = stack.pop()
        yield depth, table, base
        if depth < len(levels) - 1:
            for index, pte in used_entries(mm, table << mm.cell_shift):
                if pte & PTE_V and not pte & (PTE_R | PTE_X):
                    stack.append((depth + 1, pte >> 10, base + (index << levels[depth].shift)))


def used_entries(mm: Mm, first: int) -> Iterator[tuple[int, int]]:
    """(index, entry) of a table's entries that are not 0."""
    table = mm.many_cells[first : first + (1 << mm.cell_shift)]
    used = table.nonzero()[0]
    yield from zip(used.tolist(), table[used].tolist(), strict=True)


def check_tables(mm: Mm) -> None:
    """The index of last-level tables is what a walk finds; every table is a PG_TABLE frame with one user."""
    mem_map, found, count = mm.pages.mem_map, {}, 0
    for depth, table, base in tables(mm):
        count += 1
        flags, users = mem_map.flags[table], mem_map.refcount[table]
        bug_on(not flags & PG_TABLE or users != 1, "a page table's frame", table, flags, users)
        if depth == len(mm.scheme.levels) - 1:
            found[base >> mm.pmd_shift] = table << mm.cell_shift
        else:
            used = len(list(used_entries(mm, table << mm.cell_shift)))
            bug_on(used != mem_map.index[table], "count of entries", table, used, mem_map.index[table])
    bug_on(found != mm.ptes, "mm.ptes differs from the tables", len(found), len(mm.ptes))
    aside = sum(1 for _, table in mm.huge.values() if table)
    bug_on(count + aside != mm.nr_tables, "nr_tables is wrong", count, aside, mm.nr_tables)


def entries(mm: Mm) -> Iterator[tuple[int, int]]:
    """(address, entry) of every last-level entry that is not 0."""
    for key, base in mm.ptes.items():
        for index, pte in used_entries(mm, base):
            yield (key << mm.pmd_shift) + (index << 12), pte
    for key, (cell, table) in mm.huge.items():
        for index in range(mm.pte_mask + 1 if table else 0):
            yield (key << mm.pmd_shift) + (index << 12), mm.cells[cell] + (index << 10)


def check_entries(mm: Mm) -> None:
    """An entry lies in an area and grants no more than it."""
    for addr, pte in entries(mm):
        vma = mm.vma_at(addr)
        bug_on(vma is None, "an entry outside all areas", hex(addr), hex(pte))
        if not pte & PTE_V:
            continue
        allowed = vma.prot_rw if vma.vm_flags & VM_WRITE else vma.prot_ro
        extra = pte & 0b11110 & ~allowed
        bug_on(bool(extra), "an entry grants more than its area", hex(addr), hex(pte), vma)
        bug_on(bool(vma.vm_flags & VM_RWX) != bool(pte & PTE_U), "U bit", hex(addr), hex(pte), vma)
        private = not vma.vm_flags & VM_SHARED and pte & PTE_W
        shared_frame = mm.pages.mem_map.mapcount[pte >> 10] > 1
        bug_on(bool(private and shared_frame), "a writable private entry to a shared frame", hex(addr), hex(pte))


def check_rss(mm: Mm) -> None:
    """The rss counters are what the entries say."""
    mem_map, anon, file, shmem = mm.pages.mem_map, 0, 0, 0
    for addr, pte in entries(mm):
        pfn = pte >> 10
        if not pte & PTE_V or pfn == mm.pages.zero_pfn:
            continue
        if mem_map.flags[pfn] & PG_ANON:
            anon += 1
        elif mm.vma_at(addr).mapping.is_shmem:
            shmem += 1
        else:
            file += 1
    bug_on((anon, file, shmem) != (mm.rss_anon, mm.rss_file, mm.rss_shmem), "rss", (anon, file, shmem), mm.rss)
