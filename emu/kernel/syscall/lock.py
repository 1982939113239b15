"""Advisory locks: flock(2), and fcntl's F_GETLK, F_SETLK, F_SETLKW with struct flock."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import EBADF, EINVAL, EOVERFLOW, Errno
from emu.kernel.fs import locks
from emu.kernel.fs.locks import END, F_RDLCK, F_UNLCK, F_WRLCK
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user
from emu.kernel.syscall.table import Int, syscall

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

F_GETLK, F_SETLK, F_SETLKW, F_GETLK64, F_SETLK64, F_SETLKW64 = 5, 6, 7, 12, 13, 14
RECORD_COMMANDS = frozenset((F_GETLK, F_SETLK, F_SETLKW, F_GETLK64, F_SETLK64, F_SETLKW64))
SEEK_SET, SEEK_CUR, SEEK_END = range(3)
LOCK_MAND = 32


@syscall("flock")
def sys_flock(kernel: Kernel, task: Task, fd: Int, operation: Int) -> int:
    kind = operation & ~locks.LOCK_NB
    if kind & LOCK_MAND:
        return 0  # Linux warns once that there are no mandatory locks any more
    if kind not in (locks.LOCK_SH, locks.LOCK_EX, locks.LOCK_UN):
        return -EINVAL
    file = task.files.get(fd)
    locks.of(file.inode).flock(task, file, kind, not operation & locks.LOCK_NB)
    return 0


def layout(kernel: Kernel, command: int) -> struct.Struct:
    """struct flock, and RV32's struct flock64: type, whence, start, len, pid."""
    if kernel.xlen == 32 and command <= F_SETLKW:
        return struct.Struct("<hhiii")
    return struct.Struct("<hh4xqqi4x")


def fcntl_lock(kernel: Kernel, task: Task, file: File, command: int, addr: int) -> int:
    """The record locks of fcntl(2). EINVAL EBADF EAGAIN EDEADLK EFAULT."""
    form = layout(kernel, command)
    kind, whence, start, length, _ = form.unpack(copy_from_user(task.mm, addr, form.size))
    if kind not in (F_RDLCK, F_WRLCK, F_UNLCK):
        return -EINVAL
    first, last = span(file, whence, start, length)
    held = locks.of(file.inode)
    if command in (F_GETLK, F_GETLK64):
        found = held.blocker(task.process, kind, first, last) if kind != F_UNLCK else None
        if found is None:
            answer = (F_UNLCK, whence, start, length, 0)
        else:
            length = 0 if found.end == END else found.end - found.start + 1
            answer = (found.kind, SEEK_SET, found.start, length, found.owner.leader.pid)
        copy_to_user(task.mm, addr, form.pack(*answer))
        return 0
    if (kind == F_RDLCK and not file.readable) or (kind == F_WRLCK and not file.writable):
        return -EBADF
    held.set(task, kind, first, last, command in (F_SETLKW, F_SETLKW64))
    return 0


def span(file: File, whence: int, start: int, length: int) -> tuple[int, int]:
    """First and last byte of a range. EINVAL EOVERFLOW."""
    if whence not in (SEEK_SET, SEEK_CUR, SEEK_END):
        raise Errno(EINVAL)
    first = start + {SEEK_SET: 0, SEEK_CUR: file.pos, SEEK_END: file.inode.i_size}[whence]
    last = END if not length else first + length - 1
    if length < 0:
        first, last = first + length, first - 1
    if first < 0:
        raise Errno(EINVAL)
    if last > END:
        raise Errno(EOVERFLOW)
    return first, last
