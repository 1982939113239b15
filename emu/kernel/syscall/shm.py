"""shmget, shmat, shmdt, shmctl, memfd_create (their man pages, section 2)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import EINVAL, EPERM, Errno
from emu.kernel.fs import file as f
from emu.kernel.fs.inode import S_IFREG
from emu.kernel.ipc.shm import SHM_DEST, Segment
from emu.kernel.mm import mmap
from emu.kernel.mm.memfd import F_SEAL_EXEC
from emu.kernel.mm.mprotect import PROT_EXEC, PROT_READ, PROT_WRITE
from emu.kernel.mm.page import PAGE_SIZE
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user, strncpy_from_user
from emu.kernel.syscall.descriptor import install
from emu.kernel.syscall.table import Addr, Int, Size, Uint, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

SHM_RDONLY, SHM_RND, SHM_REMAP, SHM_EXEC = 0o10000, 0o20000, 0o40000, 0o100000
IPC_RMID, IPC_SET, IPC_STAT, IPC_INFO = range(4)
SHM_STAT, SHM_INFO = 13, 14
IPC_64 = 0x100
MFD_CLOEXEC, MFD_ALLOW_SEALING, MFD_NOEXEC_SEAL, MFD_EXEC = 1, 2, 8, 16
NAME_MAX = 249


@syscall("shmget")
def sys_shmget(kernel: Kernel, task: Task, key: Int, size: Size, flags: Int) -> int:
    return kernel.shm_ids.get(task, key, size, flags)


@syscall("shmat")
def sys_shmat(kernel: Kernel, task: Task, number: Int, addr: Addr, flags: Int) -> int:
    segment = kernel.shm_ids.find(number)
    if segment.removed and not segment.nattch:
        return -EINVAL
    place = mmap.MAP_SHARED
    if addr:
        if addr & (PAGE_SIZE - 1):
            if not flags & SHM_RND:
                return -EINVAL
            addr &= -PAGE_SIZE
        place |= mmap.MAP_FIXED if flags & SHM_REMAP else mmap.MAP_FIXED_NOREPLACE
    elif flags & SHM_REMAP:
        return -EINVAL
    prot = PROT_READ | (0 if flags & SHM_RDONLY else PROT_WRITE) | (PROT_EXEC if flags & SHM_EXEC else 0)
    try:
        result = mmap.do_mmap(task.mm, addr, segment.file.inode.i_size, prot, place, segment.file, 0)
    except Errno as error:
        raise Errno(EINVAL if error.number == 17 else error.number) from None
    segment.atime, segment.last = kernel.realtime_ns() // 1_000_000_000, task.tgid
    return result


@syscall("shmdt")
def sys_shmdt(kernel: Kernel, task: Task, addr: Addr) -> int:
    vma = task.mm.vma_at(addr)
    files = {id(s.file): s for s in kernel.shm_ids.segments.values()}
    if vma is None or vma.vm_start != addr or id(vma.vm_file) not in files:
        return -EINVAL
    segment = files[id(vma.vm_file)]
    for part in [v for v in task.mm.vmas if v.vm_file is vma.vm_file and v.vm_start - (v.vm_pgoff << 12) == addr]:
        mmap.do_munmap(task.mm, part.vm_start, part.vm_end - part.vm_start)
    segment.dtime, segment.last = kernel.realtime_ns() // 1_000_000_000, task.tgid
    kernel.shm_ids.sweep()
    return 0


@syscall("shmctl")
def sys_shmctl(kernel: Kernel, task: Task, number: Int, command: Int, buf: Addr) -> int:
    command &= ~IPC_64
    if command in (IPC_INFO, SHM_INFO):
        return max(kernel.shm_ids.segments, default=0)
    segment = kernel.shm_ids.find(number)
    if command in (IPC_STAT, SHM_STAT):
        copy_to_user(task.mm, buf, pack_ds(kernel, segment))
        return segment.id if command == SHM_STAT else 0
    if command in (IPC_RMID, IPC_SET) and task.euid not in (0, segment.file.inode.uid):
        return -EPERM
    if command == IPC_RMID:
        kernel.shm_ids.remove(segment)
        return 0
    if command == IPC_SET:
        wanted = copy_from_user(task.mm, buf, len(pack_ds(kernel, segment)))
        segment.mode = int.from_bytes(wanted[20:24], "little") & 0o777
        return 0
    return -EINVAL


def pack_ds(kernel: Kernel, segment: Segment) -> bytes:
    """struct shmid64_ds."""
    inode = segment.file.inode
    mode = segment.mode | (SHM_DEST if segment.removed else 0)
    perm = struct.pack("<iIIIII", segment.key, inode.uid, inode.gid, inode.uid, inode.gid, mode)
    if kernel.xlen == 64:
        perm = perm.ljust(48, b"\0")
        times = (segment.atime, segment.dtime, segment.ctime)
        rest = struct.pack("<Q3qiiQQQ", segment.size, *times, segment.creator, segment.last, segment.nattch, 0, 0)
        return perm + rest
    perm = perm.ljust(36, b"\0")
    times = tuple(part for t in (segment.atime, segment.dtime, segment.ctime) for part in (t & 0xFFFFFFFF, t >> 32))
    return perm + struct.pack("<I6IiiIII", segment.size, *times, segment.creator, segment.last, segment.nattch, 0, 0)


@syscall("memfd_create")
def sys_memfd_create(kernel: Kernel, task: Task, name: Addr, flags: Uint) -> int:
    no_exec = flags & MFD_NOEXEC_SEAL
    if flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | MFD_EXEC) or (no_exec and flags & MFD_EXEC):
        return -EINVAL
    text = strncpy_from_user(task.mm, name)
    if len(text) > NAME_MAX:
        return -EINVAL
    file = kernel.shmem_file(0, f"/memfd:{text.decode('utf-8', 'surrogateescape')} (deleted)")
    file.inode.mode = S_IFREG | (0o666 if no_exec else 0o777)
    if flags & (MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL):
        file.inode.seals = F_SEAL_EXEC if no_exec else 0
    return install(task, file, f.O_CLOEXEC if flags & MFD_CLOEXEC else 0)
