"""What belongs to a file or a process beside names: access, the current directory, modes, owners, times."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import (
    EACCES,
    EINVAL,
    ENOENT,
    ENOTDIR,
    ERANGE,
)
from emu.kernel.fs.directory import DirBase
from emu.kernel.fs.inode import S_IFMT, S_IFREG, Inode
from emu.kernel.fs.namei import path_of
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user, strncpy_from_user
from emu.kernel.syscall.table import Addr, Int, Size, Uint, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

from emu.kernel.syscall.path import AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW, lookup_at

AT_EACCESS = 0x200
UTIME_NOW, UTIME_OMIT = (1 << 30) - 1, (1 << 30) - 2
BILLION = 1_000_000_000


@syscall("faccessat")
def sys_faccessat(kernel: Kernel, task: Task, dirfd: Int, path: Addr, mode: Uint) -> int:
    return sys_faccessat2(kernel, task, dirfd, path, mode, 0)


@syscall("faccessat2")
def sys_faccessat2(kernel: Kernel, task: Task, dirfd: Int, path: Addr, mode: Uint, flags: Uint) -> int:
    if mode & ~7 or flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH):
        return -EINVAL
    inode = lookup_at(kernel, task, dirfd, strncpy_from_user(task.mm, path), flags)
    if mode & 2:
        inode.want_write()
    if mode & 1 and inode.kind == S_IFREG and not inode.mode & 0o111:
        return -EACCES
    return 0


def _chdir(task: Task, inode: Inode) -> int:
    if not isinstance(inode, DirBase):
        return -ENOTDIR
    task.fs.cwd = inode
    return 0


@syscall("chdir")
def sys_chdir(kernel: Kernel, task: Task, path: Addr) -> int:
    return _chdir(task, kernel.fs.lookup(task.fs.cwd, strncpy_from_user(task.mm, path)))


@syscall("fchdir")
def sys_fchdir(kernel: Kernel, task: Task, fd: Int) -> int:
    return _chdir(task, task.files.get_raw(fd).inode)


@syscall("getcwd")
def sys_getcwd(kernel: Kernel, task: Task, buf: Addr, size: Size) -> int:
    cwd = task.fs.cwd
    if cwd.nlink == 0:
        return -ENOENT
    path = path_of(cwd).encode("utf-8", "surrogateescape") + b"\0"
    if len(path) > size:
        return -ERANGE
    copy_to_user(task.mm, buf, path)
    return len(path)


@syscall("umask")
def sys_umask(kernel: Kernel, task: Task, mask: Uint) -> int:
    old, task.fs.umask = task.fs.umask, mask & 0o777
    return old


def _set_mode(inode: Inode, mode: int) -> int:
    inode.want_write()
    inode.set_attributes(mode=inode.mode & S_IFMT | mode & 0o7777)
    return 0


@syscall("fchmod")
def sys_fchmod(kernel: Kernel, task: Task, fd: Int, mode: Uint) -> int:
    return _set_mode(task.files.get(fd).inode, mode)


@syscall("fchmodat")
def sys_fchmodat(kernel: Kernel, task: Task, dirfd: Int, path: Addr, mode: Uint) -> int:
    return _set_mode(lookup_at(kernel, task, dirfd, strncpy_from_user(task.mm, path), 0), mode)


def _set_owner(inode: Inode, uid: int, gid: int) -> int:
    inode.want_write()
    keep = 0xFFFFFFFF
    inode.set_attributes(uid=inode.uid if uid == keep else uid, gid=inode.gid if gid == keep else gid)
    return 0


@syscall("fchown")
def sys_fchown(kernel: Kernel, task: Task, fd: Int, uid: Uint, gid: Uint) -> int:
    return _set_owner(task.files.get(fd).inode, uid, gid)


@syscall("fchownat")
def sys_fchownat(kernel: Kernel, task: Task, dirfd: Int, path: Addr, uid: Uint, gid: Uint, flags: Int) -> int:
    if flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW):
        return -EINVAL
    return _set_owner(lookup_at(kernel, task, dirfd, strncpy_from_user(task.mm, path), flags), uid, gid)


@syscall("utimensat", "utimensat_time64")
def sys_utimensat(kernel: Kernel, task: Task, dirfd: Int, path: Addr, times: Addr, flags: Int) -> int:
    if flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW):
        return -EINVAL
    values = struct.unpack("<4q", copy_from_user(task.mm, times, 32)) if times else (0, UTIME_NOW, 0, UTIME_NOW)
    stamps = {}
    for name, sec, nsec in (("atime", *values[:2]), ("mtime", *values[2:])):
        if nsec not in (UTIME_NOW, UTIME_OMIT) and not 0 <= nsec < BILLION:
            return -EINVAL
        if nsec != UTIME_OMIT:
            stamps[name] = kernel.realtime_ns() if nsec == UTIME_NOW else clamp_time(sec) * BILLION + nsec
    if path:
        inode = lookup_at(kernel, task, dirfd, strncpy_from_user(task.mm, path), flags)
    else:
        inode = task.files.get(dirfd).inode
    inode.want_write()
    inode.set_attributes(**stamps)
    return 0


def clamp_time(seconds: int) -> int:
    """Times of a file system that counts 34 bits of seconds, as ext4 does."""
    return min(max(seconds, -(1 << 31)), (1 << 34) - 1)
