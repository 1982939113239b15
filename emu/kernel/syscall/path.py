"""Names: open, make, remove, rename, link, permissions, the current directory (openat(2) … path_resolution(7))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import (
    EBUSY,
    EEXIST,
    EINVAL,
    EISDIR,
    ENOENT,
    ENOTDIR,
    ENOTEMPTY,
    EPERM,
    ETXTBSY,
    EXDEV,
    Errno,
)
from emu.kernel.fs import file as f
from emu.kernel.fs.directory import DirBase
from emu.kernel.fs.inode import S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, Inode
from emu.kernel.fs.inotify import IN_ATTRIB, IN_CREATE, IN_MODIFY
from emu.kernel.fs.namei import Found
from emu.kernel.fs.permission import MAY_WRITE, Cred, cred_of, may_create, may_delete, permission
from emu.kernel.mm.uaccess import copy_to_user, strncpy_from_user
from emu.kernel.syscall.descriptor import install
from emu.kernel.syscall.fsize import check_size
from emu.kernel.syscall.table import Addr, Int, Off, Uint, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

AT_FDCWD, AT_SYMLINK_NOFOLLOW, AT_REMOVEDIR, AT_SYMLINK_FOLLOW, AT_EMPTY_PATH = -100, 0x100, 0x200, 0x400, 0x1000
RENAME_NOREPLACE, RENAME_EXCHANGE = 1, 2


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


def walk_at(kernel: Kernel, task: Task, dirfd: int, addr: int, follow: bool = False) -> Found:
    """Resolve a path of the user's; the last component may be missing."""
    path = strncpy_from_user(task.mm, addr)
    return kernel.fs.walk(start_dir(task, dirfd, path), path, follow)


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


def to_make(kernel: Kernel, task: Task, dirfd: int, addr: int) -> Found:
    """A path where nothing is yet. EEXIST."""
    found = walk_at(kernel, task, dirfd, addr)
    if found.inode is not None:
        raise Errno(EEXIST)
    return found


@syscall("mkdirat")
def sys_mkdirat(kernel: Kernel, task: Task, dirfd: Int, path: Addr, mode: Uint) -> int:
    found = to_make(kernel, task, dirfd, path)
    kernel.fs.make(found, lambda: found.parent.mkdir(found.name, mode & 0o1777 & ~task.fs.umask))
    return 0


@syscall("mknodat")
def sys_mknodat(kernel: Kernel, task: Task, dirfd: Int, path: Addr, mode: Uint, dev: Uint) -> int:
    found = to_make(kernel, task, dirfd, path)
    if found.must_dir:
        return -ENOENT
    kind, perms = mode & S_IFMT or S_IFREG, mode & 0o7777 & ~task.fs.umask
    if kind == S_IFREG:
        kernel.fs.make(found, lambda: found.parent.create(found.name, perms))
    elif kind == S_IFIFO:
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
    if found.must_dir:
        return -ENOENT
    kernel.fs.make(found, lambda: found.parent.symlink(found.name, text))
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
    if not inode.nlink and not inode.linkable:
        return -ENOENT
    if inode.sb is not found.parent.sb:
        return -EXDEV
    may_create(cred_of(task), found.parent)
    found.parent.link(found.name, inode)
    kernel.fsnotify.tell_name(found.parent, found.name, inode, IN_CREATE)
    kernel.fsnotify.tell(inode, IN_ATTRIB)
    return 0


@syscall("unlinkat")
def sys_unlinkat(kernel: Kernel, task: Task, dirfd: Int, path: Addr, flags: Int) -> int:
    if flags & ~AT_REMOVEDIR:
        return -EINVAL
    found = walk_at(kernel, task, dirfd, path)
    if flags & AT_REMOVEDIR:
        return remove_dir(task, found)
    if found.inode is None:
        return -ENOENT
    if found.inode.is_dir:
        return -EISDIR
    if found.must_dir:
        return -ENOTDIR
    may_delete(cred_of(task), found.parent, found.inode)
    found.parent.unlink(found.name)
    kernel.fsnotify.unlinked(found.parent, found.name, found.inode)
    return 0


def remove_dir(task: Task, found: Found) -> int:
    if found.name == b"/":
        return -EBUSY
    if found.name == b".":
        return -EINVAL
    if found.name == b"..":
        return -ENOTEMPTY
    if found.inode is None:
        return -ENOENT
    may_delete(cred_of(task), found.parent, found.inode)
    if not isinstance(found.inode, DirBase):
        return -ENOTDIR
    if found.inode.covers is not None:
        return -EBUSY
    found.parent.rmdir(found.name)
    task.kernel.fsnotify.unlinked(found.parent, found.name, found.inode)
    return 0


@syscall("renameat2", "renameat")
def sys_renameat2(kernel: Kernel, task: Task, olddir: Int, old: Addr, newdir: Int, new: Addr, flags: Uint) -> int:
    if flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE) or flags == 3:
        return -EINVAL
    source, target = walk_at(kernel, task, olddir, old), walk_at(kernel, task, newdir, new)
    if {source.name, target.name} & {b".", b"..", b"/"}:
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
    may_rename(cred_of(task), source, target)
    source.parent.rename(source.name, target.parent, target.name)
    if target.inode is not source.inode:
        kernel.fsnotify.moved((source.parent, source.name), (target.parent, target.name), source.inode)
    if target.inode is not None and target.inode is not source.inode:
        kernel.fsnotify.gone(target.inode)
    return 0


def may_rename(cred: Cred, source: Found, target: Found) -> None:
    """Both names, and ".." of a directory that gets another parent. EACCES EPERM."""
    may_delete(cred, source.parent, source.inode)
    may_delete(cred, target.parent, target.inode)
    if source.inode is not None and source.inode.is_dir and source.parent is not target.parent:
        permission(cred, source.inode, MAY_WRITE)


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
