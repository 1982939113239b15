"""Signals as a program sees them: actions, masks, sending (sigaction(2), sigprocmask(2), kill(2), sigaltstack(2))."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel import sigframe
from emu.kernel import signal as s
from emu.kernel.errno import EAGAIN, EINTR, EINVAL, ENOMEM, EPERM, ESRCH
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user
from emu.kernel.sched.wait import WaitQueue, wait_on
from emu.kernel.syscall.table import Addr, Int, Size, syscall
from emu.kernel.syscall.time import get_timespec

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK = range(3)
SIGSET_SIZE = 8
MINSIGSTKSZ = 2048


@syscall("rt_sigaction")
def sys_rt_sigaction(kernel: Kernel, task: Task, number: Int, new: Addr, old: Addr, size: Size) -> int:
    if size != SIGSET_SIZE or not 1 <= number <= s.NSIG:
        return -EINVAL
    code = "<QQQ" if kernel.xlen == 64 else "<IIQ"
    before = task.process.actions.get(number, s.DEFAULT)
    if new:
        handler, flags, mask = struct.unpack(code, copy_from_user(task.mm, new, struct.calcsize(code)))
        if number in (9, 19):
            return -EINVAL
        task.process.actions[number] = s.SigAction(handler, flags, mask & ~s.UNBLOCKABLE)
        if s.ignored(task, number):
            for thread in task.process.threads:
                thread.pending.pop(number, None)
            task.process.pending.pop(number, None)
    if old:
        copy_to_user(task.mm, old, struct.pack(code, before.handler, before.flags, before.mask))
    return 0


@syscall("rt_sigprocmask")
def sys_rt_sigprocmask(kernel: Kernel, task: Task, how: Int, new: Addr, old: Addr, size: Size) -> int:
    if size != SIGSET_SIZE:
        return -EINVAL
    before = task.blocked
    if new:
        mask = struct.unpack("<Q", copy_from_user(task.mm, new, 8))[0] & ~s.UNBLOCKABLE
        if how not in (SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK):
            return -EINVAL
        task.blocked = {SIG_BLOCK: before | mask, SIG_UNBLOCK: before & ~mask, SIG_SETMASK: mask}[how]
    if old:
        copy_to_user(task.mm, old, struct.pack("<Q", before))
    return 0


@syscall("rt_sigpending")
def sys_rt_sigpending(kernel: Kernel, task: Task, addr: Addr, size: Size) -> int:
    if size > SIGSET_SIZE:
        return -EINVAL
    numbers = set(task.pending) | set(task.process.pending)
    mask = sum(s.bit(number) for number in numbers) & task.blocked
    copy_to_user(task.mm, addr, struct.pack("<Q", mask)[:size])
    return 0


@syscall("rt_sigreturn")
def sys_rt_sigreturn(kernel: Kernel, task: Task) -> None:
    task.restart = None
    if not sigframe.restore(kernel, task):
        s.die(kernel, task, s.SigInfo(s.SIGSEGV, s.SI_KERNEL))


@syscall("sigaltstack")
def sys_sigaltstack(kernel: Kernel, task: Task, new: Addr, old: Addr) -> int:
    code = "<QiiQ" if kernel.xlen == 64 else "<IiI"
    sp = kernel.harts[task.cpu].x[2] & kernel.xlen_mask
    base, flags, size = task.altstack
    on_stack = not flags & sigframe.SS_DISABLE and base <= sp - 1 < base + size
    if new:
        fields = struct.unpack(code, copy_from_user(task.mm, new, struct.calcsize(code)))
        wanted = (fields[0], fields[1], fields[-1])
        if on_stack:
            return -EPERM
        if wanted[1] & ~(sigframe.SS_DISABLE | sigframe.SS_ONSTACK | 1 << 31):
            return -EINVAL
        if wanted[1] & sigframe.SS_DISABLE:
            wanted = (0, sigframe.SS_DISABLE, 0)
        elif wanted[2] < MINSIGSTKSZ:
            return -ENOMEM
        task.altstack = wanted
    if old:
        shown = sigframe.SS_ONSTACK if on_stack else flags & sigframe.SS_DISABLE
        words = (base, shown, 0, size) if kernel.xlen == 64 else (base, shown, size)
        copy_to_user(task.mm, old, struct.pack(code, *words))
    return 0


def may_kill(task: Task, target: Task) -> bool:
    return task.euid in (0, target.uid, target.suid) or task.uid in (target.uid, target.suid)


def send_to(
    kernel: Kernel, task: Task, targets: list[Task], number: int, code: int, to_thread: bool = False, value: int = 0
) -> int:
    """kill's common end. ESRCH without a target, EPERM when none may be signalled; signal 0 only asks."""
    if not targets:
        return -ESRCH
    allowed = [target for target in targets if may_kill(task, target)]
    if not allowed:
        return -EPERM
    for target in allowed:
        if number:
            s.send(kernel, target, s.SigInfo(number, code, pid=task.tgid, uid=task.uid, value=value), to_thread)
    return 0


@syscall("kill")
def sys_kill(kernel: Kernel, task: Task, pid: Int, number: Int) -> int:
    if not 0 <= number <= s.NSIG:
        return -EINVAL
    leaders = [found for found in list(kernel.tasks.values()) if found.is_leader]
    if pid > 0:
        targets = [found for found in leaders if found.pid == pid]
    elif pid == -1:
        targets = [found for found in leaders if found.pid != 1 and found is not task.process.leader]
    else:
        group = -pid if pid else task.process.pgid
        targets = [found for found in leaders if found.process.pgid == group]
    return send_to(kernel, task, targets, number, s.SI_USER)


@syscall("tgkill")
def sys_tgkill(kernel: Kernel, task: Task, tgid: Int, tid: Int, number: Int) -> int:
    if tgid <= 0 or tid <= 0 or not 0 <= number <= s.NSIG:
        return -EINVAL
    found = kernel.tasks.get(tid)
    targets = [found] if found is not None and found.tgid == tgid else []
    return send_to(kernel, task, targets, number, s.SI_TKILL, True)


@syscall("tkill")
def sys_tkill(kernel: Kernel, task: Task, tid: Int, number: Int) -> int:
    if tid <= 0 or not 0 <= number <= s.NSIG:
        return -EINVAL
    found = kernel.tasks.get(tid)
    return send_to(kernel, task, [found] if found else [], number, s.SI_TKILL, True)


@syscall("rt_sigsuspend")
def sys_rt_sigsuspend(kernel: Kernel, task: Task, mask: Addr, size: Size) -> int:
    if size != SIGSET_SIZE:
        return -EINVAL
    wanted = struct.unpack("<Q", copy_from_user(task.mm, mask, 8))[0] & ~s.UNBLOCKABLE
    if task.saved_mask is None:
        task.saved_mask = task.blocked
    task.blocked = wanted
    if s.takes_one(task):
        return -EINTR
    wait_on(task, WaitQueue(), on_signal="eintr")
    return 0


@syscall("rt_sigtimedwait", "rt_sigtimedwait_time64")
def sys_rt_sigtimedwait(kernel: Kernel, task: Task, mask: Addr, info: Addr, timeout: Addr, size: Size) -> int:
    if size != SIGSET_SIZE:
        return -EINVAL
    wanted = struct.unpack("<Q", copy_from_user(task.mm, mask, 8))[0] & ~s.UNBLOCKABLE
    found = s.take(task, wanted)
    if found is not None:
        if info:
            copy_to_user(task.mm, info, sigframe.pack_siginfo(found, kernel.xlen))
        return found.number
    if task.restart is None:
        task.restart = (kernel.cycles_of(kernel.now_ns() + get_timespec(task, timeout)),) if timeout else (None,)
    deadline = task.restart[0]
    if deadline is not None and kernel.now >= deadline:
        return -EAGAIN
    task.awaited = wanted
    wait_on(task, WaitQueue(), until=deadline, on_signal="eintr")
    return 0


@syscall("rt_sigqueueinfo")
def sys_rt_sigqueueinfo(kernel: Kernel, task: Task, pid: Int, number: Int, info: Addr) -> int:
    if not 0 <= number <= s.NSIG:
        return -EINVAL
    data = copy_from_user(task.mm, info, 16 + kernel.xlen // 4)
    code = struct.unpack_from("<i", data, 8)[0]
    value = struct.unpack_from("<Q", data, 24)[0] if kernel.xlen == 64 else struct.unpack_from("<I", data, 20)[0]
    found = kernel.tasks.get(pid)
    if found is None or not found.is_leader:
        return -ESRCH
    if (code >= 0 or code == s.SI_TKILL) and found is not task.process.leader:
        return -EPERM
    return send_to(kernel, task, [found], number, code, value=value)
