"""Transparent huge pages: one entry of the level above maps 2 MB (RV32: 4 MB) at once (Linux: mm/huge_memory.c).

Such a page is nothing but a block of frames in a row, each an ordinary anonymous page, that one entry maps
instead of a table. Whoever needs the single entries (munmap of a part, mprotect, fork, reclaim) first splits it: the
table, which was laid aside when the page was made, takes the entry's place. `mm.huge` knows the entries:
address >> pmd_shift → (cell of the entry, frame of the table laid aside).
The pages of MAP_HUGETLB (hugetlb.py) stand in it with frame 0: they are never split.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emu.isa.paging import PTE_V
from emu.kernel.mm import tlb
from emu.kernel.mm.page import PAGE_SIZE, PG_ANON, PG_CODE, PG_SWAPBACKED, PG_UPTODATE
from emu.kernel.mm.pgtable import pte_alloc, table_path
from emu.kernel.mm.rmap import anon_vma_prepare
from emu.kernel.mm.vma import VM_EXEC, VM_HUGEPAGE, VM_HUGETLB, VM_NOHUGEPAGE, Vma

if TYPE_CHECKING:
    from emu.kernel.mm.mm import Mm

NEVER, MADVISE, ALWAYS = "never", "madvise", "always"


def wanted(mm: Mm, vma: Vma, addr: int) -> bool:
    """Whether a first touch at `addr` may take a huge page: the mode, the area's advice, and room for all of it."""
    mode = mm.kernel.sysctl.transparent_hugepage
    if mode == NEVER or vma.vm_flags & VM_NOHUGEPAGE or (mode == MADVISE and not vma.vm_flags & VM_HUGEPAGE):
        return False
    size = 1 << mm.pmd_shift
    start = addr & -size
    return vma.vm_file is None and vma.vm_start <= start and start + size <= vma.vm_end


def do_huge_anonymous_page(mm: Mm, vma: Vma, addr: int) -> bool:
    """Map a huge page at first touch; False when there is no block of that size (small pages will do)."""
    base = pte_alloc(mm, addr)  # first, since it may be OutOfMemory
    pfn = mm.pages.alloc_pages(mm.cell_shift)
    if pfn is None:
        mm.kernel.vm.thp_fault_fallback += 1
        return False
    clear_block(mm, pfn)
    replace_table(mm, vma, addr >> mm.pmd_shift, pfn, base >> mm.cell_shift)
    mm.kernel.vm.thp_fault_alloc += 1
    return True


def replace_table(mm: Mm, vma: Vma, key: int, pfn: int, table: int) -> None:
    """A block of frames as a huge page takes the place of an empty table, which is laid aside for a split."""
    del mm.ptes[key]
    cell = table_path(mm, key << mm.pmd_shift)[-1][1]
    map_block(mm, vma, key << mm.pmd_shift, pfn, cell)
    mm.huge[key] = (cell, table)


def map_block(mm: Mm, vma: Vma, start: int, pfn: int, cell: int) -> None:
    """Enter a block of frames as the anonymous pages from `start` on, all mapped by the entry at `cell`."""
    pages, count = mm.pages, 1 << mm.cell_shift
    many = pages.mem_map.many
    frames = np.arange(pfn, pfn + count)
    code = PG_CODE if vma.vm_flags & VM_EXEC else 0
    many.flags[frames] = PG_ANON | PG_SWAPBACKED | PG_UPTODATE | code
    many.mapcount[frames] = 1
    many.index[frames] = np.arange(vma.index_of(start), vma.index_of(start) + count, dtype=np.uint64)
    anon_vma = anon_vma_prepare(vma)
    pages.mem_map.mapping.update(dict.fromkeys(frames.tolist(), anon_vma))
    pages.lru.pending.extend(frames.tolist())
    mm.rss_anon += count
    mm.cells[cell] = pfn << 10 | vma.prot_rw


def clear_block(mm: Mm, pfn: int) -> None:
    """Zero a block of frames, except those that nobody ever used."""
    many, ram = mm.pages.mem_map.many, mm.pages.ram
    count = 1 << mm.cell_shift
    if many.flags[pfn : pfn + count].any():
        ram[pfn << 12 : (pfn + count) << 12] = bytes(count * PAGE_SIZE)
    many.flags[pfn : pfn + count] = 0


def split(mm: Mm, key: int) -> int:
    """split_huge_pmd: the table laid aside gets an entry for each frame and takes the huge entry's place; its first
    cell.
    """
    cell, table = mm.huge.pop(key)
    entry = mm.cells[cell]
    base = table << mm.cell_shift
    first, flags = entry >> 10, entry & 0x3FF
    frames = np.arange(first, first + (1 << mm.cell_shift), dtype=mm.many_cells.dtype)
    mm.many_cells[base : base + (1 << mm.cell_shift)] = frames << 10 | flags
    mm.cells[cell] = table << 10 | PTE_V
    mm.ptes[key] = base
    mm.kernel.vm.thp_split += 1
    tlb.flush_mm(mm)
    return base


def split_range(mm: Mm, start: int, end: int) -> None:
    """Split every transparent huge page that shares an address with start … end."""
    for key in [key for key in mm.huge if key << mm.pmd_shift < end and (key + 1) << mm.pmd_shift > start]:
        vma = mm.vma_at(key << mm.pmd_shift)
        if vma is None or not vma.vm_flags & VM_HUGETLB:
            split(mm, key)
