"""inotify_init1, inotify_add_watch, inotify_rm_watch (inotify(7))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EEXIST, EINVAL, ENOTDIR, Errno
from emu.kernel.fs import file as f
from emu.kernel.fs import fsnotify as n
from emu.kernel.fs import inotify as i
from emu.kernel.fs.permission import MAY_READ, cred_of, permission
from emu.kernel.mm.uaccess import strncpy_from_user
from emu.kernel.syscall.descriptor import install
from emu.kernel.syscall.path import AT_FDCWD, AT_SYMLINK_NOFOLLOW, lookup_at
from emu.kernel.syscall.table import Addr, Int, Uint, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

OPTIONS = n.IN_ONLYDIR | n.IN_DONT_FOLLOW | n.IN_EXCL_UNLINK | n.IN_MASK_CREATE | n.IN_MASK_ADD | n.IN_ONESHOT


@syscall("inotify_init1")
def sys_inotify_init1(kernel: Kernel, task: Task, flags: Int) -> int:
    if flags & ~(f.O_CLOEXEC | f.O_NONBLOCK):
        return -EINVAL
    return install(task, f.File(i.Inotify(kernel), flags & f.O_NONBLOCK, "anon_inode:inotify"), flags)


def instance(task: Task, fd: int) -> i.Inotify:
    """EBADF EINVAL."""
    inode = task.files.get(fd).inode
    if not isinstance(inode, i.Inotify):
        raise Errno(EINVAL)
    return inode


@syscall("inotify_add_watch")
def sys_inotify_add_watch(kernel: Kernel, task: Task, fd: Int, path: Addr, mask: Uint) -> int:
    if not mask & n.IN_ALL_EVENTS or mask & ~(n.IN_ALL_EVENTS | OPTIONS):
        return -EINVAL
    if mask & n.IN_MASK_ADD and mask & n.IN_MASK_CREATE:
        return -EINVAL
    inotify = instance(task, fd)
    flags = AT_SYMLINK_NOFOLLOW if mask & n.IN_DONT_FOLLOW else 0
    inode = lookup_at(kernel, task, AT_FDCWD, strncpy_from_user(task.mm, path), flags)
    if mask & n.IN_ONLYDIR and not inode.is_dir:
        return -ENOTDIR
    permission(cred_of(task), inode, MAY_READ)
    known = kernel.fsnotify.watches.get(inode, {}).get(inotify)
    if known is None:
        return inotify.watch(inode, mask)
    if mask & n.IN_MASK_CREATE:
        return -EEXIST
    known.mask = known.mask | mask if mask & n.IN_MASK_ADD else mask
    return known.wd


@syscall("inotify_rm_watch")
def sys_inotify_rm_watch(kernel: Kernel, task: Task, fd: Int, wd: Int) -> int:
    inotify = instance(task, fd)
    watch = inotify.by_number.get(wd)
    if watch is None:
        return -EINVAL
    inotify.drop(watch)
    return 0
