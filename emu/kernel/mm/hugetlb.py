"""Huge pages of MAP_HUGETLB: a pool that is set aside beforehand (vm.nr_hugepages; Linux: mm/hugetlb.c).

A mapping reserves its pages in the pool and takes each at its first touch. They are mapped and unmapped as a whole and
are never split. A shared mapping's pages belong to a file without a name (hugetlbfs.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EINVAL, Errno
from emu.kernel.mm.fault import FAULT_MINOR, FAULT_SIGBUS
from emu.kernel.mm.huge import clear_block
from emu.kernel.mm.mm import Mm, address_spaces
from emu.kernel.mm.page import PG_STALE
from emu.kernel.mm.pgtable import pmd_alloc, pmd_clear
from emu.kernel.mm.vma import Vma

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel


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
        """Promise `count` free pages to a mapping; False if there are fewer than that."""
        if len(self.free) - self.reserved < count:
            return False
        self.reserved += count
        return True

    def blocks(self) -> list[int]:
        """The first frames of all: free, kept by the file of a shared mapping, and in a private one."""
        files = {pfn for file in self.kernel.shmem_files for pfn in getattr(file, "huge_blocks", {}).values()}
        spaces = address_spaces(self.kernel)
        mapped = [mm.cells[cell] >> 10 for mm in spaces for cell, table in mm.huge.values() if not table]
        return [*self.free, *files, *(pfn for pfn in mapped if pfn not in files)]

    def give_back(self, pfn: int) -> None:
        """A page that nobody uses any more."""
        self.kernel.pages.mem_map.many.flags[pfn : pfn + (1 << self.order)] |= PG_STALE
        self.free.append(pfn)


def hugetlb_fault(mm: Mm, vma: Vma, addr: int) -> int:
    """First touch of a huge page: FAULT_MINOR, or FAULT_SIGBUS when the pool is empty in spite of its reservation."""
    shared = vma.vm_file.inode if vma.vm_file is not None else None
    pfn = shared.page(mm, vma.index_of(addr) >> mm.cell_shift) if shared else take_reserved(mm)
    if pfn is None:
        return FAULT_SIGBUS
    cell = pmd_alloc(mm, addr)
    mm.cells[cell] = pfn << 10 | vma.prot_rw
    mm.huge[addr >> mm.pmd_shift] = (cell, 0)
    return FAULT_MINOR


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


def hugetlb_dont_need(mm: Mm, vma: Vma, start: int, end: int) -> None:
    """MADV_DONTNEED: the whole pages of a range go back to the pool, which keeps them for the area. EINVAL."""
    size = 1 << mm.pmd_shift
    if start & size - 1:
        raise Errno(EINVAL)
    count = (end - start) // size
    mm.kernel.huge_pool.reserved += 0 if vma.vm_file else count
    hugetlb_zap(mm, vma, start, start + count * size)


def hugetlb_move(mm: Mm, vma: Vma, start: int, end: int, target: int) -> None:
    """mremap: the pages go to another place, and the promise of those that were never touched; the old area is
    unmapped then.
    """
    size = 1 << mm.pmd_shift
    mm.kernel.huge_pool.reserved += 0 if vma.vm_file else (end - start) // size
    for addr in range(start, end, size):
        found = mm.huge.pop(addr >> mm.pmd_shift, None)
        if found is not None:
            cell = pmd_alloc(mm, addr - start + target)
            mm.cells[cell] = mm.cells[found[0]]
            mm.huge[addr - start + target >> mm.pmd_shift] = (cell, 0)
            pmd_clear(mm, addr)


def hugetlb_protect(mm: Mm, vma: Vma, start: int, end: int) -> None:
    """mprotect of huge pages: whole entries."""
    for addr in range(start, end, 1 << mm.pmd_shift):
        found = mm.huge.get(addr >> mm.pmd_shift)
        if found is not None:
            mm.cells[found[0]] = mm.cells[found[0]] & ~0x3FF | vma.prot_rw
