"""mmap and munmap on an address space (Linux: mm/mmap.c).

Addresses here are checked to lie below task_size; sizes are whole pages. Failures raise Errno with Linux's number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EACCES, EAGAIN, EEXIST, EINVAL, ENOMEM, EOVERFLOW, EPERM, Errno
from emu.kernel.mm import overcommit, pgtable, tlb, zap
from emu.kernel.mm.hugetlbfs import HUGE_NAME, HugeFile, open_huge_file
from emu.kernel.mm.merge import isolate, reserve_vma, vma_merge
from emu.kernel.mm.mmap_flags import (
    MAP_FIXED,
    MAP_FIXED_NOREPLACE,
    MAP_HUGETLB,
    MAP_LOCKED,
    MAP_PRIVATE,
    MAP_SHARED,
    MAP_TYPE,
    mmap_flags,
    unreserved,
)
from emu.kernel.mm.page import PAGE_SIZE, page_align
from emu.kernel.mm.unmapped_area import area_freed, get_unmapped_area, lowest
from emu.kernel.mm.vma import (
    VM_ACCOUNT,
    VM_DONTEXPAND,
    VM_HUGETLB,
    VM_LOCKED,
    VM_NORESERVE,
    VM_WRITE,
    Vma,
)

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.mm.mm import Mm

DEV_ZERO = 1 << 8 | 5


def do_mmap(mm: Mm, addr: int, length: int, prot: int, flags: int, file: File | None, pgoff: int) -> int:
    """Make a mapping; its address. Errno: EINVAL ENOMEM EACCES EEXIST ENODEV EOVERFLOW EPERM."""
    if not length:
        raise Errno(EINVAL)
    length = page_align(length)
    if flags & MAP_HUGETLB:
        return mmap_hugetlb(mm, addr, length, prot, flags, file)
    if length > mm.task_size:
        raise Errno(ENOMEM)
    if pgoff + (length >> 12) >= 1 << 52 or (file is not None and pgoff + (length >> 12) > last_page(mm) + 1):
        raise Errno(EOVERFLOW)
    if len(mm.vmas) >= mm.kernel.sysctl.max_map_count:
        raise Errno(ENOMEM)
    addr = place(mm, addr, length, flags)
    vm_flags = mmap_flags(prot, flags, file) | mm.def_flags
    if mm.kernel.sysctl.overcommit_memory == overcommit.OVERCOMMIT_NEVER:
        vm_flags &= ~VM_NORESERVE  # there it asks in vain
    if flags & MAP_LOCKED and not mm.memlock_limit:
        raise Errno(EPERM)
    if vm_flags & VM_LOCKED and (mm.locked_vm << 12) + length > mm.memlock_limit:
        raise Errno(EAGAIN)
    return mmap_region(mm, addr, length, vm_flags, file, pgoff)


def last_page(mm: Mm) -> int:
    """MAX_LFS_FILESIZE: the last page that a file can have."""
    return (1 << 63) - 1 >> 12 if mm.kernel.xlen == 64 else (1 << 32) - 2


def ksys_mmap(mm: Mm, addr: int, length: int, prot: int, flags: int, file: File | None, pgoff: int) -> int:
    """mmap(2): do_mmap, and MAP_SHARED|MAP_ANONYMOUS gets a file of its own that has no name."""
    if file is not None and file.inode.rdev == DEV_ZERO:  # private it is anonymous memory, shared a file without a name
        mmap_flags(prot, flags, None)
        if not file.readable or (flags & MAP_TYPE != MAP_PRIVATE and prot & VM_WRITE and not file.writable):
            raise Errno(EACCES)
        file = None
    elif file is None:
        pgoff = 0
    if file is None and flags & MAP_TYPE == MAP_SHARED and length:
        if flags & MAP_HUGETLB:
            file = open_huge_file(mm.kernel, huge_length(mm, length) >> mm.pmd_shift)
        else:
            file = mm.kernel.shmem_file(page_align(length), reserve=not unreserved(mm, flags))
        try:
            return do_mmap(mm, addr, length, prot, flags, file, pgoff)
        finally:
            file.put()
    return do_mmap(mm, addr, length, prot, flags, file, pgoff)


def mmap_hugetlb(mm: Mm, addr: int, length: int, prot: int, flags: int, file: File | None) -> int:
    """MAP_HUGETLB: anonymous memory in huge pages, reserved now: for a private mapping here, for a shared one by its
    file. EINVAL ENOMEM.
    """
    size, pool = 1 << mm.pmd_shift, mm.kernel.huge_pool
    length = huge_length(mm, length)
    private = flags & MAP_TYPE == MAP_PRIVATE
    fixed = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)
    usable = file is None if private else file is not None and isinstance(file.inode, HugeFile)
    if not usable or (fixed and addr & size - 1):
        raise Errno(EINVAL)
    if private and not pool.reserve(length // size):
        raise Errno(ENOMEM)
    try:
        addr = place(mm, addr if fixed else 0, length if fixed else length + size, flags)
        vm_flags = mmap_flags(prot, flags, file) | VM_HUGETLB | VM_DONTEXPAND
        vm_flags &= ~VM_LOCKED  # they stay in memory as it is
        return mmap_region(mm, addr + -addr % size, length, vm_flags, file, 0, "" if file else HUGE_NAME)
    except Errno:
        pool.reserved -= length // size if private else 0
        raise


def huge_length(mm: Mm, length: int) -> int:
    """In whole huge pages. ENOMEM."""
    size = 1 << mm.pmd_shift
    if length > mm.task_size - size:
        raise Errno(ENOMEM)
    return length + -length % size


def place(mm: Mm, addr: int, length: int, flags: int) -> int:
    """Where the mapping goes: exactly at `addr` when fixed, at a hint that is free, else the highest hole."""
    if flags & (MAP_FIXED | MAP_FIXED_NOREPLACE):
        if addr & (PAGE_SIZE - 1):
            raise Errno(EINVAL)
        if addr > mm.task_size - length:
            raise Errno(ENOMEM)
        if addr < lowest(mm):
            raise Errno(EPERM)
        if flags & MAP_FIXED_NOREPLACE and mm.areas_between(addr, addr + length):
            raise Errno(EEXIST)
        return addr
    return get_unmapped_area(mm, page_align(addr), length)


def mmap_region(mm: Mm, addr: int, length: int, vm_flags: int, file: File | None, pgoff: int, name: str = "") -> int:
    """Enter an area, replacing what was there, and join it with its neighbours."""
    reserve_vma(mm)
    if mm.areas_between(addr, addr + length):
        do_munmap(mm, addr, length)
    overcommit.may_expand(mm, vm_flags, length >> 12)
    if overcommit.accountable(vm_flags, file):
        overcommit.charge(mm, length >> 12)
        vm_flags |= VM_ACCOUNT
    if vm_flags & VM_LOCKED:
        mm.locked_vm += length >> 12
    vma = Vma(mm, addr, addr + length, vm_flags, file, pgoff)
    vma.name = name
    if file:
        file.get()
    mm.insert(vma)
    vma_merge(mm, vma)
    return addr


def do_munmap(mm: Mm, addr: int, length: int) -> None:
    """Take all mappings out of a range; holes in it are no error. EINVAL ENOMEM."""
    length = page_align(length)
    if addr & (PAGE_SIZE - 1) or not length or addr > mm.task_size or length > mm.task_size - addr:
        raise Errno(EINVAL)
    end = addr + length
    if not mm.areas_between(addr, end):
        return
    areas = isolate(mm, addr, end)
    first, last = areas[0].vm_start, areas[-1].vm_end
    before, after = mm.neighbours(areas[0])[0], mm.neighbours(areas[-1])[1]
    for vma in areas:
        zap.zap_range(mm, vma, vma.vm_start, vma.vm_end)
        remove_vma(mm, vma)
    area_freed(mm, addr, end)
    tlb.flush_range(mm, first, last)
    pgtable.free_pgtables(mm, before.vm_end if before else 0, after.vm_start if after else mm.task_size)


def remove_vma(mm: Mm, vma: Vma) -> None:
    """Forget an area whose pages are gone already."""
    mm.remove(vma)
    if vma.vm_flags & VM_ACCOUNT:
        overcommit.uncharge(mm, vma.pages)
    if vma.vm_flags & VM_LOCKED:
        mm.locked_vm -= vma.pages
    if vma.vm_file:
        vma.vm_file.put()
