"""mlock: pages that reclaim must leave alone (Linux: mm/mlock.c)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from emu.isa.paging import PTE_V
from emu.kernel.errno import EINVAL, ENOMEM, EPERM, Errno
from emu.kernel.mm import zap
from emu.kernel.mm.madvise import change_flags
from emu.kernel.mm.page import PAGE_SIZE, PG_UNEVICTABLE, page_align
from emu.kernel.mm.ranges import walk_areas
from emu.kernel.mm.uaccess import populate
from emu.kernel.mm.vma import (
    VM_HUGETLB,
    VM_LOCKED,
    VM_LOCKED_MASK,
    VM_LOCKONFAULT,
    Vma,
)

if TYPE_CHECKING:
    from emu.kernel.mm.mm import Mm


def do_mlock(mm: Mm, start: int, length: int, flags: int) -> None:
    """Pages of a locked area are never reclaimed; with VM_LOCKONFAULT in `flags` they come when they are touched; 0
    unlocks. EPERM where nothing may be locked, EINVAL for a range that wraps around, ENOMEM for holes, PROT_NONE, pages
    that can't be had or beyond RLIMIT_MEMLOCK.
    """
    first = start & -PAGE_SIZE
    end = first + (page_align(length + (start & PAGE_SIZE - 1)) & mm.kernel.xlen_mask)
    if end > mm.kernel.xlen_mask + 1:
        raise Errno(EINVAL)
    if end > mm.task_size:
        raise Errno(ENOMEM)
    if first >= end:
        return
    if flags and not mm.memlock_limit:
        raise Errno(EPERM)
    if flags:
        fresh = sum(vma.pages for vma in mm.areas_between(first, end) if not vma.vm_flags & VM_LOCKED)
        if (mm.locked_vm + min(fresh, (end - first) >> 12)) << 12 > mm.memlock_limit:
            raise Errno(ENOMEM)
    walk_areas(mm, first, end, partial(lock_area, flags=flags) if flags else unlock_area, pass_holes=False)
    if flags and not flags & VM_LOCKONFAULT and not populate(mm, first, end):
        raise Errno(ENOMEM)


def lock_area(mm: Mm, vma: Vma, low: int, high: int, flags: int) -> None:
    """VM_LOCKED for a part of an area; its pages count once."""
    if vma.vm_flags & VM_HUGETLB:  # they stay in memory as it is
        return
    fresh = not vma.vm_flags & VM_LOCKED
    change_flags(mm, vma, low, high, VM_LOCKED_MASK, flags)
    mm.locked_vm += (high - low) >> 12 if fresh else 0


def unlock_area(mm: Mm, vma: Vma, low: int, high: int) -> None:
    """And back: pages may be reclaimed again."""
    if not vma.vm_flags & VM_LOCKED:
        return
    change_flags(mm, vma, low, high, VM_LOCKED_MASK, 0)
    mm.locked_vm -= (high - low) >> 12
    lru, flags = mm.pages.lru, mm.pages.mem_map.flags
    for first, last, _ in zap.table_slices(mm, low, high):
        for cell in range(first, last):
            pfn = mm.cells[cell] >> 10
            if mm.cells[cell] & PTE_V and flags[pfn] & PG_UNEVICTABLE and lru.holds(pfn):
                lru.move(pfn, clear_flags=PG_UNEVICTABLE)
