"""/dev/shm: files that live in memory and on swap only (Linux: mm/shmem.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.fs.directory import Directory
from emu.kernel.fs.inode import SuperBlock
from emu.kernel.mm.shmem import ShmemFile

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel


def make_root(kernel: Kernel) -> Directory:
    """An empty tmpfs."""
    sb = SuperBlock(kernel, "tmpfs", "tmpfs")
    sb.magic = 0x01021994
    return Directory(sb, 0o1777, None, b"shm", ShmemFile)
