"""shmget, shmat, shmdt, shmctl, memfd_create (their man pages, section 2)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import EEXIST, EINVAL, Errno
from emu.kernel.fs import file as f
from emu.kernel.fs.inode import S_IFREG
from emu.kernel.ipc import util as u
from emu.kernel.ipc.shm import SHM_DEST, SHM_LOCKED, Segment
from emu.kernel.mm import mmap
from emu.kernel.mm.memfd import F_SEAL_EXEC
from emu.kernel.mm.mmap_flags import MAP_FIXED, MAP_FIXED_NOREPLACE, MAP_SHARED
from emu.kernel.mm.mprotect import PROT_EXEC, PROT_READ, PROT_WRITE
from emu.kernel.mm.page import PAGE_SIZE
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user, strncpy_from_user
from emu.kernel.syscall.descriptor import install
from emu.kernel.syscall.table import Addr, Int, Size, Uint, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

SHM_RDONLY, SHM_RND, SHM_REMAP, SHM_EXEC = 0o10000, 0o20000, 0o40000, 0o100000
SHM_LOCK, SHM_UNLOCK, SHM_STAT, SHM_INFO, SHM_STAT_ANY = range(11, 16)
MFD_CLOEXEC, MFD_ALLOW_SEALING, MFD_NOEXEC_SEAL, MFD_EXEC = 1, 2, 8, 16
NAME_MAX = 249


@syscall("shmget")
def sys_shmget(kernel: Kernel, task: Task, key: Int, size: Size, flags: Int) -> int:
    return kernel.shm_ids.shmget(task, key, size, flags)


@syscall("shmat")
def sys_shmat(kernel: Kernel, task: Task, number: Int, addr: Addr, flags: Int) -> int:
    place = MAP_SHARED
    if addr:
        if addr & (PAGE_SIZE - 1):
            if not flags & SHM_RND:
                return -EINVAL
            addr &= -PAGE_SIZE
        place |= MAP_FIXED if flags & SHM_REMAP else MAP_FIXED_NOREPLACE
    elif flags & SHM_REMAP:
        return -EINVAL
    segment = kernel.shm_ids.find(number)
    segment.perm.allow(task, wanted(flags))
    prot = PROT_READ | (0 if flags & SHM_RDONLY else PROT_WRITE) | (PROT_EXEC if flags & SHM_EXEC else 0)
    try:
        result = mmap.do_mmap(task.mm, addr, segment.file.inode.i_size, prot, place, segment.file, 0)
    except Errno as error:
        raise Errno(EINVAL if error.number == EEXIST else error.number) from None
    segment.atime, segment.last = kernel.realtime_seconds(), task.tgid
    return result


def wanted(flags: int) -> int:
    """The rights that shmat's flags ask for, for all three classes."""
    return u.MAY_READ | (0 if flags & SHM_RDONLY else u.MAY_WRITE) | (0o111 if flags & SHM_EXEC else 0)


@syscall("shmdt")
def sys_shmdt(kernel: Kernel, task: Task, addr: Addr) -> int:
    """What is left of an attachment at ADDR, even without its first page, goes."""
    files = {id(s.file): s for s in kernel.shm_ids.objects.values()}
    parts = [v for v in task.mm.vmas if id(v.vm_file) in files and v.vm_start - (v.vm_pgoff << 12) == addr]
    if not parts or addr & (PAGE_SIZE - 1):
        return -EINVAL
    file = parts[0].vm_file
    segment = files[id(file)]
    for part in [v for v in parts if v.vm_file is file]:
        mmap.do_munmap(task.mm, part.vm_start, part.vm_end - part.vm_start)
    segment.dtime, segment.last = kernel.realtime_seconds(), task.tgid
    kernel.shm_ids.sweep()
    return 0


@syscall("shmctl")
def sys_shmctl(kernel: Kernel, task: Task, number: Int, command: Int, buf: Addr) -> int:
    command &= ~u.IPC_64
    if command in (u.IPC_INFO, SHM_INFO):
        return max(kernel.shm_ids.objects, default=0)
    segment = kernel.shm_ids.find(number)
    if command in (u.IPC_STAT, SHM_STAT, SHM_STAT_ANY):
        if command != SHM_STAT_ANY:
            segment.perm.allow(task, u.MAY_READ)
        copy_to_user(task.mm, buf, pack_ds(kernel, segment))
        return 0 if command == u.IPC_STAT else segment.perm.id
    return control(kernel, task, segment, command, buf)


def control(kernel: Kernel, task: Task, segment: Segment, command: int, buf: int) -> int:
    """What only the owner and root may. EPERM EINVAL EFAULT."""
    data = copy_from_user(task.mm, buf, len(pack_ds(kernel, segment))) if command == u.IPC_SET else b""
    if command not in (u.IPC_RMID, u.IPC_SET, SHM_LOCK, SHM_UNLOCK):
        return -EINVAL
    segment.perm.must_own(task)
    if command == u.IPC_RMID:
        kernel.shm_ids.remove(segment)
    elif command == u.IPC_SET:
        segment.perm.change(kernel, data)
        segment.ctime = kernel.realtime_seconds()
    elif command == SHM_LOCK:
        kernel.shm_ids.lock(task, segment)
    else:
        kernel.shm_ids.unlock(segment)
    return 0


def pack_ds(kernel: Kernel, segment: Segment) -> bytes:
    """struct shmid64_ds."""
    marks = (SHM_DEST if segment.removed else 0) | (SHM_LOCKED if segment.locked_by is not None else 0)
    perm = segment.perm.pack(kernel, marks)
    if kernel.xlen == 64:
        times = (segment.atime, segment.dtime, segment.ctime)
        rest = struct.pack("<Q3qiiQQQ", segment.size, *times, segment.creator, segment.last, segment.nattch, 0, 0)
        return perm + rest
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
