"""Descriptors and what else is done to an open file: seek, truncate, sync, close, duplicate, control."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import EBADF, EINVAL, ESPIPE, Errno
from emu.kernel.fs import file as f
from emu.kernel.fs.fcntl import (
    F_DUPFD,
    F_DUPFD_CLOEXEC,
    F_GETFD,
    F_GETFL,
    F_SETFD,
    F_SETFL,
    FD_CLOEXEC,
    FIOCLEX,
    FIONBIO,
    FIONCLEX,
    FIONREAD,
)
from emu.kernel.fs.fsnotify import IN_MODIFY
from emu.kernel.fs.inode import S_IFCHR, S_IFDIR, S_IFIFO, S_IFREG
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user, put_user
from emu.kernel.rlimit import RLIMIT_NOFILE
from emu.kernel.syscall.fsize import check_size
from emu.kernel.syscall.lock import RECORD_COMMANDS, fcntl_lock
from emu.kernel.syscall.sigio import OWNER_COMMANDS, fcntl_owner
from emu.kernel.syscall.table import Addr, Int, Off, Uint, syscall

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

OPENED = (S_IFREG, S_IFDIR, S_IFCHR)  # kinds of files that come from open(2)
CLOSE_RANGE_UNSHARE, CLOSE_RANGE_CLOEXEC = 2, 4


def status_flags(kernel: Kernel, file: f.File) -> int:
    """How a file was opened, as F_GETFL and fdinfo tell it: everything opened on RV64 may be large."""
    large = kernel.xlen == 64 and file.inode.kind in OPENED and not file.flags & f.O_PATH
    return file.flags & ~f.O_CLOEXEC | (f.O_LARGEFILE if large else 0)


# -- positions and sizes ----------------------------------------------------------------------------------------------
@syscall("lseek")
def sys_lseek(kernel: Kernel, task: Task, fd: Int, offset: Off, whence: Uint) -> int:
    file = task.files.get(fd)
    if whence > 4:
        return -EINVAL
    file.pos = file.inode.llseek(file, offset, whence)
    return file.pos


@syscall("llseek")
def sys_llseek(kernel: Kernel, task: Task, fd: Int, high: Uint, low: Uint, result: Addr, whence: Uint) -> int:
    """RV32's lseek: the offset in two registers, the result in memory."""
    file = task.files.get(fd)
    if whence > 4:
        return -EINVAL
    offset = (high << 32 | low) - (1 << 64 if high >> 31 else 0)
    file.pos = file.inode.llseek(file, offset, whence)
    copy_to_user(task.mm, result, struct.pack("<q", file.pos))
    return 0


@syscall("ftruncate", "ftruncate64")
def sys_ftruncate(kernel: Kernel, task: Task, fd: Int, length: Off) -> int:
    file = task.files.get(fd)
    if length < 0 or not file.writable or file.inode.kind != S_IFREG:
        return -EINVAL
    check_size(task, length)
    file.inode.truncate(length)
    kernel.fsnotify.tell(file.inode, IN_MODIFY)
    return 0


@syscall("fsync", "fdatasync")
def sys_fsync(kernel: Kernel, task: Task, fd: Int) -> int:
    task.files.get(fd).inode.fsync()
    return 0


@syscall("sync")
def sys_sync(kernel: Kernel, task: Task) -> int:
    kernel.sync()
    return 0


@syscall("fadvise64", "fadvise64_64")
def sys_fadvise64(kernel: Kernel, task: Task, fd: Int, offset: Off, length: Off, advice: Int) -> int:
    file = task.files.get(fd)
    if file.inode.kind == S_IFIFO:
        return -ESPIPE
    return 0 if 0 <= advice <= 5 and length >= 0 else -EINVAL


# -- descriptors ------------------------------------------------------------------------------------------------------
def install(task: Task, file: File, flags: int = 0, lowest: int = 0) -> int:
    """Give an open file a descriptor; it is closed again if there is none left."""
    try:
        return task.files.install(file, task.process.rlimits[RLIMIT_NOFILE][0], bool(flags & f.O_CLOEXEC), lowest)
    except Errno:
        file.put()
        raise


def close_fd(task: Task, fd: int) -> None:
    """Close a descriptor; the process's record locks of the file go with it (fcntl(2)). EBADF."""
    held = task.files.get_raw(fd).inode.locks
    if held is not None:
        held.drop_owner(task.process)
    task.files.close(fd)


@syscall("close")
def sys_close(kernel: Kernel, task: Task, fd: Int) -> int:
    close_fd(task, fd)
    return 0


@syscall("close_range")
def sys_close_range(kernel: Kernel, task: Task, first: Uint, last: Uint, flags: Uint) -> int:
    if first > last or flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC):
        return -EINVAL
    if flags & CLOSE_RANGE_UNSHARE and task.files.users > 1:
        task.files.users -= 1
        task.files = task.files.copy()
    for fd in [fd for fd in sorted(task.files.open) if first <= fd <= last]:
        if flags & CLOSE_RANGE_CLOEXEC:
            task.files.cloexec.add(fd)
        else:
            close_fd(task, fd)
    return 0


@syscall("dup")
def sys_dup(kernel: Kernel, task: Task, fd: Int) -> int:
    return install(task, task.files.get_raw(fd).get())


@syscall("dup3")
def sys_dup3(kernel: Kernel, task: Task, old: Int, new: Int, flags: Int) -> int:
    if flags & ~f.O_CLOEXEC or old == new:
        return -EINVAL
    if not 0 <= new < task.process.rlimits[RLIMIT_NOFILE][0]:
        return -EBADF
    file = task.files.get_raw(old).get()
    if new in task.files.open:
        close_fd(task, new)
    task.files.put_at(new, file, bool(flags & f.O_CLOEXEC))
    return new


@syscall("fcntl", "fcntl64")
def sys_fcntl(kernel: Kernel, task: Task, fd: Int, command: Int, argument: Addr) -> int:
    file = task.files.get_raw(fd)
    if command in (F_DUPFD, F_DUPFD_CLOEXEC):
        lowest = argument & 0xFFFFFFFF
        if lowest >= task.process.rlimits[RLIMIT_NOFILE][0]:
            return -EINVAL
        return install(task, file.get(), f.O_CLOEXEC if command == F_DUPFD_CLOEXEC else 0, lowest)
    if command == F_GETFD:
        return FD_CLOEXEC if fd in task.files.cloexec else 0
    if command == F_SETFD:
        task.files.put_at(fd, file, bool(argument & FD_CLOEXEC))
        return 0
    if file.flags & f.O_PATH and command != F_GETFL:
        return -EBADF
    if command == F_GETFL:
        return status_flags(kernel, file)
    if command == F_SETFL:
        file.flags = file.flags & ~f.SETTABLE | argument & f.SETTABLE
        return 0
    if command in RECORD_COMMANDS:
        return fcntl_lock(kernel, task, file, command, argument)
    if command in OWNER_COMMANDS:
        return fcntl_owner(task, command, argument)
    return file.inode.fcntl(file, command, argument)


@syscall("ioctl")
def sys_ioctl(kernel: Kernel, task: Task, fd: Int, command: Uint, argument: Addr) -> int:
    file = task.files.get(fd)
    if command in (FIOCLEX, FIONCLEX):
        task.files.put_at(fd, file, command == FIOCLEX)
        return 0
    if command == FIONBIO:
        on = int.from_bytes(copy_from_user(task.mm, argument, 4), "little")
        file.flags = file.flags | f.O_NONBLOCK if on else file.flags & ~f.O_NONBLOCK
        return 0
    if command == FIONREAD and file.inode.kind == S_IFREG:
        put_user(task.mm, argument, max(0, file.inode.i_size - file.pos), 4)
        return 0
    return file.inode.ioctl(file, command, argument)
