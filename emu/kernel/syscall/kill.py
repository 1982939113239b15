"""Sending signals: kill, tkill, tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo (their man pages, section 2)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import EINVAL, EPERM, ESRCH
from emu.kernel.mm.uaccess import copy_from_user
from emu.kernel.siginfo import NSIG, SI_TKILL, SI_USER, SIGCONT, SigInfo
from emu.kernel.sigsend import send
from emu.kernel.syscall.table import Addr, Int, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task


def may_kill(task: Task, target: Task, number: int) -> bool:
    """The same user, or root; SIGCONT also within a session."""
    if number == SIGCONT and target.process.sid == task.process.sid:
        return True
    return task.euid in (0, target.uid, target.suid) or task.uid in (target.uid, target.suid)


def send_to(kernel: Kernel, task: Task, targets: list[Task], info: SigInfo, to_thread: bool = False) -> int:
    """kill's common end. ESRCH without a target, EPERM when none may be signalled; signal 0 only asks. EAGAIN."""
    if not targets:
        return -ESRCH
    allowed = [target for target in targets if may_kill(task, target, info.number)]
    if not allowed:
        return -EPERM
    results = [send(kernel, target, info, to_thread) for target in allowed] if info.number else [0]
    return max(results)


def from_user(task: Task, number: int, code: int) -> SigInfo:
    """What kill and tkill tell of themselves."""
    return SigInfo(number, code, pid=task.tgid, uid=task.uid)


@syscall("kill")
def sys_kill(kernel: Kernel, task: Task, pid: Int, number: Int) -> int:
    if not 0 <= number <= NSIG:
        return -EINVAL
    leaders = [found for found in list(kernel.tasks.values()) if found.is_leader]
    if pid > 0:
        targets = [kernel.tasks[pid]] if pid in kernel.tasks else []
    elif pid == -1:
        targets = [found for found in leaders if found.pid != 1 and found is not task.process.leader]
        if targets:  # who can't be told is left out
            return max(send_to(kernel, task, targets, from_user(task, number, SI_USER)), 0)
    else:
        group = -pid if pid else task.process.pgid
        targets = [found for found in leaders if found.process.pgid == group]
    return send_to(kernel, task, targets, from_user(task, number, SI_USER))


@syscall("tgkill")
def sys_tgkill(kernel: Kernel, task: Task, tgid: Int, tid: Int, number: Int) -> int:
    if tgid <= 0 or tid <= 0 or not 0 <= number <= NSIG:
        return -EINVAL
    found = kernel.tasks.get(tid)
    targets = [found] if found is not None and found.tgid == tgid else []
    return send_to(kernel, task, targets, from_user(task, number, SI_TKILL), True)


@syscall("tkill")
def sys_tkill(kernel: Kernel, task: Task, tid: Int, number: Int) -> int:
    if tid <= 0 or not 0 <= number <= NSIG:
        return -EINVAL
    found = kernel.tasks.get(tid)
    return send_to(kernel, task, [found] if found else [], from_user(task, number, SI_TKILL), True)


# -- with a value -----------------------------------------------------------------------------------------------------
def read_siginfo(kernel: Kernel, task: Task, number: int, addr: int) -> SigInfo:
    """What the caller tells of a signal that it sends: all is taken as it is, but the number. EFAULT."""
    form = struct.Struct("<8xi4xIIQ" if kernel.xlen == 64 else "<8xiIII")
    code, pid, uid, value = form.unpack(copy_from_user(task.mm, addr, form.size))
    return SigInfo(number, code, pid=pid, uid=uid, value=value)


def forged(task: Task, target: Task | None, info: SigInfo) -> bool:
    """Whether it tells others of itself what only the kernel may say."""
    return (info.code >= 0 or info.code == SI_TKILL) and (target is None or target.process is not task.process)


@syscall("rt_sigqueueinfo")
def sys_rt_sigqueueinfo(kernel: Kernel, task: Task, pid: Int, number: Int, addr: Addr) -> int:
    info = read_siginfo(kernel, task, number, addr)
    found = kernel.tasks.get(pid)
    if forged(task, found, info):
        return -EPERM
    if not 0 <= number <= NSIG:
        return -EINVAL
    return send_to(kernel, task, [found] if found else [], info)


@syscall("rt_tgsigqueueinfo")
def sys_rt_tgsigqueueinfo(kernel: Kernel, task: Task, tgid: Int, tid: Int, number: Int, addr: Addr) -> int:
    info = read_siginfo(kernel, task, number, addr)
    found = kernel.tasks.get(tid)
    if tgid <= 0 or tid <= 0:
        return -EINVAL
    if forged(task, found, info):
        return -EPERM
    if not 0 <= number <= NSIG:
        return -EINVAL
    return send_to(kernel, task, [found] if found is not None and found.tgid == tgid else [], info, True)
