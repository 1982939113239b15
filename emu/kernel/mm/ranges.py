"""Ranges of addresses that a program names, area by area: what madvise, mlock, msync and mincore share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from emu.kernel.errno import EINVAL, ENOMEM, Errno
from emu.kernel.mm.page import PAGE_SIZE, page_align
from emu.kernel.mm.vma import Vma

if TYPE_CHECKING:
    from emu.kernel.mm.mm import Mm

Act = Callable[["Mm", Vma, int, int], None]  # of an area: from an address up to another


def check_range(mm: Mm, start: int, length: int) -> int:
    """The end of a page-aligned range. EINVAL ENOMEM."""
    end = start + page_align(length)
    if start & (PAGE_SIZE - 1) or length < 0:
        raise Errno(EINVAL)
    if end > mm.task_size:
        raise Errno(ENOMEM)
    return end


def walk_areas(mm: Mm, start: int, end: int, act: Act, pass_holes: bool = True) -> None:
    """Do something to every area of a range; holes are passed over and reported at the end, or end it: ENOMEM."""
    reached, hole = start, False
    for vma in mm.areas_between(start, end):
        hole |= vma.vm_start > reached
        if hole and not pass_holes:
            break
        low, high = max(start, vma.vm_start), min(end, vma.vm_end)
        reached = high
        act(mm, vma, low, high)
    if hole or reached < end:
        raise Errno(ENOMEM)
