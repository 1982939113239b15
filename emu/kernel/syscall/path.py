"""Paths: what they lead to, opening it, and making it where nothing is (openat(2), mkdirat(2) … path_resolution(7))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import (
    EEXIST,
    EINVAL,
    EISDIR,
    ENOENT,
    ENOTDIR,
    EPERM,
    ETXTBSY,
    Errno,
)
from emu.kernel.fs import file as f
from emu.kernel.fs.directory import DirBase
from emu.kernel.fs.fsnotify import IN_MODIFY
from emu.kernel.fs.inode import S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK, Inode
from emu.kernel.fs.namei import Found
from emu.kernel.fs.permission import MAY_WRITE, Cred, cred_of, permission
from emu.kernel.mm.uaccess import copy_to_user, strncpy_from_user
from emu.kernel.syscall.descriptor import install
from emu.kernel.syscall.fsize import check_size
from emu.kernel.syscall.table import Addr, Int, Off, Uint, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

AT_FDCWD, AT_SYMLINK_NOFOLLOW, AT_SYMLINK_FOLLOW, AT_EMPTY_PATH = -100, 0x100, 0x400, 0x1000


def start_dir(task: Task, dirfd: int, path: bytes) -> DirBase:
    """Where a path starts: / for absolute ones, else the current directory or a descriptor's. ENOENT EBADF ENOTDIR."""
    if not path:
        raise Errno(ENOENT)
    if path.startswith(b"/") or dirfd == AT_FDCWD:
        return task.fs.cwd
    inode = task.files.get_raw(dirfd).inode
    if not isinstance(inode, DirBase):
        raise Errno(ENOTDIR)
    return inode


def walk_at(kernel: Kernel, task: Task, dirfd: int, addr: int) -> Found:
    """Resolve a path of the user's up to its last name."""
    path = strncpy_from_user(task.mm, addr)
    return kernel.fs.walk_parent(start_dir(task, dirfd, path), path)


def lookup_at(kernel: Kernel, task: Task, dirfd: int, path: bytes, flags: int, cred: Cred | None = None) -> Inode:
    """The inode of a path, or of the descriptor itself with AT_EMPTY_PATH."""
    if not path and flags & AT_EMPTY_PATH:
        return task.fs.cwd if dirfd == AT_FDCWD else task.files.get_raw(dirfd).inode
    return kernel.fs.lookup(start_dir(task, dirfd, path), path, not flags & AT_SYMLINK_NOFOLLOW, cred)


@syscall("openat")
def sys_openat(kernel: Kernel, task: Task, dirfd: Int, path: Addr, flags: Uint, mode: Uint) -> int:
    name = strncpy_from_user(task.mm, path)
    if flags & f.O_CREAT and flags & f.O_DIRECTORY:
        return -EINVAL
    mode = mode & 0o7777 & ~task.fs.umask
    return install(task, kernel.fs.open(start_dir(task, dirfd, name), name, flags, mode), flags)


@syscall("truncate", "truncate64")
def sys_truncate(kernel: Kernel, task: Task, path: Addr, length: Off) -> int:
    if length < 0:
        return -EINVAL
    inode = kernel.fs.lookup(task.fs.cwd, strncpy_from_user(task.mm, path))
    if inode.is_dir:
        return -EISDIR
    if inode.kind != S_IFREG:
        return -EINVAL
    permission(cred_of(task), inode, MAY_WRITE)
    if inode.execs:
        return -ETXTBSY
    check_size(task, length)
    inode.truncate(length)
    kernel.fsnotify.tell(inode, IN_MODIFY)
    return 0


def to_make(kernel: Kernel, task: Task, dirfd: int, addr: int, folder: bool = False) -> Found:
    """A path where nothing is yet. EEXIST; ENOENT when it ends in / and no folder is to be made."""
    found = walk_at(kernel, task, dirfd, addr)
    if found.inode is not None:
        raise Errno(EEXIST)
    if found.must_dir and not folder:
        raise Errno(ENOENT)
    return found


@syscall("mkdirat")
def sys_mkdirat(kernel: Kernel, task: Task, dirfd: Int, path: Addr, mode: Uint) -> int:
    found = to_make(kernel, task, dirfd, path, folder=True)
    kernel.fs.make(found, lambda: found.parent.mkdir(found.name, mode & 0o1777 & ~task.fs.umask))
    return 0


@syscall("mknodat")
def sys_mknodat(kernel: Kernel, task: Task, dirfd: Int, path: Addr, mode: Uint, dev: Uint) -> int:
    found = to_make(kernel, task, dirfd, path)
    kind, perms = mode & S_IFMT or S_IFREG, mode & 0o7777 & ~task.fs.umask
    if kind == S_IFREG:
        kernel.fs.make(found, lambda: found.parent.create(found.name, perms))
    elif kind in (S_IFIFO, S_IFSOCK):
        kernel.fs.make(found, lambda: found.parent.mknod(found.name, kind | perms, 0))
    else:
        return -EPERM if kind in (S_IFCHR, S_IFDIR, 0o060000) else -EINVAL
    return 0


@syscall("symlinkat")
def sys_symlinkat(kernel: Kernel, task: Task, target: Addr, dirfd: Int, path: Addr) -> int:
    text = strncpy_from_user(task.mm, target)
    if not text:
        return -ENOENT
    found = to_make(kernel, task, dirfd, path)
    kernel.fs.make(found, lambda: found.parent.symlink(found.name, text))
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
    inode.accessed()
    copy_to_user(task.mm, buf, target)
    return len(target)
