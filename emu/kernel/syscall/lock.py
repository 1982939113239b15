"""Advisory locks: flock(2), and fcntl's F_GETLK, F_SETLK, F_SETLKW with struct flock."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import EBADF, EINVAL, EOVERFLOW, Errno
from emu.kernel.fs import locks
from emu.kernel.fs.fcntl import (
    F_GETLK,
    F_GETLK64,
    F_OFD_GETLK,
    F_OFD_SETLK,
    F_OFD_SETLKW,
    F_SETLK,
    F_SETLK64,
    F_SETLKW,
    F_SETLKW64,
)
from emu.kernel.fs.file import SEEK_CUR, SEEK_END, SEEK_SET
from emu.kernel.fs.locks import END, F_RDLCK, F_UNLCK, F_WRLCK, Record
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user
from emu.kernel.syscall.table import Int, syscall
from emu.kernel.task import Process

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

ASKING, WAITING = (F_GETLK, F_GETLK64, F_OFD_GETLK), (F_SETLKW, F_SETLKW64, F_OFD_SETLKW)
RECORD_COMMANDS = frozenset((*ASKING, F_SETLK, F_SETLK64, F_OFD_SETLK, *WAITING))
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
    kind, whence, start, length, pid = form.unpack(copy_from_user(task.mm, addr, form.size))
    of_file = command >= F_OFD_GETLK
    if kind not in (F_RDLCK, F_WRLCK, F_UNLCK) or (kind == F_UNLCK and command in ASKING) or (of_file and pid):
        return -EINVAL
    wanted = Record(file if of_file else task.process, kind, *span(file, whence, start, length))
    held = locks.of(file.inode)
    if command in ASKING:
        found = held.blocker(*wanted)
        answer = describe(found) if found else (F_UNLCK, whence, start, length, pid)
        copy_to_user(task.mm, addr, form.pack(*answer))
        return 0
    if (kind == F_RDLCK and not file.readable) or (kind == F_WRLCK and not file.writable):
        return -EBADF
    held.set(task, wanted, command in WAITING)
    return 0


def describe(found: Record) -> tuple[int, int, int, int, int]:
    """The fields of a lock for F_GETLK; that of an open file has no pid."""
    length = 0 if found.end == END else found.end - found.start + 1
    pid = found.owner.leader.pid if isinstance(found.owner, Process) else -1
    return found.kind, SEEK_SET, found.start, length, pid


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
