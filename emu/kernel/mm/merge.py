"""Joining and cutting areas: neighbours that could be one are one (Linux: vma_merge, split_vma)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EINVAL, ENOMEM, Errno
from emu.kernel.mm import rmap
from emu.kernel.mm.vma import VM_HUGETLB, Vma

if TYPE_CHECKING:
    from emu.kernel.mm.mm import Mm


def reserve_vma(mm: Mm) -> None:
    """Before an area is made: there must be memory for its structure. ENOMEM."""
    if not mm.kernel.slab.caches["vm_area_struct"].reserve():
        raise Errno(ENOMEM)


def can_merge(left: Vma, right: Vma) -> bool:
    """Whether two touching areas could be one: same rights, same source, offsets in sequence, same AnonVma or only
    one.
    """
    return (
        left.vm_end == right.vm_start
        and left.vm_flags == right.vm_flags
        and left.vm_file is right.vm_file
        and left.vm_pgoff + left.pages == right.vm_pgoff
        and left.name == right.name
        and (left.anon_vma is right.anon_vma or left.anon_vma is None or right.anon_vma is None)
    )


def vma_merge(mm: Mm, vma: Vma) -> Vma:
    """Join an area with the neighbours it fits to; the area that is left."""
    before, after = mm.neighbours(vma)
    if before and can_merge(before, vma):
        vma = _join(mm, before, vma)
    if after and can_merge(vma, after):
        vma = _join(mm, vma, after)
    return vma


def _join(mm: Mm, left: Vma, right: Vma) -> Vma:
    if left.anon_vma is None and right.anon_vma is not None:
        left.anon_vma = right.anon_vma
        rmap.link(left)
    end = right.vm_end
    mm.remove(right)
    if right.vm_file:
        right.vm_file.put()
    mm.resize(left, left.vm_start, end)
    return left


def split_vma(mm: Mm, vma: Vma, addr: int) -> Vma:
    """Cut an area in two at `addr`; the lower part keeps its identity, the upper one is returned. ENOMEM."""
    if len(mm.vmas) >= mm.kernel.sysctl.max_map_count:
        raise Errno(ENOMEM)
    reserve_vma(mm)
    if vma.vm_flags & VM_HUGETLB and addr & ((1 << mm.pmd_shift) - 1):
        raise Errno(EINVAL)
    upper = Vma(mm, addr, vma.vm_end, vma.vm_flags, vma.vm_file)
    upper.vm_pgoff, upper.anon_vma, upper.name = vma.index_of(addr), vma.anon_vma, vma.name
    if vma.vm_file:
        vma.vm_file.get()
    mm.resize(vma, vma.vm_start, addr)
    mm.insert(upper)
    return upper


def isolate(mm: Mm, start: int, end: int) -> list[Vma]:
    """The areas between start and end, after cutting those that stick out."""
    first = mm.vma_at(start)
    if first and first.vm_start < start:
        split_vma(mm, first, start)
    last = mm.vma_at(end - 1)
    if last and last.vm_end > end:
        split_vma(mm, last, end)
    return mm.areas_between(start, end)
