"""The two areas that grow: the heap upwards by brk, the stack downwards by faults (Linux: mm/mmap.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EAGAIN, ENOMEM, Errno
from emu.kernel.mm import overcommit
from emu.kernel.mm.mmap import do_munmap, mmap_region
from emu.kernel.mm.page import PAGE_SIZE, page_align
from emu.kernel.mm.unmapped_area import STACK_GUARD_GAP, lowest
from emu.kernel.mm.vma import VM_GROWSDOWN, VM_LOCKED, VM_MAY, VM_READ, VM_WRITE, Vma
from emu.kernel.rlimit import RLIMIT_DATA, RLIMIT_STACK

if TYPE_CHECKING:
    from emu.kernel.mm.mm import Mm


def do_brk(mm: Mm, brk: int) -> int:
    """Move the end of the heap; the new end, or the old one when it can't move (brk never fails)."""
    if brk < mm.start_brk or brk > mm.task_size:
        return mm.brk
    old, new = page_align(mm.brk), page_align(brk)
    try:
        if new < old:
            do_munmap(mm, new, old - new)
        elif new > old:
            _grow_heap(mm, old, new, brk)
    except Errno:
        return mm.brk
    mm.brk = brk
    return brk


def _grow_heap(mm: Mm, old: int, new: int, brk: int) -> None:
    if brk - mm.start_brk + mm.end_data - mm.start_data > mm.rlimit(RLIMIT_DATA):
        raise Errno(ENOMEM)
    above = mm.find_vma(old)
    guard = STACK_GUARD_GAP if above and above.vm_flags & VM_GROWSDOWN else 0
    if (above and above.vm_start - guard < new) or len(mm.vmas) >= mm.kernel.sysctl.max_map_count:
        raise Errno(ENOMEM)
    if mm.def_flags & VM_LOCKED and (mm.locked_vm << 12) + new - old > mm.memlock_limit:
        raise Errno(EAGAIN)
    mmap_region(mm, old, new - old, VM_READ | VM_WRITE | VM_MAY | mm.def_flags, None, 0)


def stack_above(mm: Mm, addr: int) -> Vma | None:
    """The area that may grow down to `addr`: a stack, within RLIMIT_STACK, away from what lies below."""
    vma = mm.find_vma(addr)
    if vma is None or not vma.vm_flags & VM_GROWSDOWN:
        return None
    start = addr & -PAGE_SIZE
    below = mm.neighbours(vma)[0]
    gap = 0 if below and below.vm_flags & VM_GROWSDOWN else STACK_GUARD_GAP
    if vma.vm_end - start > mm.rlimit(RLIMIT_STACK) or start < lowest(mm) or (below and start - below.vm_end < gap):
        return None
    grown = mm.locked_vm + ((vma.vm_start - start) >> 12)
    if vma.vm_flags & VM_LOCKED and grown << 12 > mm.memlock_limit:
        return None
    try:
        overcommit.may_expand(mm, vma.vm_flags, (vma.vm_start - start) >> 12)
        overcommit.may_charge(mm, (vma.vm_start - start) >> 12)
    except Errno:
        return None
    return vma


def expand_stack(mm: Mm, addr: int) -> Vma | None:
    """Grow the stack down to `addr`, if it may; the area."""
    vma, start = stack_above(mm, addr), addr & -PAGE_SIZE
    if vma is None:
        return None
    overcommit.charge(mm, (vma.vm_start - start) >> 12)
    if vma.vm_flags & VM_LOCKED:
        mm.locked_vm += (vma.vm_start - start) >> 12
    mm.resize(vma, start, vma.vm_end)
    return vma
