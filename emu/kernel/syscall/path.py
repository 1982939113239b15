"""Names: open, make, remove, rename, link, permissions, the current directory (openat(2) … path_resolution(7))."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import (
    EACCES,
    EBUSY,
    EEXIST,
    EINVAL,
    EISDIR,
    ENOENT,
    ENOTDIR,
    ENOTEMPTY,
    EPERM,
    ERANGE,
    EXDEV,
    Errno,
)
from emu.kernel.fs import file as f
from emu.kernel.fs.directory import DirBase
from emu.kernel.fs.inode import S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, Inode
from emu.kernel.fs.namei import Found, path_of
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user, strncpy_from_user
from emu.kernel.rlimit import RLIMIT_FSIZE
from emu.kernel.syscall.file import install
from emu.kernel.syscall.table import Addr, Int, Off, Size, Uint, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

AT_FDCWD, AT_SYMLINK_NOFOLLOW, AT_REMOVEDIR, AT_SYMLINK_FOLLOW, AT_EMPTY_PATH = -100, 0x100, 0x200, 0x400, 0x1000
AT_EACCESS = 0x200
RENAME_NOREPLACE, RENAME_EXCHANGE = 1, 2
UTIME_NOW, UTIME_OMIT = (1 << 30) - 1, (1 << 30) - 2
BILLION = 1_000_000_000


def start_dir(task: Task, dirfd: int, path: bytes) -> DirBase:
    """Where a path starts: / for absolute ones, else the current directory or a descriptor's. EBADF ENOTDIR."""
    if path.startswith(b"/") or dirfd == AT_FDCWD:
        return task.fs.cwd
    inode = task.files.get(dirfd).inode
    if not isinstance(inode, DirBase):
        raise Errno(ENOTDIR)
    return inode


def walk_at(kernel: Kernel, task: Task, dirfd: int, addr: int, follow: bool = False) -> Found:
    """Resolve a path of the user's; the last component may be missing."""
    path = strncpy_from_user(task.mm, addr)
    return kernel.fs.walk(start_dir(task, dirfd, path), path, follow)


def lookup_at(kernel: Kernel, task: Task, dirfd: int, path: bytes, flags: int) -> Inode:
    """The inode of a path, or of the descriptor itself with AT_EMPTY_PATH."""
    if not path and flags & AT_EMPTY_PATH:
        return task.fs.cwd if dirfd == AT_FDCWD else task.files.get(dirfd).inode
    return kernel.fs.lookup(start_dir(task, dirfd, path), path, not flags & AT_SYMLINK_NOFOLLOW)


@syscall("openat")
def sys_openat(kernel: Kernel, task: Task, dirfd: Int, path: Addr, flags: Uint, mode: Uint) -> int:
    name = strncpy_from_user(task.mm, path)
    if flags & f.O_CREAT and flags & f.O_DIRECTORY:
        return -EINVAL
    mode = mode & 0o7777 & ~task.fs.umask
    return install(task, kernel.fs.open(start_dir(task, dirfd, name), name, flags, mode), flags)


@syscall("truncate", "truncate64")
def sys_truncate(kernel: Kernel, task: Task, path: Addr, length: Off) -> int:
    inode = kernel.fs.lookup(task.fs.cwd, strncpy_from_user(task.mm, path))
    if inode.is_dir:
        return -EISDIR
    if length < 0 or inode.kind != S_IFREG:
        return -EINVAL
    if length > task.process.rlimits[RLIMIT_FSIZE][0]:
        return -27
    inode.truncate(length)
    return 0


def to_make(kernel: Kernel, task: Task, dirfd: int, addr: int) -> Found:
    """A path where nothing is yet. EEXIST."""
    found = walk_at(kernel, task, dirfd, addr)
    if found.inode is not None:
        raise Errno(EEXIST)
    return found


@syscall("mkdirat")
def sys_mkdirat(kernel: Kernel, task: Task, dirfd: Int, path: Addr, mode: Uint) -> int:
    found = to_make(kernel, task, dirfd, path)
    found.parent.mkdir(found.name, mode & 0o7777 & ~task.fs.umask)
    return 0


@syscall("mknodat")
def sys_mknodat(kernel: Kernel, task: Task, dirfd: Int, path: Addr, mode: Uint, dev: Uint) -> int:
    found = to_make(kernel, task, dirfd, path)
    if found.must_dir:
        return -ENOENT
    kind, perms = mode & S_IFMT or S_IFREG, mode & 0o7777 & ~task.fs.umask
    if kind == S_IFREG:
        found.parent.create(found.name, perms)
    elif kind == S_IFIFO:
        found.parent.mknod(found.name, kind | perms, 0)
    else:
        return -EPERM if kind in (S_IFCHR, S_IFDIR, 0o060000) else -EINVAL
    return 0


@syscall("symlinkat")
def sys_symlinkat(kernel: Kernel, task: Task, target: Addr, dirfd: Int, path: Addr) -> int:
    text = strncpy_from_user(task.mm, target)
    if not text:
        return -ENOENT
    found = to_make(kernel, task, dirfd, path)
    if found.must_dir:
        return -ENOENT
    found.parent.symlink(found.name, text)
    return 0


@syscall("linkat")
def sys_linkat(kernel: Kernel, task: Task, olddir: Int, old: Addr, newdir: Int, new: Addr, flags: Int) -> int:
    if flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH):
        return -EINVAL
    path = strncpy_from_user(task.mm, old)
    nofollow = 0 if flags & AT_SYMLINK_FOLLOW else AT_SYMLINK_NOFOLLOW
    inode = lookup_at(kernel, task, olddir, path, flags & AT_EMPTY_PATH | nofollow)
    found = to_make(kernel, task, newdir, new)
    if inode.is_dir:
        return -EPERM
    if inode.sb is not found.parent.sb:
        return -EXDEV
    found.parent.link(found.name, inode)
    return 0


@syscall("unlinkat")
def sys_unlinkat(kernel: Kernel, task: Task, dirfd: Int, path: Addr, flags: Int) -> int:
    if flags & ~AT_REMOVEDIR:
        return -EINVAL
    found = walk_at(kernel, task, dirfd, path)
    if flags & AT_REMOVEDIR:
        return remove_dir(found)
    if found.inode is None:
        return -ENOENT
    if found.inode.is_dir:
        return -EISDIR
    if found.must_dir:
        return -ENOTDIR
    found.parent.unlink(found.name)
    return 0


def remove_dir(found: Found) -> int:
    if found.name == b".":
        return -EINVAL
    if found.name == b"..":
        return -ENOTEMPTY
    if found.inode is None:
        return -ENOENT
    if not isinstance(found.inode, DirBase):
        return -ENOTDIR
    if found.inode.covers is not None:
        return -EBUSY
    found.parent.rmdir(found.name)
    return 0


@syscall("renameat2", "renameat")
def sys_renameat2(kernel: Kernel, task: Task, olddir: Int, old: Addr, newdir: Int, new: Addr, flags: Uint) -> int:
    if flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE) or flags == 3:
        return -EINVAL
    source, target = walk_at(kernel, task, olddir, old), walk_at(kernel, task, newdir, new)
    if b"." in (source.name, target.name) or b".." in (source.name, target.name):
        return -EBUSY
    if source.inode is None:
        return -ENOENT
    if flags & RENAME_EXCHANGE:
        return -EINVAL
    if target.inode is not None and flags & RENAME_NOREPLACE:
        return -EEXIST
    if (source.must_dir or target.must_dir) and not source.inode.is_dir:
        return -ENOTDIR
    if source.parent.sb is not target.parent.sb:
        return -EXDEV
    source.parent.rename(source.name, target.parent, target.name)
    return 0


@syscall("readlinkat")
def sys_readlinkat(kernel: Kernel, task: Task, dirfd: Int, path: Addr, buf: Addr, size: Int) -> int:
    if size <= 0:
        return -EINVAL
    name = strncpy_from_user(task.mm, path)
    inode = lookup_at(kernel, task, dirfd, name, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)
    if inode.kind != S_IFLNK:
        return -ENOENT if not name else -EINVAL
    target = inode.readlink()[:size]
    copy_to_user(task.mm, buf, target)
    return len(target)


@syscall("faccessat", "faccessat2")
def sys_faccessat(kernel: Kernel, task: Task, dirfd: Int, path: Addr, mode: Uint, flags: Uint) -> int:
    if mode & ~7:
        return -EINVAL
    inode = lookup_at(kernel, task, dirfd, strncpy_from_user(task.mm, path), flags & AT_SYMLINK_NOFOLLOW)
    if mode & 2:
        inode.want_write()
    if mode & 1 and inode.kind == S_IFREG and not inode.mode & 0o111:
        return -EACCES
    return 0


# -- the current directory --------------------------------------------------------------------------------------------
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
    return _chdir(task, task.files.get(fd).inode)


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


# -- attributes -------------------------------------------------------------------------------------------------------
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
