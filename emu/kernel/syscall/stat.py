"""What a file is: fstat, newfstatat, statx, statfs (stat(2), statx(2)). RV32 has statx only."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.clocks import NSEC_PER_SEC
from emu.kernel.errno import EINVAL, Errno
from emu.kernel.mm.uaccess import copy_to_user, strncpy_from_user
from emu.kernel.syscall.path import AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW, lookup_at
from emu.kernel.syscall.table import Addr, Int, Size, Uint, syscall

if TYPE_CHECKING:
    from emu.kernel.fs.inode import Inode
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

STATX_BASIC_STATS, STATX_BTIME, STATX__RESERVED = 0x7FF, 0x800, 0x80000000
AT_NO_AUTOMOUNT, AT_STATX_SYNC_TYPE = 0x800, 0x6000
BLOCK_SIZE = 4096


def pack_stat(inode: Inode) -> bytes:
    """struct stat of asm-generic, 64 bits: 128 bytes."""
    inode.refresh()
    times = [part for ns in (inode.atime, inode.mtime, inode.ctime) for part in divmod(ns, NSEC_PER_SEC)]
    return struct.pack(
        "<QQIIIIQQqiiq6qII",
        *(inode.sb.dev, inode.ino, inode.mode, inode.nlink, inode.uid, inode.gid, inode.rdev, 0),
        *(inode.i_size, BLOCK_SIZE, 0, inode.blocks, *times, 0, 0),
    )


def pack_statx(inode: Inode, wanted: int) -> bytes:
    """struct statx: 256 bytes, the same on both widths. When the file was made is told where it is wanted and known."""
    inode.refresh()
    born = inode.btime if wanted & STATX_BTIME else 0
    head = struct.pack(
        "<IIQIIIHHQQQQ",
        *(
            STATX_BASIC_STATS | (STATX_BTIME if born else 0),
            BLOCK_SIZE,
            0,
            inode.nlink,
            inode.uid,
            inode.gid,
            inode.mode,
            0,
        ),
        *(inode.ino, inode.i_size, inode.blocks, 0),
    )
    stamps = (inode.atime, born, inode.ctime, inode.mtime)
    times = b"".join(struct.pack("<qIi", ns // NSEC_PER_SEC, ns % NSEC_PER_SEC, 0) for ns in stamps)
    devices = struct.pack("<IIII", inode.rdev >> 8, inode.rdev & 0xFF, inode.sb.dev >> 8, inode.sb.dev & 0xFF)
    return (head + times + devices).ljust(256, b"\0")


@syscall("fstat")
def sys_fstat(kernel: Kernel, task: Task, fd: Int, buf: Addr) -> int:
    copy_to_user(task.mm, buf, pack_stat(task.files.get_raw(fd).inode))
    return 0


@syscall("newfstatat")
def sys_newfstatat(kernel: Kernel, task: Task, dirfd: Int, path: Addr, buf: Addr, flags: Int) -> int:
    if flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT):
        return -EINVAL
    inode = lookup_at(kernel, task, dirfd, strncpy_from_user(task.mm, path), flags)
    copy_to_user(task.mm, buf, pack_stat(inode))
    return 0


@syscall("statx")
def sys_statx(kernel: Kernel, task: Task, dirfd: Int, path: Addr, flags: Int, mask: Uint, buf: Addr) -> int:
    allowed = AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_SYNC_TYPE
    if flags & ~allowed or flags & AT_STATX_SYNC_TYPE == AT_STATX_SYNC_TYPE or mask & STATX__RESERVED:
        return -EINVAL
    name = strncpy_from_user(task.mm, path) if path or not flags & AT_EMPTY_PATH else b""
    copy_to_user(task.mm, buf, pack_statx(lookup_at(kernel, task, dirfd, name, flags), mask))
    return 0


def pack_statfs(kernel: Kernel, inode: Inode) -> bytes:
    """struct statfs (RV64) or statfs64 (RV32)."""
    sb = inode.sb
    total, free = getattr(sb, "capacity", 0), getattr(sb, "free_blocks", 0)
    if kernel.xlen == 64:
        return struct.pack("<13Q2Q", sb.magic, 4096, total, free, free, 0, 0, sb.dev, 255, 4096, 0, *[0] * 4)[:120]
    return struct.pack("<II5QIIIII4I", sb.magic, 4096, total, free, free, 0, 0, sb.dev, 0, 255, 4096, 0, *[0] * 4)


@syscall("statfs")
def sys_statfs(kernel: Kernel, task: Task, path: Addr, buf: Addr) -> int:
    inode = kernel.fs.lookup(task.fs.cwd, strncpy_from_user(task.mm, path))
    copy_to_user(task.mm, buf, pack_statfs(kernel, inode))
    return 0


@syscall("fstatfs")
def sys_fstatfs(kernel: Kernel, task: Task, fd: Int, buf: Addr) -> int:
    copy_to_user(task.mm, buf, pack_statfs(kernel, task.files.get_raw(fd).inode))
    return 0


STATFS64_SIZE = 84


@syscall("statfs64")
def sys_statfs64(kernel: Kernel, task: Task, path: Addr, size: Size, buf: Addr) -> int:
    if size not in (STATFS64_SIZE, 88):
        raise Errno(EINVAL)
    return sys_statfs(kernel, task, path, buf)


@syscall("fstatfs64")
def sys_fstatfs64(kernel: Kernel, task: Task, fd: Int, size: Size, buf: Addr) -> int:
    if size not in (STATFS64_SIZE, 88):
        raise Errno(EINVAL)
    return sys_fstatfs(kernel, task, fd, buf)
