"""Seals: what may no longer be done to a file in memory, whoever has it open (Linux: mm/memfd.c; memfd_create(2),
fcntl(2) "File Sealing").

Every file of tmpfs has them; only one made with MFD_ALLOW_SEALING lacks F_SEAL_SEAL and can be given more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EBUSY, EINVAL, EPERM, Errno
from emu.kernel.mm.vma import VM_MAYWRITE, VM_SHARED, VM_WRITE

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.mm.shmem import ShmemFile

F_ADD_SEALS, F_GET_SEALS = 1033, 1034
F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE, F_SEAL_FUTURE_WRITE, F_SEAL_EXEC = (1 << n for n in range(6))
F_ALL_SEALS = 0x3F
NO_WRITE = F_SEAL_WRITE | F_SEAL_FUTURE_WRITE
S_IXUGO = 0o111


def add_seals(inode: ShmemFile, file: File, seals: int) -> None:
    """memfd_add_seals. EPERM unless open for writing and open for more, EINVAL, EBUSY while it is mapped to write."""
    if not file.writable:
        raise Errno(EPERM)
    if seals & ~F_ALL_SEALS:
        raise Errno(EINVAL)
    if inode.seals & F_SEAL_SEAL:
        raise Errno(EPERM)
    shared = VM_SHARED | VM_MAYWRITE
    if seals & F_SEAL_WRITE and any(vma.vm_flags & shared == shared for vma in inode.mapping.areas):
        raise Errno(EBUSY)
    if seals & F_SEAL_EXEC and inode.mode & S_IXUGO:
        seals |= F_SEAL_SHRINK | F_SEAL_GROW | NO_WRITE
    inode.seals |= seals


def check_write(inode: ShmemFile, end: int) -> None:
    """Before bytes up to `end` are written. EPERM."""
    if inode.seals & NO_WRITE or (inode.seals & F_SEAL_GROW and end > inode.i_size):
        raise Errno(EPERM)


def check_size(inode: ShmemFile, size: int) -> None:
    """Before the size changes. EPERM."""
    if (size < inode.i_size and inode.seals & F_SEAL_SHRINK) or (size > inode.i_size and inode.seals & F_SEAL_GROW):
        raise Errno(EPERM)


def map_flags(inode: ShmemFile, vm_flags: int) -> int:
    """seal_check_write: a shared mapping to write is EPERM, one to read can never become one to write."""
    if not inode.seals & NO_WRITE or not vm_flags & VM_SHARED:
        return vm_flags
    if vm_flags & VM_WRITE:
        raise Errno(EPERM)
    return vm_flags & ~VM_MAYWRITE
