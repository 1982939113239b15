"""timer_create and its kin: a process's timers, which send signals (timer_create(2)); 64-bit times on both widths."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.cputime import clock_of
from emu.kernel.errno import EAGAIN, EINVAL, Errno
from emu.kernel.itimer import PosixTimer
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user, put_user
from emu.kernel.siginfo import NSIG, SIGALRM, SIGEV_NONE, SIGEV_SIGNAL, SIGEV_THREAD_ID
from emu.kernel.syscall import itimerspec
from emu.kernel.syscall.table import Addr, Int, syscall
from emu.kernel.syscall.time import (
    CLOCK_BOOTTIME,
    CLOCK_MONOTONIC,
    CLOCK_REALTIME,
    CLOCK_TAI,
    TIMER_ABSTIME,
    get_timespec,
)

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

CLOCKS = (CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_TAI)
MOST = 1024


@syscall("timer_create")
def sys_timer_create(kernel: Kernel, task: Task, clock: Int, event: Addr, ident: Addr) -> int:
    cpu = clock_of(kernel, task, clock)
    if cpu is None and clock not in CLOCKS:
        return -EINVAL
    timers = task.process.posix_timers
    if len(timers) >= MOST:
        return -EAGAIN
    number = next(n for n in range(MOST) if n not in timers)
    what = read_event(kernel, task, event) if event else (SIGALRM, number, None)
    put_user(task.mm, ident, number, 4)
    timers[number] = PosixTimer(task.process, number, clock, what, cpu)
    return 0


def read_event(kernel: Kernel, task: Task, addr: int) -> tuple[int, int, Task | None]:
    """struct sigevent: (signal, value, thread). EINVAL EFAULT."""
    form = struct.Struct("<Qiii" if kernel.xlen == 64 else "<Iiii")
    value, signal, notify, tid = form.unpack(copy_from_user(task.mm, addr, form.size))
    if notify == SIGEV_NONE:
        return 0, value, None
    thread = kernel.tasks.get(tid) if notify == SIGEV_THREAD_ID else None
    if notify not in (SIGEV_SIGNAL, SIGEV_THREAD_ID) or not 1 <= signal <= NSIG:
        raise Errno(EINVAL)
    if notify == SIGEV_THREAD_ID and (thread is None or thread.process is not task.process):
        raise Errno(EINVAL)
    return signal, value, thread


def timer_of(task: Task, ident: int) -> PosixTimer:
    """EINVAL."""
    found = task.process.posix_timers.get(ident)
    if found is None:
        raise Errno(EINVAL)
    return found


@syscall("timer_settime", "timer_settime64")
def sys_timer_settime(kernel: Kernel, task: Task, ident: Int, flags: Int, new: Addr, old: Addr) -> int:
    if not new:
        return -EINVAL
    every, first = get_timespec(task, new), get_timespec(task, new + 16)
    timer = timer_of(task, ident)
    before = itimerspec.pack(kernel, timer)
    itimerspec.arm(kernel, task, timer, first, every, bool(flags & TIMER_ABSTIME))
    if old:
        copy_to_user(task.mm, old, before)
    return 0


@syscall("timer_gettime", "timer_gettime64")
def sys_timer_gettime(kernel: Kernel, task: Task, ident: Int, current: Addr) -> int:
    copy_to_user(task.mm, current, itimerspec.pack(kernel, timer_of(task, ident)))
    return 0


@syscall("timer_getoverrun")
def sys_timer_getoverrun(kernel: Kernel, task: Task, ident: Int) -> int:
    return min(timer_of(task, ident).overrun, 0x7FFFFFFF)


@syscall("timer_delete")
def sys_timer_delete(kernel: Kernel, task: Task, ident: Int) -> int:
    timer_of(task, ident).set(0, 0)
    del task.process.posix_timers[ident]
    return 0
