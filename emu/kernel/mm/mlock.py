"""mlock: pages that reclaim must leave alone (Linux: mm/mlock.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.isa.paging import PTE_V
from emu.kernel.errno import EAGAIN, EINVAL, ENOMEM, Errno
from emu.kernel.mm import zap
from emu.kernel.mm.page import PAGE_SIZE, PG_UNEVICTABLE, page_align
from emu.kernel.mm.uaccess import populate
from emu.kernel.mm.vma import (
    VM_LOCKED,
    VM_RWX,
    Vma,
)
from emu.kernel.rlimit import RLIMIT_MEMLOCK

if TYPE_CHECKING:
    from emu.kernel.mm.mm import Mm

from emu.kernel.mm.madvise import change_flags, walk_areas


def do_mlock(mm: Mm, start: int, length: int, lock: bool) -> None:
    """Pages of a locked area are never reclaimed. EINVAL for a range that wraps around, ENOMEM for holes, PROT_NONE or
    beyond RLIMIT_MEMLOCK, EAGAIN if the pages can't be had.
    """
    first = start & -PAGE_SIZE
    end = page_align(start + length)
    if end > mm.kernel.xlen_mask + 1:
        raise Errno(EINVAL)
    if end > mm.task_size:
        raise Errno(ENOMEM)
    if first >= end:
        return
    if lock:
        fresh = sum(vma.pages for vma in mm.areas_between(first, end) if not vma.vm_flags & VM_LOCKED)
        if (mm.locked_vm + min(fresh, (end - first) >> 12)) << 12 > mm.rlimit(RLIMIT_MEMLOCK):
            raise Errno(ENOMEM)
    walk_areas(mm, first, end, lock_area if lock else unlock_area)


def lock_area(mm: Mm, vma: Vma, low: int, high: int) -> None:
    if not vma.vm_flags & VM_LOCKED:
        mm.locked_vm += (high - low) >> 12
        change_flags(mm, vma, low, high, 0, VM_LOCKED)
    if not populate(mm, low, high):
        raise Errno(EAGAIN if vma.vm_flags & VM_RWX else ENOMEM)


def unlock_area(mm: Mm, vma: Vma, low: int, high: int) -> None:
    if not vma.vm_flags & VM_LOCKED:
        return
    mm.locked_vm -= (high - low) >> 12
    change_flags(mm, vma, low, high, VM_LOCKED, 0)
    lru, flags = mm.pages.lru, mm.pages.mem_map.flags
    for first, last, _ in zap.table_slices(mm, low, high):
        for cell in range(first, last):
            pfn = mm.cells[cell] >> 10
            if mm.cells[cell] & PTE_V and flags[pfn] & PG_UNEVICTABLE and lru.holds(pfn):
                lru.move(pfn, clear_flags=PG_UNEVICTABLE)
