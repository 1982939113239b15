"""Huge pages: one entry of the level above maps 2 MB (RV32: 4 MB) at once (Linux: mm/huge_memory.c, mm/hugetlb.c).

A transparent huge page is nothing but a block of frames in a row, each an ordinary anonymous page, that one entry maps
instead of a table. Whoever needs the single entries (munmap of a part, mprotect, fork, reclaim) first splits it: the
table, which was laid aside when the page was made, takes the entry's place. `mm.huge` knows the entries:
address >> pmd_shift → (cell of the entry, frame of the table laid aside).

MAP_HUGETLB takes its pages from a pool that was set aside beforehand (vm.nr_hugepages), and never splits them. A shared
mapping's pages belong to a file without a name (hugetlbfs.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emu.isa.paging import PTE_V
from emu.kernel.mm import tlb
from emu.kernel.mm.page import PAGE_SIZE, PG_ANON, PG_CODE, PG_STALE, PG_SWAPBACKED, PG_UPTODATE
from emu.kernel.mm.pgtable import pmd_alloc, pmd_clear, pte_alloc, table_path
from emu.kernel.mm.rmap import anon_vma_prepare
from emu.kernel.mm.vma import ACCESS_STORE, VM_EXEC, VM_HUGEPAGE, VM_HUGETLB, VM_NOHUGEPAGE, Vma

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.mm import Mm

NEVER, MADVISE, ALWAYS = "never", "madvise", "always"


# -- transparent huge pages -------------------------------------------------------------------------------------------
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


def fault(mm: Mm, vma: Vma, addr: int, access: int) -> int:
    """A fault where no table is: 0 when a huge page is mapped, NO_HUGE_PAGE when small ones must do, or SIGBUS."""
    if addr >> mm.pmd_shift in mm.huge:  # a TLB had the old entry
        tlb.flush_page(mm, addr)
        return 0
    if vma.vm_flags & VM_HUGETLB:
        return hugetlb_fault(mm, vma, addr)
    if access == ACCESS_STORE and wanted(mm, vma, addr) and do_huge_anonymous_page(mm, vma, addr):
        return 0
    if vma.vm_file is None and mm.kernel.sysctl.transparent_hugepage != NEVER:
        mm.kernel.khugepaged.enter()
    return NO_HUGE_PAGE


NO_HUGE_PAGE = -1
SIGBUS = 4


# -- hugetlb ----------------------------------------------------------------------------------------------------------
class HugePool:
    """Huge pages set aside: `free` blocks, `total` of them, `reserved` for mappings that haven't touched theirs."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.order = 9 if kernel.xlen == 64 else 10
        self.free: list[int] = []
        self.total = self.reserved = 0

    def resize(self, count: int) -> None:
        """vm.nr_hugepages: as many as can be had."""
        pages = self.kernel.pages
        while self.total < count and (pfn := pages.alloc_pages(self.order)) is not None:
            self.free.append(pfn)
            self.total += 1
        while self.total > count and len(self.free) > self.reserved:
            pages.free_pages(self.free.pop(), self.order)
            self.total -= 1

    def reserve(self, count: int) -> bool:
        if len(self.free) - self.reserved < count:
            return False
        self.reserved += count
        return True

    def give_back(self, pfn: int) -> None:
        """A page that nobody uses any more."""
        self.kernel.pages.mem_map.many.flags[pfn : pfn + (1 << self.order)] |= PG_STALE
        self.free.append(pfn)


def hugetlb_fault(mm: Mm, vma: Vma, addr: int) -> int:
    """Take a page of the pool; it was reserved at mmap."""
    shared = vma.vm_file.inode if vma.vm_file is not None else None
    pfn = shared.page(mm, vma.index_of(addr) >> mm.cell_shift) if shared else take_reserved(mm)
    if pfn is None:
        return SIGBUS
    cell = pmd_alloc(mm, addr)
    mm.cells[cell] = pfn << 10 | vma.prot_rw
    mm.huge[addr >> mm.pmd_shift] = (cell, 0)
    return 0


def take_reserved(mm: Mm) -> int | None:
    """A zeroed block of the pool, which was reserved at mmap."""
    pool = mm.kernel.huge_pool
    if not pool.free:
        return None
    pfn = pool.free.pop(0)
    pool.reserved -= 1
    clear_block(mm, pfn)
    return pfn


def hugetlb_zap(mm: Mm, vma: Vma, start: int, end: int) -> None:
    """The pages go back to the pool, and the promise of those that were never touched ends."""
    pool, size, shared = mm.kernel.huge_pool, 1 << mm.pmd_shift, vma.vm_file is not None
    for addr in range(start, end, size):
        found = mm.huge.pop(addr >> mm.pmd_shift, None)
        if found is None:
            pool.reserved -= not shared
            continue
        if not shared:  # else the file keeps it
            pool.give_back(mm.cells[found[0]] >> 10)
        pmd_clear(mm, addr)


def hugetlb_protect(mm: Mm, vma: Vma, start: int, end: int) -> None:
    """mprotect of huge pages: whole entries."""
    for addr in range(start, end, 1 << mm.pmd_shift):
        found = mm.huge.get(addr >> mm.pmd_shift)
        if found is not None:
            mm.cells[found[0]] = mm.cells[found[0]] & ~0x3FF | vma.prot_rw
