"""What belongs to a file or a process beside names: access, the current directory, modes, owners, times."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.clocks import NSEC_PER_SEC
from emu.kernel.errno import (
    EINVAL,
    ENOENT,
    ENOTDIR,
    EOPNOTSUPP,
    EPERM,
    ERANGE,
    Errno,
)
from emu.kernel.fs.directory import DirBase
from emu.kernel.fs.inode import S_IFDIR, S_IFLNK, S_IFREG, Inode
from emu.kernel.fs.namei import path_of
from emu.kernel.fs.permission import (
    MAY_EXEC,
    MAY_WRITE,
    Cred,
    change_mode,
    change_owner,
    cred_of,
    permission,
    real_cred_of,
)
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user, strncpy_from_user
from emu.kernel.syscall.path import AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW, lookup_at
from emu.kernel.syscall.table import Addr, Int, Size, Uint, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

AT_EACCESS = 0x200
UTIME_NOW, UTIME_OMIT = (1 << 30) - 1, (1 << 30) - 2


@syscall("faccessat")
def sys_faccessat(kernel: Kernel, task: Task, dirfd: Int, path: Addr, mode: Uint) -> int:
    return sys_faccessat2(kernel, task, dirfd, path, mode, 0)


@syscall("faccessat2")
def sys_faccessat2(kernel: Kernel, task: Task, dirfd: Int, path: Addr, mode: Uint, flags: Uint) -> int:
    if mode & ~7 or flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH):
        return -EINVAL
    cred = cred_of(task) if flags & AT_EACCESS else real_cred_of(task)
    inode = lookup_at(kernel, task, dirfd, strncpy_from_user(task.mm, path), flags, cred)
    if mode & MAY_WRITE and inode.kind in (S_IFREG, S_IFDIR, S_IFLNK):
        inode.want_write()
    permission(cred, inode, mode)
    return 0


def _chdir(task: Task, inode: Inode) -> int:
    if not isinstance(inode, DirBase):
        return -ENOTDIR
    permission(cred_of(task), inode, MAY_EXEC)
    task.fs.cwd = inode
    return 0


@syscall("chdir")
def sys_chdir(kernel: Kernel, task: Task, path: Addr) -> int:
    return _chdir(task, kernel.fs.lookup(task.fs.cwd, strncpy_from_user(task.mm, path)))


@syscall("fchdir")
def sys_fchdir(kernel: Kernel, task: Task, fd: Int) -> int:
    return _chdir(task, task.files.get_raw(fd).inode)


@syscall("chroot")
def sys_chroot(kernel: Kernel, task: Task, path: Addr) -> int:
    """Another directory is / from now on. The current directory stays where it is (chroot(2))."""
    inode = kernel.fs.lookup(task.fs.cwd, strncpy_from_user(task.mm, path))
    if not isinstance(inode, DirBase):
        return -ENOTDIR
    permission(cred_of(task), inode, MAY_EXEC)
    if task.euid:
        return -EPERM
    task.fs.root = inode
    return 0


@syscall("getcwd")
def sys_getcwd(kernel: Kernel, task: Task, buf: Addr, size: Size) -> int:
    cwd = task.fs.cwd
    if cwd.nlink == 0:
        return -ENOENT
    path = path_of(cwd, task.fs.root).encode("utf-8", "surrogateescape") + b"\0"
    if len(path) > size:
        return -ERANGE
    copy_to_user(task.mm, buf, path)
    return len(path)


@syscall("umask")
def sys_umask(kernel: Kernel, task: Task, mask: Uint) -> int:
    old, task.fs.umask = task.fs.umask, mask & 0o777
    return old


@syscall("fchmod")
def sys_fchmod(kernel: Kernel, task: Task, fd: Int, mode: Uint) -> int:
    change_mode(cred_of(task), task.files.get(fd).inode, mode)
    return 0


@syscall("fchmodat")
def sys_fchmodat(kernel: Kernel, task: Task, dirfd: Int, path: Addr, mode: Uint) -> int:
    change_mode(cred_of(task), lookup_at(kernel, task, dirfd, strncpy_from_user(task.mm, path), 0), mode)
    return 0


@syscall("fchmodat2")
def sys_fchmodat2(kernel: Kernel, task: Task, dirfd: Int, path: Addr, mode: Uint, flags: Uint) -> int:
    if flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH):
        return -EINVAL
    inode = lookup_at(kernel, task, dirfd, strncpy_from_user(task.mm, path), flags)
    if inode.kind == S_IFLNK:
        return -EOPNOTSUPP
    change_mode(cred_of(task), inode, mode)
    return 0


@syscall("fchown")
def sys_fchown(kernel: Kernel, task: Task, fd: Int, uid: Uint, gid: Uint) -> int:
    change_owner(cred_of(task), task.files.get(fd).inode, uid, gid)
    return 0


@syscall("fchownat")
def sys_fchownat(kernel: Kernel, task: Task, dirfd: Int, path: Addr, uid: Uint, gid: Uint, flags: Int) -> int:
    if flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW):
        return -EINVAL
    change_owner(cred_of(task), lookup_at(kernel, task, dirfd, strncpy_from_user(task.mm, path), flags), uid, gid)
    return 0


@syscall("utimensat", "utimensat_time64")
def sys_utimensat(kernel: Kernel, task: Task, dirfd: Int, path: Addr, times: Addr, flags: Int) -> int:
    if flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW):
        return -EINVAL
    values = struct.unpack("<4q", copy_from_user(task.mm, times, 32)) if times else (0, UTIME_NOW, 0, UTIME_NOW)
    stamps = {}
    for name, sec, nsec in (("atime", *values[:2]), ("mtime", *values[2:])):
        if nsec not in (UTIME_NOW, UTIME_OMIT) and not 0 <= nsec < NSEC_PER_SEC:
            return -EINVAL
        if nsec != UTIME_OMIT:
            stamps[name] = kernel.realtime_ns() if nsec == UTIME_NOW else clamp_time(sec) * NSEC_PER_SEC + nsec
    if path:
        inode = lookup_at(kernel, task, dirfd, strncpy_from_user(task.mm, path), flags)
    else:
        inode = task.files.get(dirfd).inode
    if not stamps:
        return 0
    inode.want_write()
    may_touch(cred_of(task), inode, times == 0 or values[1] == values[3] == UTIME_NOW)
    inode.set_attributes(**stamps)
    return 0


def may_touch(cred: Cred, inode: Inode, now: bool) -> None:
    """The present time may be set by who may write, others by the owner. EACCES EPERM."""
    if cred.uid not in (0, inode.uid):
        if not now:
            raise Errno(EPERM)
        permission(cred, inode, MAY_WRITE)


def clamp_time(seconds: int) -> int:
    """Times of a file system that counts 34 bits of seconds, as ext4 does."""
    return min(max(seconds, -(1 << 31)), (1 << 34) - 1)
