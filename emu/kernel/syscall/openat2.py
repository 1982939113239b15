"""openat2: openat with conditions for the way to the file, in a structure that may grow (its man page)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import E2BIG, EAGAIN, EINVAL, Errno
from emu.kernel.fs import file as f
from emu.kernel.fs import scoped
from emu.kernel.fs.vfs import O_PATH_FLAGS
from emu.kernel.mm.page import PAGE_SIZE
from emu.kernel.mm.uaccess import copy_from_user, strncpy_from_user
from emu.kernel.syscall.descriptor import install
from emu.kernel.syscall.path import start_dir
from emu.kernel.syscall.table import Addr, Int, Size, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

HOW = struct.Struct("<3Q")  # flags mode resolve
MAKES = f.O_CREAT | f.O_TMPFILE & ~f.O_DIRECTORY
FASYNC = 0o20000
OPEN_FLAGS = (
    f.O_ACCMODE | f.O_CREAT | f.O_EXCL | f.O_NOCTTY | f.O_TRUNC | f.O_APPEND | f.O_NONBLOCK | f.O_DSYNC | f.O_SYNC
    | FASYNC | f.O_DIRECT | f.O_LARGEFILE | f.O_DIRECTORY | f.O_NOFOLLOW | f.O_NOATIME | f.O_CLOEXEC | f.O_PATH
    | f.O_TMPFILE
)  # fmt: skip


def read_how(task: Task, addr: int, size: int) -> tuple[int, int, int]:
    """struct open_how. EINVAL for what openat would overlook; E2BIG EAGAIN EFAULT."""
    if size < HOW.size:
        raise Errno(EINVAL)
    if size > PAGE_SIZE or any((data := copy_from_user(task.mm, addr, size))[HOW.size :]):
        raise Errno(E2BIG)
    flags, mode, resolve = HOW.unpack(data[: HOW.size])
    if flags & ~OPEN_FLAGS or mode & ~0o7777 or (mode and not flags & MAKES):
        raise Errno(EINVAL)
    if flags & f.O_PATH and flags & ~O_PATH_FLAGS:
        raise Errno(EINVAL)
    if resolve & ~scoped.RESOLVE_FLAGS or resolve & scoped.SCOPED == scoped.SCOPED:
        raise Errno(EINVAL)
    if resolve & scoped.RESOLVE_CACHED and flags & (MAKES | f.O_TRUNC):
        raise Errno(EAGAIN)
    return flags, mode, resolve


@syscall("openat2")
def sys_openat2(kernel: Kernel, task: Task, dirfd: Int, path: Addr, how: Addr, size: Size) -> int:
    flags, mode, resolve = read_how(task, how, size)
    name = strncpy_from_user(task.mm, path)
    if flags & f.O_CREAT and flags & f.O_DIRECTORY:
        return -EINVAL
    start = start_dir(task, dirfd, b"." if name and resolve & scoped.SCOPED else name)
    return install(task, kernel.fs.open(start, name, flags, mode & ~task.fs.umask, resolve), flags)
