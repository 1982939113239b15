"""mremap: a mapping grows, shrinks or moves; when it moves, page-table entries are moved, not pages (Linux:
mm/mremap.c).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EAGAIN, EFAULT, EINVAL, ENOMEM, Errno
from emu.kernel.mm import overcommit, rmap, tlb
from emu.kernel.mm.hugetlb import hugetlb_move
from emu.kernel.mm.merge import split_vma, vma_merge
from emu.kernel.mm.mmap import do_munmap
from emu.kernel.mm.page import PAGE_SIZE, page_align
from emu.kernel.mm.pgtable import pte_alloc
from emu.kernel.mm.unmapped_area import get_unmapped_area, lowest, start_gap
from emu.kernel.mm.vma import VM_ACCOUNT, VM_DONTEXPAND, VM_HUGETLB, VM_LOCKED, VM_LOCKED_MASK, VM_MAYSHARE, Vma
from emu.kernel.mm.zap import table_slices

if TYPE_CHECKING:
    from emu.kernel.mm.mm import Mm

MREMAP_MAYMOVE, MREMAP_FIXED, MREMAP_DONTUNMAP = 1, 2, 4


def do_mremap(mm: Mm, addr: int, old_len: int, new_len: int, flags: int, new_addr: int) -> int:
    """The address after the change. EINVAL EFAULT ENOMEM EAGAIN. An `old_len` of 0 maps shared memory a second time,
    MREMAP_DONTUNMAP leaves an empty area where the pages were.
    """
    old_len, new_len = page_align(old_len), page_align(new_len)
    check_arguments(mm, addr, old_len, new_len, flags)
    if flags & (MREMAP_FIXED | MREMAP_DONTUNMAP):
        check_target(mm, addr, old_len, new_len, flags, new_addr)
    if addr + old_len > mm.task_size or mm.vma_at(addr) is None:
        raise Errno(EFAULT)
    if mm.vma_at(addr).vm_flags & VM_HUGETLB:
        old_len, new_len = hugetlb_lengths(mm, addr, old_len, new_len, new_addr)
    if flags & MREMAP_FIXED:
        return mremap_to(mm, addr, old_len, new_len, new_addr, flags)
    if flags & MREMAP_DONTUNMAP:
        vma = area_to_resize(mm, addr, old_len, new_len, flags)
        return move_vma(mm, vma, addr, old_len, new_len, get_unmapped_area(mm, 0, new_len), flags)
    if old_len >= new_len:
        if old_len > new_len:
            do_munmap(mm, addr + new_len, old_len - new_len)
        return addr
    vma = area_to_resize(mm, addr, old_len, new_len, flags)
    if old_len and vma.vm_end == addr + old_len and room_behind(mm, vma, new_len - old_len):
        return grow(mm, vma, addr, new_len - old_len)
    if not flags & MREMAP_MAYMOVE:
        raise Errno(ENOMEM)
    return move_vma(mm, vma, addr, old_len, new_len, get_unmapped_area(mm, 0, new_len), flags)


def check_arguments(mm: Mm, addr: int, old_len: int, new_len: int, flags: int) -> None:
    """What mremap(2) forbids. EINVAL."""
    if flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP) or addr & (PAGE_SIZE - 1) or not new_len:
        raise Errno(EINVAL)
    if flags & (MREMAP_FIXED | MREMAP_DONTUNMAP) and not flags & MREMAP_MAYMOVE:
        raise Errno(EINVAL)
    if flags & MREMAP_DONTUNMAP and old_len != new_len:
        raise Errno(EINVAL)
    if max(old_len, new_len) > mm.task_size:
        raise Errno(EINVAL)


def check_target(mm: Mm, addr: int, old_len: int, new_len: int, flags: int, new_addr: int) -> None:
    """The new place lies in the address space and does not touch the old one. EINVAL."""
    least = lowest(mm) if flags & MREMAP_FIXED else 0
    if new_addr & (PAGE_SIZE - 1) or not least <= new_addr <= mm.task_size - new_len:
        raise Errno(EINVAL)
    if addr < new_addr + new_len and new_addr < addr + old_len:
        raise Errno(EINVAL)


def hugetlb_lengths(mm: Mm, addr: int, old_len: int, new_len: int, new_addr: int) -> tuple[int, int]:
    """Of huge pages both lengths are whole pages, and they never grow. EINVAL."""
    size = 1 << mm.pmd_shift
    old_len, new_len = old_len + -old_len % size, new_len + -new_len % size
    if (addr | new_addr) & size - 1 or new_len > old_len:
        raise Errno(EINVAL)
    return old_len, new_len


def area_to_resize(mm: Mm, addr: int, old_len: int, new_len: int, flags: int) -> Vma:
    """vma_to_resize: one area must hold all of the old range. EFAULT EINVAL ENOMEM EAGAIN."""
    vma = mm.vma_at(addr)
    if vma is None:
        raise Errno(EFAULT)
    if not old_len and not vma.vm_flags & VM_MAYSHARE:
        raise Errno(EINVAL)
    if flags & MREMAP_DONTUNMAP and vma.vm_flags & VM_DONTEXPAND:
        raise Errno(EINVAL)
    if old_len > vma.vm_end - addr or (new_len != old_len and vma.vm_flags & VM_DONTEXPAND):
        raise Errno(EFAULT)
    if new_len > old_len or flags & MREMAP_DONTUNMAP:
        more = (new_len if flags & MREMAP_DONTUNMAP else new_len - old_len) >> 12
        if vma.vm_flags & VM_LOCKED and (mm.locked_vm + more) << 12 > mm.memlock_limit:
            raise Errno(EAGAIN)
        overcommit.may_expand(mm, vma.vm_flags, more)
    return vma


def room_behind(mm: Mm, vma: Vma, size: int) -> bool:
    """Whether an area can grow by `size` where it is."""
    above = mm.neighbours(vma)[1]
    end = vma.vm_end + size
    return end <= mm.task_size and (above is None or end <= start_gap(above))


def grow(mm: Mm, vma: Vma, addr: int, size: int) -> int:
    """In place."""
    if vma.vm_flags & VM_ACCOUNT:
        overcommit.charge(mm, size >> 12)
    if vma.vm_flags & VM_LOCKED:
        mm.locked_vm += size >> 12
    mm.resize(vma, vma.vm_start, vma.vm_end + size)
    vma_merge(mm, vma)
    return addr


def mremap_to(mm: Mm, addr: int, old_len: int, new_len: int, new_addr: int, flags: int) -> int:
    """MREMAP_FIXED: to exactly `new_addr`."""
    area_to_resize(mm, addr, min(old_len, new_len), min(old_len, new_len), 0)
    do_munmap(mm, new_addr, new_len)
    if old_len > new_len:
        do_munmap(mm, addr + new_len, old_len - new_len)
        old_len = new_len
    vma = area_to_resize(mm, addr, old_len, new_len, flags)
    return move_vma(mm, vma, addr, old_len, new_len, new_addr, flags)


def move_vma(mm: Mm, vma: Vma, addr: int, old_len: int, new_len: int, new_addr: int, flags: int) -> int:
    """A new area with the same offsets; the entries move over; the old range is unmapped, unless it is to stay."""
    if vma.vm_flags & VM_ACCOUNT:
        overcommit.charge(mm, new_len >> 12)
    try:
        if addr > vma.vm_start and old_len:
            vma = split_vma(mm, vma, addr)
        if old_len and addr + old_len < vma.vm_end:
            split_vma(mm, vma, addr + old_len)
    except Errno:
        if vma.vm_flags & VM_ACCOUNT:
            overcommit.uncharge(mm, new_len >> 12)
        raise
    if vma.vm_file is None and not vma.vm_flags & VM_MAYSHARE:
        rmap.anon_vma_prepare(vma)
    twin = Vma(mm, new_addr, new_addr + new_len, vma.vm_flags, vma.vm_file)
    twin.vm_pgoff, twin.anon_vma, twin.name = vma.index_of(addr), vma.anon_vma, vma.name
    if vma.vm_file:
        vma.vm_file.get()
    mm.insert(twin)
    if vma.vm_flags & VM_LOCKED:
        mm.locked_vm += new_len >> 12
    if vma.vm_flags & VM_HUGETLB:
        hugetlb_move(mm, vma, addr, addr + old_len, new_addr)
    else:
        move_page_tables(mm, addr, old_len, new_addr)
    tlb.flush_range(mm, addr, addr + old_len)
    if flags & MREMAP_DONTUNMAP:
        leave_empty(mm, vma)
    elif old_len:
        do_munmap(mm, addr, old_len)
    vma_merge(mm, twin)
    return new_addr


def leave_empty(mm: Mm, vma: Vma) -> None:
    """What is left after MREMAP_DONTUNMAP is not locked any more, and has no anonymous pages."""
    mm.locked_vm -= vma.pages if vma.vm_flags & VM_LOCKED else 0
    vma.set_flags(vma.vm_flags & ~VM_LOCKED_MASK)
    rmap.unlink(vma)
    vma.anon_vma = None
    rmap.link(vma)
    vma_merge(mm, vma)


def move_page_tables(mm: Mm, addr: int, length: int, new_addr: int) -> None:
    """Move every entry that is there. A new table may need reclaim, which changes entries: each is read when it is
    moved.
    """
    for low, high, start in list(table_slices(mm, addr, addr + length)):
        for cell in range(low, high):
            if mm.cells[cell]:
                target = start + ((cell - low) << 12) - addr + new_addr
                base = mm.ptes.get(target >> mm.pmd_shift)
                if base is None:
                    base = pte_alloc(mm, target)
                mm.cells[base + (target >> 12 & mm.pte_mask)] = mm.cells[cell]
                mm.cells[cell] = 0
