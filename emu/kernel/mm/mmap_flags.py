"""What mmap's caller asks for in prot and flags, as the vm_flags of an area (mmap(2); Linux: calc_vm_flag_bits)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EACCES, EINVAL, ENODEV, EOPNOTSUPP, Errno
from emu.kernel.mm import memfd, overcommit
from emu.kernel.mm.vma import (
    VM_GROWSDOWN,
    VM_LOCKED,
    VM_MAY,
    VM_MAYSHARE,
    VM_MAYWRITE,
    VM_NORESERVE,
    VM_RWX,
    VM_SHARED,
    VM_WRITE,
)

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.mm.mm import Mm

MAP_SHARED, MAP_PRIVATE, MAP_SHARED_VALIDATE, MAP_TYPE = 1, 2, 3, 15
MAP_FIXED, MAP_ANONYMOUS, MAP_GROWSDOWN = 0x10, 0x20, 0x100
MAP_LOCKED, MAP_NORESERVE, MAP_POPULATE, MAP_NONBLOCK, MAP_STACK = 0x2000, 0x4000, 0x8000, 0x10000, 0x20000
MAP_HUGETLB, MAP_SYNC, MAP_FIXED_NOREPLACE = 0x40000, 0x80000, 0x100000


def mmap_flags(prot: int, flags: int, file: File | None) -> int:
    """vm_flags of a new mapping, after the checks of mmap(2) on sharing and on the file's mode."""
    vm_flags = prot & VM_RWX | VM_MAY
    kind = flags & MAP_TYPE
    if kind not in (MAP_SHARED, MAP_PRIVATE) and not (kind == MAP_SHARED_VALIDATE and file):
        raise Errno(EINVAL)
    if kind == MAP_SHARED_VALIDATE and flags & MAP_SYNC:  # persistent memory only
        raise Errno(EOPNOTSUPP)
    shared = kind != MAP_PRIVATE
    if shared:
        vm_flags |= VM_SHARED | VM_MAYSHARE
    if flags & MAP_GROWSDOWN:
        if file or shared:
            raise Errno(EINVAL)
        vm_flags |= VM_GROWSDOWN
    if flags & MAP_LOCKED:
        vm_flags |= VM_LOCKED
    if flags & MAP_NORESERVE:
        vm_flags |= VM_NORESERVE
    return _file_flags(vm_flags, shared, file) if file else vm_flags


def _file_flags(vm_flags: int, shared: bool, file: File) -> int:
    if shared and vm_flags & VM_WRITE and not file.writable:
        raise Errno(EACCES)
    if not file.readable:
        raise Errno(EACCES)
    if file.inode.mapping is None:
        raise Errno(ENODEV)
    if shared and not file.writable:
        vm_flags &= ~(VM_MAYWRITE | VM_SHARED)
    return memfd.map_flags(file.inode, vm_flags) if file.inode.mapping.is_shmem else vm_flags


def unreserved(mm: Mm, flags: int) -> bool:
    """MAP_NORESERVE, where it means something."""
    never = mm.kernel.sysctl.overcommit_memory == overcommit.OVERCOMMIT_NEVER
    return bool(flags & MAP_NORESERVE) and not never
