"""Signals as a program sees them: actions, masks, waiting, stacks (sigaction(2), sigprocmask(2), sigaltstack(2))."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel import sigframe
from emu.kernel.auxv import MINSIGSTKSZ
from emu.kernel.errno import EAGAIN, EINTR, EINVAL, ENOMEM, EPERM
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user
from emu.kernel.sched.wait import WaitQueue, wait_on
from emu.kernel.siginfo import DEFAULT, NSIG, SI_KERNEL, SIGKILL, SIGSEGV, SIGSTOP, UNBLOCKABLE, SigAction, SigInfo, bit
from emu.kernel.signal import die, take, takes_one
from emu.kernel.sigsend import discard, ignored
from emu.kernel.syscall.table import Addr, Int, Size, syscall
from emu.kernel.syscall.time import get_timespec

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK = range(3)
SIGSET_SIZE = 8


@syscall("rt_sigaction")
def sys_rt_sigaction(kernel: Kernel, task: Task, number: Int, new: Addr, old: Addr, size: Size) -> int:
    if size != SIGSET_SIZE or not 1 <= number <= NSIG:
        return -EINVAL
    code = "<QQQ" if kernel.xlen == 64 else "<IIQ"
    before = task.process.actions.get(number, DEFAULT)
    if new:
        handler, flags, mask = struct.unpack(code, copy_from_user(task.mm, new, struct.calcsize(code)))
        if number in (SIGKILL, SIGSTOP):
            return -EINVAL
        task.process.actions[number] = SigAction(handler, flags, mask & ~UNBLOCKABLE)
        if ignored(task, number):
            discard(task.process, (number,))
    if old:
        copy_to_user(task.mm, old, struct.pack(code, before.handler, before.flags, before.mask))
    return 0


@syscall("rt_sigprocmask")
def sys_rt_sigprocmask(kernel: Kernel, task: Task, how: Int, new: Addr, old: Addr, size: Size) -> int:
    if size != SIGSET_SIZE:
        return -EINVAL
    before = task.blocked
    if new:
        mask = struct.unpack("<Q", copy_from_user(task.mm, new, 8))[0] & ~UNBLOCKABLE
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
    mask = sum(bit(number) for number in numbers) & task.blocked
    copy_to_user(task.mm, addr, struct.pack("<Q", mask)[:size])
    return 0


@syscall("rt_sigreturn")
def sys_rt_sigreturn(kernel: Kernel, task: Task) -> None:
    task.restart = None
    if not sigframe.restore(kernel, task):
        die(kernel, task, SigInfo(SIGSEGV, SI_KERNEL))


@syscall("sigaltstack")
def sys_sigaltstack(kernel: Kernel, task: Task, new: Addr, old: Addr) -> int:
    code = "<QI4xQ" if kernel.xlen == 64 else "<3I"
    sp = kernel.harts[task.cpu].x[2] & kernel.xlen_mask
    base, flags, size = task.altstack
    on_stack = sigframe.on_altstack(task, sp)
    if new:
        wanted = struct.unpack(code, copy_from_user(task.mm, new, struct.calcsize(code)))
        if on_stack:
            return -EPERM
        mode = wanted[1] & ~sigframe.SS_AUTODISARM
        if mode not in (0, sigframe.SS_DISABLE, sigframe.SS_ONSTACK):
            return -EINVAL
        if mode == sigframe.SS_DISABLE:
            wanted = (0, wanted[1], 0)
        elif wanted[2] < MINSIGSTKSZ:
            return -ENOMEM
        task.altstack = wanted
    if old:
        shown = flags & ~sigframe.SS_ONSTACK | (sigframe.SS_ONSTACK if on_stack else 0)
        copy_to_user(task.mm, old, struct.pack(code, base, shown, size))
    return 0


@syscall("rt_sigsuspend")
def sys_rt_sigsuspend(kernel: Kernel, task: Task, mask: Addr, size: Size) -> int:
    if size != SIGSET_SIZE:
        return -EINVAL
    wanted = struct.unpack("<Q", copy_from_user(task.mm, mask, 8))[0] & ~UNBLOCKABLE
    if task.saved_mask is None:
        task.saved_mask = task.blocked
    task.blocked = wanted
    if takes_one(task):
        return -EINTR
    wait_on(task, WaitQueue(), on_signal="ERESTARTNOHAND")
    return 0


@syscall("rt_sigtimedwait", "rt_sigtimedwait_time64")
def sys_rt_sigtimedwait(kernel: Kernel, task: Task, mask: Addr, info: Addr, timeout: Addr, size: Size) -> int:
    if size != SIGSET_SIZE:
        return -EINVAL
    wanted = struct.unpack("<Q", copy_from_user(task.mm, mask, 8))[0] & ~UNBLOCKABLE
    found = take(task, wanted)
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
    wait_on(task, WaitQueue(), until=deadline, on_signal="EINTR")
    return 0
