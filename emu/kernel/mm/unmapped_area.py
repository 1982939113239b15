"""Where a new mapping goes: the highest hole below mmap_base that is large enough (Linux: vm_unmapped_area).

So that a process with thousands of areas needn't look at all of them each time, the address space remembers below which
address to start (free_area_cache) and the largest hole it left behind above it (cached_hole_size).
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from emu.kernel.errno import ENOMEM, Errno
from emu.kernel.mm.page import PAGE_SIZE, page_align
from emu.kernel.mm.vma import VM_GROWSDOWN, Vma

if TYPE_CHECKING:
    from emu.kernel.mm.mm import Mm

STACK_GUARD_GAP = 256 * PAGE_SIZE


def lowest(mm: Mm) -> int:
    """vm.mmap_min_addr in whole pages: below it nothing is mapped, so that following a NULL pointer faults."""
    return page_align(mm.kernel.sysctl.mmap_min_addr)


def start_gap(vma: Vma) -> int:
    """Where the room below an area ends: a stack keeps its guard gap."""
    return max(0, vma.vm_start - STACK_GUARD_GAP) if vma.vm_flags & VM_GROWSDOWN else vma.vm_start


def is_free(mm: Mm, addr: int, length: int) -> bool:
    """Whether a mapping may lie at `addr` without touching another or a stack's guard gap."""
    if addr < lowest(mm) or addr > mm.task_size - length:
        return False
    above = mm.find_vma(addr)
    return above is None or addr + length <= start_gap(above)


def get_unmapped_area(mm: Mm, hint: int, length: int) -> int:
    """A free address for `length` bytes: the hint itself if free, else top-down, else bottom-up. ENOMEM."""
    if hint and is_free(mm, max(hint, lowest(mm)), length):
        return max(hint, lowest(mm))
    if length <= mm.cached_hole_size or mm.free_area_cache > mm.mmap_base:
        mm.free_area_cache, mm.cached_hole_size = mm.mmap_base, 0
    found = topdown(mm, length)
    if found is None:
        mm.free_area_cache, mm.cached_hole_size = mm.mmap_base, 0
        found = bottomup(mm, length)
    if found is None:
        raise Errno(ENOMEM)
    return found


def topdown(mm: Mm, length: int) -> int | None:
    """First fit, going down from free_area_cache."""
    limit = mm.free_area_cache
    at = bisect_left(mm.starts, limit)
    if at < len(mm.vmas):
        limit = min(limit, start_gap(mm.vmas[at]))
    for vma in reversed(mm.vmas[:at]):
        hole = limit - vma.vm_end
        if hole >= length:
            mm.free_area_cache = limit
            return limit - length
        mm.cached_hole_size = max(mm.cached_hole_size, hole)
        limit = min(limit, start_gap(vma))
    if limit - lowest(mm) >= length:
        mm.free_area_cache = limit
        return limit - length
    return None


def bottomup(mm: Mm, length: int) -> int | None:
    """First fit, going up from a third of the address space (TASK_UNMAPPED_BASE): the last resort."""
    addr = mm.task_size // 3 & -PAGE_SIZE
    while addr <= mm.task_size - length:
        above = mm.find_vma(addr)
        if above is None or addr + length <= start_gap(above):
            return addr
        addr = above.vm_end
    return None


def area_freed(mm: Mm, start: int, end: int) -> None:
    """After munmap of start … end: the hole it left may be the largest above free_area_cache."""
    if end > mm.free_area_cache:
        at = bisect_left(mm.starts, start)
        below = mm.vmas[at - 1].vm_end if at else 0
        above = mm.vmas[at].vm_start if at < len(mm.vmas) else mm.task_size
        mm.cached_hole_size = max(mm.cached_hole_size, above - below)
