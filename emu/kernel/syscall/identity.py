"""Who am I: process, thread, user and group numbers (credentials(7))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EACCES, EINVAL, EPERM, ESRCH
from emu.kernel.mm.uaccess import put_user
from emu.kernel.syscall.table import Addr, Int, Size, Uint, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

KEEP = 0xFFFFFFFF  # (uid_t)-1: leave it as it is
RIGHTS = ("euid", "egid", "fsuid", "fsgid")


@syscall("getpid")
def sys_getpid(kernel: Kernel, task: Task) -> int:
    return task.tgid


@syscall("gettid")
def sys_gettid(kernel: Kernel, task: Task) -> int:
    return task.pid


@syscall("getppid")
def sys_getppid(kernel: Kernel, task: Task) -> int:
    return task.process.parent.leader.pid if task.process.parent else 0


@syscall("getuid")
def sys_getuid(kernel: Kernel, task: Task) -> int:
    return task.uid


@syscall("geteuid")
def sys_geteuid(kernel: Kernel, task: Task) -> int:
    return task.euid


@syscall("getgid")
def sys_getgid(kernel: Kernel, task: Task) -> int:
    return task.gid


@syscall("getegid")
def sys_getegid(kernel: Kernel, task: Task) -> int:
    return task.egid


@syscall("getresuid")
def sys_getresuid(kernel: Kernel, task: Task, ruid: Addr, euid: Addr, suid: Addr) -> int:
    for addr, value in ((ruid, task.uid), (euid, task.euid), (suid, task.suid)):
        put_user(task.mm, addr, value, 4)
    return 0


@syscall("getresgid")
def sys_getresgid(kernel: Kernel, task: Task, rgid: Addr, egid: Addr, sgid: Addr) -> int:
    for addr, value in ((rgid, task.gid), (egid, task.egid), (sgid, task.sgid)):
        put_user(task.mm, addr, value, 4)
    return 0


def owns(task: Task, other: Task) -> bool:
    """Whether a task may change another's parameters: the same user, or root."""
    return task.euid in (0, other.uid, other.euid)


def commit_creds(task: Task, **ids: int) -> None:
    """New user and group numbers. With other rights nobody looks into the process any more, and a parent's end does not
    matter to it (prctl(2): PR_SET_DUMPABLE, PR_SET_PDEATHSIG).
    """
    if any(name in RIGHTS and getattr(task, name) != value for name, value in ids.items()):
        task.process.dumpable, task.pdeath_signal = False, 0
    for name, value in ids.items():
        setattr(task, name, value)


def _allowed(task: Task, value: int, *own: int) -> bool:
    return value == KEEP or task.euid == 0 or value in own


@syscall("setuid")
def sys_setuid(kernel: Kernel, task: Task, uid: Uint) -> int:
    if uid == KEEP:
        return -EINVAL
    if not _allowed(task, uid, task.uid, task.suid):
        return -EPERM
    real = {"uid": uid, "suid": uid} if task.euid == 0 else {}
    commit_creds(task, euid=uid, fsuid=uid, **real)
    return 0


@syscall("setgid")
def sys_setgid(kernel: Kernel, task: Task, gid: Uint) -> int:
    if gid == KEEP:
        return -EINVAL
    if not _allowed(task, gid, task.gid, task.sgid):
        return -EPERM
    real = {"gid": gid, "sgid": gid} if task.euid == 0 else {}
    commit_creds(task, egid=gid, fsgid=gid, **real)
    return 0


@syscall("setresuid")
def sys_setresuid(kernel: Kernel, task: Task, ruid: Uint, euid: Uint, suid: Uint) -> int:
    own = (task.uid, task.euid, task.suid)
    if not all(_allowed(task, value, *own) for value in (ruid, euid, suid)):
        return -EPERM
    uid, euid, suid = (old if new == KEEP else new for old, new in zip(own, (ruid, euid, suid), strict=True))
    commit_creds(task, uid=uid, euid=euid, suid=suid, fsuid=euid)
    return 0


@syscall("setresgid")
def sys_setresgid(kernel: Kernel, task: Task, rgid: Uint, egid: Uint, sgid: Uint) -> int:
    own = (task.gid, task.egid, task.sgid)
    if not all(_allowed(task, value, *own) for value in (rgid, egid, sgid)):
        return -EPERM
    gid, egid, sgid = (old if new == KEEP else new for old, new in zip(own, (rgid, egid, sgid), strict=True))
    commit_creds(task, gid=gid, egid=egid, sgid=sgid, fsgid=egid)
    return 0


def process_of(kernel: Kernel, task: Task, pid: int) -> Task | None:
    """The leader of the process `pid`, or of the caller's for 0."""
    if pid == 0:
        return task.process.leader
    found = kernel.tasks.get(pid)
    return found if found is not None and found.is_leader else None


@syscall("getpgid")
def sys_getpgid(kernel: Kernel, task: Task, pid: Int) -> int:
    found = process_of(kernel, task, pid)
    return found.process.pgid if found else -ESRCH


@syscall("getsid")
def sys_getsid(kernel: Kernel, task: Task, pid: Int) -> int:
    found = process_of(kernel, task, pid)
    return found.process.sid if found else -ESRCH


@syscall("setpgid")
def sys_setpgid(kernel: Kernel, task: Task, pid: Int, pgid: Int) -> int:
    if (pgid or pid) < 0:
        return -EINVAL
    found = process_of(kernel, task, pid)
    if found is None or (found is not task.process.leader and found.process not in task.process.children):
        return -ESRCH
    if found is not task.process.leader and found.process.did_exec:
        return -EACCES
    if found.process.sid == found.pid or found.process.sid != task.process.sid:
        return -EPERM
    group = pgid or found.pid
    members = [t.process.sid for t in kernel.tasks.values() if t.is_leader and t.process.pgid == group]
    if group != found.pid and found.process.sid not in members:
        return -EPERM
    found.process.pgid = group
    return 0


@syscall("setsid")
def sys_setsid(kernel: Kernel, task: Task) -> int:
    if any(t.process.pgid == task.tgid for t in kernel.tasks.values() if t.is_leader):
        return -EPERM
    task.process.pgid = task.process.sid = task.tgid
    return task.tgid


@syscall("set_tid_address")
def sys_set_tid_address(kernel: Kernel, task: Task, addr: Addr) -> int:
    task.clear_child_tid = addr
    return task.pid


@syscall("set_robust_list")
def sys_set_robust_list(kernel: Kernel, task: Task, head: Addr, length: Size) -> int:
    if length != 3 * kernel.xlen // 8:
        return -EINVAL
    task.robust_list = head
    return 0


@syscall("get_robust_list")
def sys_get_robust_list(kernel: Kernel, task: Task, pid: Int, head: Addr, length: Addr) -> int:
    found = kernel.tasks.get(pid) if pid else task
    if found is None:
        return -ESRCH
    if not owns(task, found):
        return -EPERM
    word = kernel.xlen // 8
    put_user(task.mm, head, found.robust_list, word)
    put_user(task.mm, length, 3 * word, word)
    return 0
