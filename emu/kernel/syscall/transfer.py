"""Bytes from file to file, and room for them: sendfile, copy_file_range, preadv2, pwritev2, fallocate and the like."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import EBADF, EFBIG, EINVAL, EISDIR, ENODEV, EOPNOTSUPP, ESPIPE, EXDEV, Errno
from emu.kernel.fs.file import O_APPEND, File
from emu.kernel.fs.inode import S_IFIFO, S_IFREG
from emu.kernel.fs.iov import MAX_RW_COUNT, KernelIter
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user
from emu.kernel.sched.wait import Blocked, Partial
from emu.kernel.syscall.file import import_iovec, seekable, vfs_read, vfs_write
from emu.kernel.syscall.fsize import check_size
from emu.kernel.syscall.table import Addr, Int, Long, Off, Size, Uint, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

CHUNK, MOST = 65536, 16 << 20
RWF_FLAGS = 0x3F
FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE = 1, 2


def readable(task: Task, fd: int) -> File:
    """EBADF EISDIR."""
    file = task.files.get(fd)
    if not file.readable:
        raise Errno(EBADF)
    if file.inode.is_dir:
        raise Errno(EISDIR)
    return file


def get_offset(task: Task, addr: int) -> int | None:
    """A position in memory; None: the file's own. EINVAL EFAULT."""
    if not addr:
        return None
    pos = struct.unpack("<q", copy_from_user(task.mm, addr, 8))[0]
    if pos < 0:
        raise Errno(EINVAL)
    return pos


def move(source: File, at: int, target: File, to: int, count: int) -> int:
    """Copy up to a chunk between files at positions; how many bytes were written. May block."""
    data = KernelIter(min(count, CHUNK))
    source.inode.read_iter(source, data, at)
    if not data.data:
        return 0
    return target.inode.write_iter(target, KernelIter(data=bytes(data.data)), to)


def transfer(task: Task, source: File, at: int, target: File, to: int, count: int) -> int:
    """Copy between files, a chunk at a time; what was moved before an error or a wait counts. Not all in one call:
    nobody else runs meanwhile.
    """
    count, done = min(count, MOST), 0
    while done < count:
        try:
            moved = move(source, at + done, target, to + done, count - done)
        except (Errno, Blocked):
            if not done:
                raise
            return done + give_up_waiting(task)
        done, task.restart = done + moved, None  # the next chunk has not waited yet
        if moved < min(CHUNK, count - done + moved):
            break
    return done


def give_up_waiting(task: Task) -> int:
    """Don't sleep for more than what was moved already; bytes of the last chunk that were."""
    moved = task.restart.done if isinstance(task.restart, Partial) else 0
    task.stop_waiting()
    task.in_call, task.restart = "", None
    return moved


@syscall("sendfile", "sendfile64")
def sys_sendfile(kernel: Kernel, task: Task, out: Int, source: Int, offset: Addr, count: Size) -> int:
    file, target = readable(task, source), task.files.get(out)
    if not target.writable:
        return -EBADF
    if file.inode.kind != S_IFREG or target.flags & O_APPEND:
        return -EINVAL
    pos = get_offset(task, offset)
    start = file.pos if pos is None else pos
    done = transfer(task, file, start, target, target.pos, min(count, MAX_RW_COUNT))
    if target.inode.kind == S_IFREG:
        target.pos += done
    advance(task, file, offset, start + done)
    return done


def advance(task: Task, file: File, offset: int, pos: int) -> None:
    """Where the next transfer starts: in memory, or the file's own position."""
    if offset:
        copy_to_user(task.mm, offset, struct.pack("<q", pos))
    else:
        file.pos = pos


@syscall("copy_file_range")
def sys_copy_file_range(
    kernel: Kernel, task: Task, fd_in: Int, off_in: Addr, fd_out: Int, off_out: Addr, count: Size, flags: Uint
) -> int:
    task.files.get(fd_in)
    target = task.files.get(fd_out)
    if flags:
        return -EINVAL
    source = readable(task, fd_in)
    if not target.writable or target.flags & O_APPEND:
        return -EBADF
    if source.inode.kind != S_IFREG or target.inode.kind != S_IFREG:
        return -EINVAL
    if source.inode.sb is not target.inode.sb:
        return -EXDEV
    at, to = get_offset(task, off_in), get_offset(task, off_out)
    at, to = source.pos if at is None else at, target.pos if to is None else to
    count = min(count, MAX_RW_COUNT, max(0, source.inode.i_size - at))
    if source.inode is target.inode and at < to + count and to < at + count:
        return -EINVAL
    if count:
        check_size(task, to + count)
    done = transfer(task, source, at, target, to, count)
    advance(task, source, off_in, at + done)
    advance(task, target, off_out, to + done)
    return done


# -- at a position, with flags ----------------------------------------------------------------------------------------
def position(kernel: Kernel, low: int, high: int) -> int:
    """The position in two registers; -1 is the file's own."""
    return low if kernel.xlen == 64 else high << 32 | low & 0xFFFFFFFF


@syscall("preadv2")
def sys_preadv2(kernel: Kernel, task: Task, fd: Int, iov: Addr, count: Int, low: Long, high: Long, flags: Uint) -> int:
    if flags & ~RWF_FLAGS:
        return -EOPNOTSUPP
    pos = position(kernel, low, high)
    file = task.files.get(fd) if pos == -1 else seekable(task, fd, pos)
    return vfs_read(file, import_iovec(kernel, task, iov, count), None if pos == -1 else pos)


@syscall("pwritev2")
def sys_pwritev2(kernel: Kernel, task: Task, fd: Int, iov: Addr, count: Int, low: Long, high: Long, flags: Uint) -> int:
    if flags & ~RWF_FLAGS:
        return -EOPNOTSUPP
    pos = position(kernel, low, high)
    file = task.files.get(fd) if pos == -1 else seekable(task, fd, pos)
    return vfs_write(task, file, import_iovec(kernel, task, iov, count), None if pos == -1 else pos)


# -- room and order ---------------------------------------------------------------------------------------------------
@syscall("fallocate")
def sys_fallocate(kernel: Kernel, task: Task, fd: Int, mode: Int, offset: Off, length: Off) -> int:
    """The file grows (mode 0), the call is a promise (KEEP_SIZE), or a hole is made (PUNCH_HOLE with KEEP_SIZE)."""
    file = task.files.get(fd)
    if offset < 0 or length <= 0:
        return -EINVAL
    if mode not in (0, FALLOC_FL_KEEP_SIZE, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE):
        return -EOPNOTSUPP
    if not file.writable:
        return -EBADF
    if file.inode.kind != S_IFREG:
        return -ESPIPE if file.inode.kind == S_IFIFO else -ENODEV
    if offset + length >> 63:
        return -EFBIG
    check_size(task, offset + length)
    if mode & FALLOC_FL_PUNCH_HOLE:
        file.inode.want_write()
        file.inode.punch_hole(offset, length)
    if not mode and offset + length > file.inode.i_size:
        file.inode.truncate(offset + length)
    return 0


@syscall("sync_file_range")
def sys_sync_file_range(kernel: Kernel, task: Task, fd: Int, offset: Off, length: Off, flags: Uint) -> int:
    file = task.files.get(fd)
    if offset < 0 or length < 0 or flags & ~7:
        return -EINVAL
    if file.inode.kind != S_IFREG:
        return -ESPIPE
    if flags & 2:
        file.inode.fsync()
    return 0


@syscall("readahead")
def sys_readahead(kernel: Kernel, task: Task, fd: Int, offset: Off, count: Size) -> int:
    """Advice: pages are read when they are wanted."""
    file = task.files.get(fd)
    if not file.readable:
        return -EBADF
    return 0 if file.inode.kind == S_IFREG else -EINVAL


@syscall("syncfs")
def sys_syncfs(kernel: Kernel, task: Task, fd: Int) -> int:
    task.files.get(fd)
    kernel.sync()
    return 0
