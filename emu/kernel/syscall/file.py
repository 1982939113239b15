"""Descriptors: read, write, seek, duplicate, control (read(2) … fcntl(2), ioctl(2))."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import EBADF, EFAULT, EINVAL, EISDIR, Errno
from emu.kernel.fs import file as f
from emu.kernel.fs.fsnotify import IN_ACCESS, IN_MODIFY
from emu.kernel.fs.inode import S_IFREG
from emu.kernel.fs.iov import UserIter
from emu.kernel.mm.uaccess import copy_from_user
from emu.kernel.syscall.fsize import check_size, limit_of
from emu.kernel.syscall.table import Addr, Int, Long, Off, Size, syscall

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

IOV_MAX = 1024


# -- read and write ---------------------------------------------------------------------------------------------------
def vfs_read(file: File, to: UserIter, pos: int | None = None) -> int:
    """Read at the file's position (and move it), or at `pos`."""
    if not file.readable:
        raise Errno(EBADF)
    if file.inode.is_dir:
        raise Errno(EISDIR)
    done = file.inode.read_iter(file, to, file.pos if pos is None else pos)
    if to.faulted and not done:
        raise Errno(EFAULT)
    if pos is None:
        file.pos += done
    if file.inode.kind == S_IFREG:
        file.accessed()
    if done:
        file.inode.sb.kernel.fsnotify.tell(file.inode, IN_ACCESS)
    return done


def vfs_write(task: Task, file: File, source: UserIter, pos: int | None = None) -> int:
    """Write at the file's position, at its end with O_APPEND, or at `pos`."""
    if not file.writable:
        raise Errno(EBADF)
    at = file.pos if pos is None else pos
    if file.flags & f.O_APPEND:
        at = file.inode.i_size
    if file.inode.kind == S_IFREG:
        limit_size(task, source, at)
    done = file.inode.write_iter(file, source, at)
    if source.faulted and not done:
        raise Errno(EFAULT)
    if pos is None and file.inode.kind == S_IFREG:
        file.pos = at + done
    if done:
        task.kernel.fsnotify.tell(file.inode, IN_MODIFY)
    return done


def limit_size(task: Task, source: UserIter, at: int) -> None:
    """RLIMIT_FSIZE. EFBIG."""
    if source.count:
        check_size(task, at + 1)
    source.count = max(0, min(source.count, limit_of(task) - at))


@syscall("read")
def sys_read(kernel: Kernel, task: Task, fd: Int, buf: Addr, count: Size) -> int:
    return vfs_read(task.files.get(fd), UserIter(task.mm, [(buf, signed_size(kernel, count))]))


@syscall("write")
def sys_write(kernel: Kernel, task: Task, fd: Int, buf: Addr, count: Size) -> int:
    return vfs_write(task, task.files.get(fd), UserIter(task.mm, [(buf, signed_size(kernel, count))]))


def signed_size(kernel: Kernel, count: int) -> int:
    """A size with the top bit set reaches beyond all memory: EFAULT (access_ok)."""
    if count >> (kernel.xlen - 1):
        raise Errno(EFAULT)
    return count


def seekable(task: Task, fd: int, pos: int) -> File:
    """For pread and pwrite. EBADF EINVAL ESPIPE."""
    if pos < 0:
        raise Errno(EINVAL)
    file = task.files.get(fd)
    file.inode.llseek(file, 0, f.SEEK_CUR)
    return file


@syscall("pread64")
def sys_pread64(kernel: Kernel, task: Task, fd: Int, buf: Addr, count: Size, pos: Off) -> int:
    return vfs_read(seekable(task, fd, pos), UserIter(task.mm, [(buf, signed_size(kernel, count))]), pos)


@syscall("pwrite64")
def sys_pwrite64(kernel: Kernel, task: Task, fd: Int, buf: Addr, count: Size, pos: Off) -> int:
    return vfs_write(task, seekable(task, fd, pos), UserIter(task.mm, [(buf, signed_size(kernel, count))]), pos)


def import_iovec(kernel: Kernel, task: Task, iov: int, count: int) -> UserIter:
    """The pieces of a readv or writev. EINVAL when there are too many or they are too long together, EFAULT."""
    if not 0 <= count <= IOV_MAX:
        raise Errno(EINVAL)
    word = kernel.xlen // 8
    data = copy_from_user(task.mm, iov, 2 * word * count) if count else b""
    pieces = list(struct.iter_unpack("<QQ" if word == 8 else "<II", data))
    if any(size >> (kernel.xlen - 1) for _, size in pieces) or sum(s for _, s in pieces) >> (kernel.xlen - 1):
        raise Errno(EINVAL)
    return UserIter(task.mm, pieces)


@syscall("readv")
def sys_readv(kernel: Kernel, task: Task, fd: Int, iov: Addr, count: Int) -> int:
    file = task.files.get(fd)
    return vfs_read(file, import_iovec(kernel, task, iov, count))


@syscall("writev")
def sys_writev(kernel: Kernel, task: Task, fd: Int, iov: Addr, count: Int) -> int:
    file = task.files.get(fd)
    return vfs_write(task, file, import_iovec(kernel, task, iov, count))


def _pos(kernel: Kernel, low: int, high: int) -> int:
    """preadv and pwritev split the position in two registers on both widths."""
    return low if kernel.xlen == 64 else high << 32 | low & 0xFFFFFFFF


@syscall("preadv")
def sys_preadv(kernel: Kernel, task: Task, fd: Int, iov: Addr, count: Int, low: Long, high: Long) -> int:
    pos = _pos(kernel, low, high)
    return vfs_read(seekable(task, fd, pos), import_iovec(kernel, task, iov, count), pos)


@syscall("pwritev")
def sys_pwritev(kernel: Kernel, task: Task, fd: Int, iov: Addr, count: Int, low: Long, high: Long) -> int:
    pos = _pos(kernel, low, high)
    return vfs_write(task, seekable(task, fd, pos), import_iovec(kernel, task, iov, count), pos)
