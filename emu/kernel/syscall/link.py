"""Names of files that exist: another one, another place, one less (link(2), rename(2), unlink(2), rmdir(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EBUSY, EEXIST, EINVAL, EISDIR, ENOENT, ENOTDIR, ENOTEMPTY, EPERM, EXDEV
from emu.kernel.fs.directory import DirBase
from emu.kernel.fs.fsnotify import IN_ATTRIB, IN_CREATE
from emu.kernel.fs.namei import Found
from emu.kernel.fs.permission import MAY_WRITE, Cred, cred_of, may_create, may_delete, permission
from emu.kernel.mm.uaccess import strncpy_from_user
from emu.kernel.syscall.path import AT_EMPTY_PATH, AT_SYMLINK_FOLLOW, AT_SYMLINK_NOFOLLOW, lookup_at, to_make, walk_at
from emu.kernel.syscall.table import Addr, Int, Uint, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

AT_REMOVEDIR = 0x200
RENAME_NOREPLACE, RENAME_EXCHANGE = 1, 2


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
    """rmdir(2). EBUSY EINVAL ENOTEMPTY ENOENT ENOTDIR EACCES EPERM."""
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
