"""msync and mincore: bring mapped writes to the file; ask which pages are in memory (Linux: mm/msync.c, mincore.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.isa.paging import PTE_D, PTE_V
from emu.kernel.errno import EBUSY, EINVAL, Errno
from emu.kernel.mm import zap
from emu.kernel.mm.dirty import set_page_dirty
from emu.kernel.mm.page import PAGE_SIZE, page_align
from emu.kernel.mm.ranges import check_range, walk_areas
from emu.kernel.mm.vma import (
    VM_LOCKED,
    VM_SHARED,
    Vma,
)

if TYPE_CHECKING:
    from emu.kernel.mm.mm import Mm

MS_ASYNC, MS_INVALIDATE, MS_SYNC = 1, 2, 4


def do_msync(mm: Mm, start: int, length: int, flags: int) -> None:
    """MS_SYNC writes the dirty pages of shared file mappings and waits; MS_ASYNC only marks. EINVAL EBUSY ENOMEM."""
    if flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC) or (flags & MS_ASYNC and flags & MS_SYNC):
        raise Errno(EINVAL)
    end = check_range(mm, start, page_align(length) & mm.kernel.xlen_mask)

    def sync(mm: Mm, vma: Vma, low: int, high: int) -> None:
        if flags & MS_INVALIDATE and vma.vm_flags & VM_LOCKED:
            raise Errno(EBUSY)
        if vma.vm_file is not None and vma.vm_flags & VM_SHARED:
            collect_dirty(mm, vma, low, high)
            if flags & MS_SYNC:
                vma.vm_file.inode.fsync()

    if start < end:
        walk_areas(mm, start, end, sync)


def collect_dirty(mm: Mm, vma: Vma, low: int, high: int) -> None:
    """The D bits that the hardware has set become the frames'."""
    for first, last, _ in zap.table_slices(mm, low, high):
        for cell in range(first, last):
            if mm.cells[cell] & (PTE_V | PTE_D) == PTE_V | PTE_D:
                set_page_dirty(vma.mapping, mm.cells[cell] >> 10, mm.pages.mem_map)


def do_mincore(mm: Mm, start: int, length: int) -> bytes:
    """A byte for each page, 1 if it is in memory. ENOMEM for holes."""
    end = check_range(mm, start, length)
    found = bytearray()

    def look(mm: Mm, vma: Vma, low: int, high: int) -> None:
        for addr in range(low, high, PAGE_SIZE):
            pte = mm.entry(addr)
            cached = vma.vm_file is not None and vma.index_of(addr) in vma.mapping.pages
            found.append(1 if pte & PTE_V or (not pte and cached) else 0)

    walk_areas(mm, start, end, look)
    return bytes(found)
