"""madvise: what a program tells about its pages, each kind of advice a function (madvise(2); Linux: mm/madvise.c)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from emu.isa.paging import PTE_A, PTE_V
from emu.kernel.errno import EACCES, EFAULT, EINVAL, Errno
from emu.kernel.mm import filemap, khugepaged, lazyfree, tlb, zap
from emu.kernel.mm.hugetlb import hugetlb_dont_need
from emu.kernel.mm.merge import split_vma, vma_merge
from emu.kernel.mm.page import PAGE_SIZE, PG_ACTIVE, PG_REFERENCED, page_align
from emu.kernel.mm.ranges import Act, check_range, walk_areas
from emu.kernel.mm.uaccess import user_page
from emu.kernel.mm.vma import (
    VM_DONTCOPY,
    VM_DONTDUMP,
    VM_HUGEPAGE,
    VM_HUGETLB,
    VM_LOCKED,
    VM_MAYWRITE,
    VM_NOHUGEPAGE,
    VM_RAND_READ,
    VM_READ,
    VM_SEQ_READ,
    VM_SHARED,
    VM_WIPEONFORK,
    VM_WRITE,
    Vma,
)

if TYPE_CHECKING:
    from emu.kernel.mm.mm import Mm

MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED, MADV_DONTNEED = range(5)
MADV_FREE, MADV_REMOVE, MADV_DONTFORK, MADV_DOFORK = 8, 9, 10, 11
MADV_MERGEABLE, MADV_UNMERGEABLE, MADV_HUGEPAGE, MADV_NOHUGEPAGE = 12, 13, 14, 15
MADV_DONTDUMP, MADV_DODUMP, MADV_WIPEONFORK, MADV_KEEPONFORK, MADV_COLD, MADV_PAGEOUT = 16, 17, 18, 19, 20, 21
MADV_POPULATE_READ, MADV_POPULATE_WRITE, MADV_DONTNEED_LOCKED, MADV_COLLAPSE = 22, 23, 24, 25
# advice -> (flags to clear, flags to set)
FLAG_CHANGES = {
    MADV_NORMAL: (VM_RAND_READ | VM_SEQ_READ, 0),
    MADV_RANDOM: (VM_SEQ_READ, VM_RAND_READ),
    MADV_SEQUENTIAL: (VM_RAND_READ, VM_SEQ_READ),
    MADV_DONTFORK: (0, VM_DONTCOPY),
    MADV_DOFORK: (VM_DONTCOPY, 0),
    MADV_HUGEPAGE: (VM_NOHUGEPAGE, VM_HUGEPAGE),
    MADV_NOHUGEPAGE: (VM_HUGEPAGE, VM_NOHUGEPAGE),
    MADV_MERGEABLE: (0, 0),  # nothing is merged
    MADV_UNMERGEABLE: (0, 0),
    MADV_DONTDUMP: (0, VM_DONTDUMP),
    MADV_DODUMP: (VM_DONTDUMP, 0),
    MADV_KEEPONFORK: (VM_WIPEONFORK, 0),
}


def do_madvise(mm: Mm, start: int, length: int, advice: int) -> None:
    """EINVAL for unknown advice or what an area can't do, ENOMEM for holes."""
    if start + page_align(length) > mm.kernel.xlen_mask + 1:
        raise Errno(EINVAL)
    if advice not in FLAG_CHANGES and advice not in ACTS:
        raise Errno(EINVAL)
    end = check_range(mm, start, length)
    if advice in FLAG_CHANGES:
        clear, add = FLAG_CHANGES[advice]
        act: Act = partial(change_flags, clear=clear, add=add)
    else:
        act = ACTS[advice]
    if start < end:
        walk_areas(mm, start, end, act, pass_holes=advice not in (MADV_POPULATE_READ, MADV_POPULATE_WRITE))
    if advice == MADV_HUGEPAGE:
        mm.kernel.khugepaged.enter()


def change_flags(mm: Mm, vma: Vma, low: int, high: int, clear: int, add: int) -> None:
    """Give a part of an area other flags."""
    flags = vma.vm_flags & ~clear | add
    if flags == vma.vm_flags:
        return
    if vma.vm_start < low:
        vma = split_vma(mm, vma, low)
    if vma.vm_end > high:
        split_vma(mm, vma, high)
    vma.set_flags(flags)
    vma_merge(mm, vma)


def wipe_on_fork(mm: Mm, vma: Vma, low: int, high: int) -> None:
    """A child finds zeroes there. EINVAL unless private anonymous memory."""
    if vma.vm_file is not None or vma.vm_flags & VM_SHARED:
        raise Errno(EINVAL)
    change_flags(mm, vma, low, high, 0, VM_WIPEONFORK)


def populate(mm: Mm, vma: Vma, low: int, high: int, write: bool) -> None:
    """Fault the pages in as if they were read or written. EINVAL without that right, EFAULT where a fault fails."""
    if not vma.vm_flags & (VM_WRITE if write else VM_READ):
        raise Errno(EINVAL)
    for addr in range(low, high, PAGE_SIZE):
        try:
            user_page(mm, addr, write)
        except Errno:
            raise Errno(EFAULT) from None


def dont_need(mm: Mm, vma: Vma, low: int, high: int) -> None:
    """The pages go at once; anonymous memory reads as zeroes after it, a file as it is."""
    if vma.vm_flags & VM_LOCKED:
        raise Errno(EINVAL)
    dont_need_locked(mm, vma, low, high)


def dont_need_locked(mm: Mm, vma: Vma, low: int, high: int) -> None:
    """The same, of locked areas too."""
    if vma.vm_flags & VM_HUGETLB:
        hugetlb_dont_need(mm, vma, low, high)
    else:
        zap.zap_range(mm, vma, low, high)
    tlb.flush_range(mm, low, high)


def only_evictable(vma: Vma) -> None:
    """can_madv_lru_vma: pages that reclaim may not have keep their age. EINVAL."""
    if vma.vm_flags & (VM_LOCKED | VM_HUGETLB):
        raise Errno(EINVAL)


def cold(mm: Mm, vma: Vma, low: int, high: int) -> None:
    """The pages lose their age: inactive, not referenced."""
    only_evictable(vma)
    lru, mem_map = mm.pages.lru, mm.pages.mem_map
    lru.drain()
    for first, last, _ in zap.table_slices(mm, low, high):
        for cell in range(first, last):
            pte = mm.cells[cell]
            if pte & PTE_V and mem_map.mapcount[pte >> 10] == 1:
                mm.cells[cell] = pte & ~PTE_A
                if lru.holds(pte >> 10):
                    lru.move(pte >> 10, clear_flags=PG_ACTIVE | PG_REFERENCED)
    tlb.flush_range(mm, low, high)


def page_out(mm: Mm, vma: Vma, low: int, high: int) -> None:
    """MADV_PAGEOUT: reclaim these pages now."""
    cold(mm, vma, low, high)
    mem_map, lru = mm.pages.mem_map, mm.pages.lru
    pages = []
    for first, last, _ in zap.table_slices(mm, low, high):
        for cell in range(first, last):
            pfn = mm.cells[cell] >> 10
            if mm.cells[cell] & PTE_V and lru.holds(pfn) and mem_map.mapcount[pfn] == 1:
                lru.remove(pfn)
                pages.append(pfn)
    for at in range(0, len(pages), 32):
        mm.kernel.reclaimer.shrink_pages(pages[at : at + 32])


def will_need(mm: Mm, vma: Vma, low: int, high: int) -> None:
    """Start to read the pages of a file."""
    if vma.vm_file is None:
        return
    kernel, mapping = mm.kernel, vma.mapping
    for addr in range(low, min(high, low + (256 << 12)), PAGE_SIZE):
        index = vma.index_of(addr)
        if index << 12 < mapping.host.i_size and index not in mapping.pages and not mapping.is_shmem:
            filemap.read_cache_page(kernel, mapping, index)


def remove(mm: Mm, vma: Vma, low: int, high: int) -> None:
    """MADV_REMOVE: a hole in the file. EINVAL if it is locked or no file, EACCES unless shared and its file writable,
    EOPNOTSUPP.
    """
    if vma.vm_flags & VM_LOCKED or vma.vm_file is None:
        raise Errno(EINVAL)
    if vma.vm_flags & (VM_SHARED | VM_MAYWRITE) != VM_SHARED | VM_MAYWRITE:
        raise Errno(EACCES)
    vma.mapping.host.punch(vma.index_of(low), vma.index_of(high))


ACTS: dict[int, Act] = {
    MADV_WILLNEED: will_need,
    MADV_DONTNEED: dont_need,
    MADV_FREE: lazyfree.madvise_free,
    MADV_REMOVE: remove,
    MADV_COLD: cold,
    MADV_PAGEOUT: page_out,
    MADV_WIPEONFORK: wipe_on_fork,
    MADV_POPULATE_READ: partial(populate, write=False),
    MADV_POPULATE_WRITE: partial(populate, write=True),
    MADV_DONTNEED_LOCKED: dont_need_locked,
    MADV_COLLAPSE: khugepaged.madvise_collapse,
}
