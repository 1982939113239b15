"""getdents64: what is in a directory (getdents(2))."""

from __future__ import annotations

import struct
from itertools import islice
from typing import TYPE_CHECKING

from emu.kernel.errno import EINVAL, ENOENT, ENOTDIR
from emu.kernel.fs.directory import DirBase
from emu.kernel.mm.uaccess import copy_to_user
from emu.kernel.syscall.table import Addr, Int, Uint, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task


def dirent(ino: int, offset: int, kind: int, name: bytes) -> bytes:
    """struct linux_dirent64."""
    size = (19 + len(name) + 1 + 7) & -8
    return struct.pack("<QqHB", ino, offset, size, kind >> 12).ljust(19) + name.ljust(size - 19, b"\0")


NAME_BYTES = 128  # of a name that is remembered


@syscall("getdents64")
def sys_getdents64(kernel: Kernel, task: Task, fd: Int, buf: Addr, count: Uint) -> int:
    file = task.files.get(fd)
    inode = file.inode
    if not isinstance(inode, DirBase):
        return -ENOTDIR
    if not inode.nlink:
        return -ENOENT
    if file.pos == 0 or file.private is None:
        own = [(b".", inode), (b"..", inode.parent)]
        names = [(found.ino, found.kind, name) for name, found in [*own, *inode.entries()]]
        kernel.proc_texts.keep(file, names, NAME_BYTES * len(names))
    data, at = b"", file.pos
    for ino, kind, name in islice(file.private, file.pos, None):
        entry = dirent(ino, at + 1, kind, name)
        if len(data) + len(entry) > count:
            break
        data, at = data + entry, at + 1
    if not data and at < len(file.private):
        return -EINVAL
    if data:
        copy_to_user(task.mm, buf, data)
    file.pos = at
    file.accessed()
    return len(data)
