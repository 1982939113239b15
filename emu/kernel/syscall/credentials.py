"""Older ways to change who one is: setreuid(2), setregid(2), setfsuid(2), setgroups(2), personality(2)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import EINVAL, ENOMEM, EPERM
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user
from emu.kernel.syscall.identity import KEEP, commit_creds
from emu.kernel.syscall.table import Addr, Int, Uint, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

NGROUPS_MAX = 65536
GROUPS_PER_PAGE = 64  # of --ram, that all lists together may have
QUERY = 0xFFFFFFFF


@syscall("setreuid")
def sys_setreuid(kernel: Kernel, task: Task, ruid: Uint, euid: Uint) -> int:
    if task.euid and (ruid not in (KEEP, task.uid, task.euid) or euid not in (KEEP, task.uid, task.euid, task.suid)):
        return -EPERM
    saved = ruid != KEEP or euid not in (KEEP, task.uid)
    uid, euid = task.uid if ruid == KEEP else ruid, task.euid if euid == KEEP else euid
    commit_creds(task, uid=uid, euid=euid, suid=euid if saved else task.suid, fsuid=euid)
    return 0


@syscall("setregid")
def sys_setregid(kernel: Kernel, task: Task, rgid: Uint, egid: Uint) -> int:
    if task.euid and (rgid not in (KEEP, task.gid, task.egid) or egid not in (KEEP, task.gid, task.egid, task.sgid)):
        return -EPERM
    saved = rgid != KEEP or egid not in (KEEP, task.gid)
    gid, egid = task.gid if rgid == KEEP else rgid, task.egid if egid == KEEP else egid
    commit_creds(task, gid=gid, egid=egid, sgid=egid if saved else task.sgid, fsgid=egid)
    return 0


@syscall("setfsuid")
def sys_setfsuid(kernel: Kernel, task: Task, uid: Uint) -> int:
    """Whose files are used; the call tells what it was, whether it may change it or not."""
    old = task.fsuid
    if uid != KEEP and (not task.euid or uid in (task.uid, task.euid, task.suid, old)):
        commit_creds(task, fsuid=uid)
    return old


@syscall("setfsgid")
def sys_setfsgid(kernel: Kernel, task: Task, gid: Uint) -> int:
    old = task.fsgid
    if gid != KEEP and (not task.euid or gid in (task.gid, task.egid, task.sgid, old)):
        commit_creds(task, fsgid=gid)
    return old


@syscall("setgroups")
def sys_setgroups(kernel: Kernel, task: Task, size: Int, groups: Addr) -> int:
    if task.euid:
        return -EPERM
    if not 0 <= size <= NGROUPS_MAX:
        return -EINVAL
    held = {id(other.groups): len(other.groups) for other in kernel.tasks.values()}
    if sum(held.values()) + size > kernel.pages.total_pages * GROUPS_PER_PAGE:
        return -ENOMEM
    task.groups = tuple(sorted(struct.unpack(f"<{size}I", copy_from_user(task.mm, groups, 4 * size)))) if size else ()
    return 0


@syscall("getgroups")
def sys_getgroups(kernel: Kernel, task: Task, size: Int, groups: Addr) -> int:
    """How many there are; 0 as size asks for no more."""
    count = len(task.groups)
    if size < 0 or 0 < size < count:
        return -EINVAL
    if size and count:
        copy_to_user(task.mm, groups, struct.pack(f"<{count}I", *task.groups))
    return count


@syscall("personality")
def sys_personality(kernel: Kernel, task: Task, persona: Uint) -> int:
    """PER_LINUX is the only one."""
    return 0 if persona in (0, QUERY) else -EINVAL
