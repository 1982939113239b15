"""mprotect: new rights for a range of addresses (Linux: mm/mprotect.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EACCES, EINVAL, ENOMEM, Errno
from emu.kernel.mm import overcommit, tlb, zap
from emu.kernel.mm.merge import split_vma, vma_merge
from emu.kernel.mm.page import PAGE_SIZE, page_align
from emu.kernel.mm.uaccess import populate
from emu.kernel.mm.vma import VM_ACCOUNT, VM_GROWSDOWN, VM_LOCKED, VM_LOCKED_MASK, VM_RWX, VM_SHARED, VM_WRITE, Vma

if TYPE_CHECKING:
    from emu.kernel.mm.mm import Mm

PROT_READ, PROT_WRITE, PROT_EXEC = 1, 2, 4
PROT_SEM, PROT_GROWSDOWN, PROT_GROWSUP = 8, 0x01000000, 0x02000000


def do_mprotect(mm: Mm, addr: int, length: int, prot: int) -> None:
    """Change the rights of a range. EINVAL, ENOMEM at a hole (what lay before it is changed), EACCES beyond VM_MAY*."""
    if addr & (PAGE_SIZE - 1) or prot & ~(VM_RWX | PROT_SEM | PROT_GROWSDOWN | PROT_GROWSUP):
        raise Errno(EINVAL)
    if prot & PROT_GROWSDOWN and prot & PROT_GROWSUP:
        raise Errno(EINVAL)
    if not length:
        return
    end = addr + page_align(length)
    if end > mm.task_size:
        raise Errno(ENOMEM)
    areas = mm.areas_between(addr, end)
    if not areas or (areas[0].vm_start > addr and not prot & PROT_GROWSDOWN):
        raise Errno(ENOMEM)
    if prot & PROT_GROWSUP:  # no area grows up
        raise Errno(EINVAL)
    if prot & PROT_GROWSDOWN:
        addr = grows_down_start(areas[0])
    reached = addr
    for vma in areas:
        if vma.vm_start > reached:
            raise Errno(ENOMEM)
        start, reached = max(addr, vma.vm_start), min(end, vma.vm_end)
        mprotect_fixup(mm, vma, start, reached, prot & VM_RWX)
    if reached < end:
        raise Errno(ENOMEM)


def grows_down_start(vma: Vma) -> int:
    """PROT_GROWSDOWN: the range begins where the area does. EINVAL for areas that don't grow down."""
    if not vma.vm_flags & VM_GROWSDOWN:
        raise Errno(EINVAL)
    return vma.vm_start


def mprotect_fixup(mm: Mm, vma: Vma, start: int, end: int, prot: int) -> None:
    """Give start … end of one area new rights: split it off, change its entries, join it with its new equals."""
    flags = vma.vm_flags & ~VM_RWX | prot
    if (flags & ~(flags >> 4)) & VM_RWX:
        raise Errno(EACCES)
    if flags == vma.vm_flags:
        return
    flags, promised = account(mm, vma, flags, (end - start) >> 12)
    to_fill = vma.vm_flags & (VM_LOCKED_MASK | VM_WRITE | VM_SHARED) == VM_LOCKED and flags & VM_WRITE
    try:
        vma = cut_out(mm, vma, start, end)
    except Errno:
        overcommit.uncharge(mm, max(promised, 0))
        raise
    overcommit.uncharge(mm, max(-promised, 0))
    mm.account(vma, -vma.pages)
    vma.set_flags(flags)
    mm.account(vma, vma.pages)
    zap.change_protection(mm, vma, start, end)
    tlb.flush_range(mm, start, end)
    vma_merge(mm, vma)
    if to_fill:  # copies are made now, for a write to locked memory is to be no fault
        populate(mm, start, end)


def cut_out(mm: Mm, vma: Vma, start: int, end: int) -> Vma:
    """The part of an area from start to end as an area of its own. ENOMEM."""
    if vma.vm_start < start:
        vma = split_vma(mm, vma, start)
    if vma.vm_end > end:
        split_vma(mm, vma, end)
    return vma


def account(mm: Mm, vma: Vma, flags: int, pages: int) -> tuple[int, int]:
    """The new flags after what they change for limits and promises, and the pages promised with them. Pages that may be
    written now are promised here; of anonymous ones that nobody has touched the promise ends when they may not, which
    is the caller's to do (a negative number). ENOMEM.
    """
    if overcommit.is_data(flags) and not overcommit.is_data(vma.vm_flags):
        overcommit.may_hold_data(mm, pages)
    if overcommit.accountable(flags, vma.vm_file) and not vma.vm_flags & (VM_ACCOUNT | VM_WRITE):
        overcommit.charge(mm, pages)
        return flags | VM_ACCOUNT, pages
    if not flags & VM_WRITE and vma.vm_flags & VM_ACCOUNT and not vma.vm_file and vma.anon_vma is None:
        return flags & ~VM_ACCOUNT, -pages
    return flags, 0
