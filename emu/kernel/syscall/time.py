"""Clocks and sleeping on simulated time (clock_gettime(2), nanosleep(2)). RV32 has the calls with 64-bit time only."""

from __future__ import annotations

import struct
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from emu.kernel.clocks import NSEC_PER_SEC
from emu.kernel.cputime import CpuSleep, clock_of
from emu.kernel.errno import EINVAL, EPERM, Errno
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user
from emu.kernel.sched.wait import wait_on
from emu.kernel.syscall.table import Addr, Int, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID = range(4)
CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME = 4, 5, 6, 7
CLOCK_TAI = 11  # nobody has told the kernel of leap seconds
TIMER_ABSTIME = 1


def read_clock(kernel: Kernel, task: Task, clock: int) -> int:
    """A clock in nanoseconds. EINVAL for one that isn't there."""
    if clock in (CLOCK_REALTIME, CLOCK_REALTIME_COARSE, CLOCK_TAI):
        return kernel.realtime_ns()
    if clock in (CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME):
        return kernel.now_ns()
    if (cpu := clock_of(kernel, task, clock)) is not None:
        return kernel.nanoseconds(cpu.now())
    raise Errno(EINVAL)


def get_timespec(task: Task, addr: int) -> int:
    """A struct timespec with 64-bit fields, in nanoseconds. EFAULT EINVAL."""
    seconds, nanoseconds = struct.unpack("<qq", copy_from_user(task.mm, addr, 16))
    if seconds < 0 or not 0 <= nanoseconds < NSEC_PER_SEC:
        raise Errno(EINVAL)
    return min(seconds, 1 << 33) * NSEC_PER_SEC + nanoseconds


def put_timespec(task: Task, addr: int, nanoseconds: int) -> None:
    """A time as a struct timespec with 64-bit members. EFAULT."""
    copy_to_user(task.mm, addr, struct.pack("<qq", nanoseconds // NSEC_PER_SEC, nanoseconds % NSEC_PER_SEC))


@syscall("clock_gettime", "clock_gettime64")
def sys_clock_gettime(kernel: Kernel, task: Task, clock: Int, tp: Addr) -> int:
    put_timespec(task, tp, read_clock(kernel, task, clock))
    return 0


@syscall("clock_getres", "clock_getres_time64")
def sys_clock_getres(kernel: Kernel, task: Task, clock: Int, tp: Addr) -> int:
    read_clock(kernel, task, clock)
    if tp:
        put_timespec(task, tp, max(1, NSEC_PER_SEC // kernel.options.clock_hz))
    return 0


@syscall("clock_settime", "clock_settime64")
def sys_clock_settime(kernel: Kernel, task: Task, clock: Int, tp: Addr) -> int:
    get_timespec(task, tp)
    return -EPERM if clock == CLOCK_REALTIME else -EINVAL


@syscall("gettimeofday")
def sys_gettimeofday(kernel: Kernel, task: Task, tv: Addr, tz: Addr) -> int:
    now = kernel.realtime_ns()
    if tv:
        copy_to_user(task.mm, tv, struct.pack("<qq", now // NSEC_PER_SEC, now % NSEC_PER_SEC // 1000))
    if tz:
        copy_to_user(task.mm, tz, bytes(8))
    return 0


def sleep_until(kernel: Kernel, task: Task, wake_ns: int, on_interrupt: Callable[[], None] | None) -> None:
    """Wait until nanosecond `wake_ns` since boot: returns at once when it is past, else raises Blocked."""
    cycle = kernel.cycles_of(wake_ns)
    if kernel.now < cycle:
        task.restart = wake_ns
        wait_on(task, until=cycle, on_signal="ERESTART_RESTARTBLOCK", on_interrupt=on_interrupt)


def write_remaining(kernel: Kernel, task: Task, addr: int, wake_ns: int) -> None:
    """A signal ended the sleep: tell how much of it was left."""
    with suppress(Errno):
        put_timespec(task, addr, max(0, wake_ns - kernel.now_ns()))


@syscall("nanosleep")
def sys_nanosleep(kernel: Kernel, task: Task, request: Addr, remain: Addr) -> int:
    wake_ns = kernel.now_ns() + get_timespec(task, request) if task.restart is None else task.restart
    tell = partial(write_remaining, kernel, task, remain, wake_ns) if remain else None
    sleep_until(kernel, task, wake_ns, tell)
    return 0


@syscall("clock_nanosleep", "clock_nanosleep_time64")
def sys_clock_nanosleep(kernel: Kernel, task: Task, clock: Int, flags: Int, request: Addr, remain: Addr) -> int:
    if clock == CLOCK_THREAD_CPUTIME_ID:
        return -EINVAL
    now = read_clock(kernel, task, clock)
    if task.restart is not None:
        return sleep_on(kernel, task, task.restart, flags, remain)
    wanted = get_timespec(task, request)
    cpu = clock_of(kernel, task, clock)
    if cpu is None:
        wake = kernel.now_ns() + (wanted - now if flags & TIMER_ABSTIME else wanted)
        return sleep_on(kernel, task, wake, flags, remain)
    if cpu.thread is task:
        return -EINVAL
    sleep = CpuSleep(task, cpu, kernel.cycles_of(wanted) + (0 if flags & TIMER_ABSTIME else cpu.now()))
    return sleep_on(kernel, task, sleep, flags, remain)


def sleep_on(kernel: Kernel, task: Task, wake: int | CpuSleep, flags: int, remain: int) -> int:
    """Until a nanosecond since boot, or until a clock of CPU time has come to its cycle. May raise Blocked."""
    tells = remain and not flags & TIMER_ABSTIME
    if isinstance(wake, CpuSleep):
        wake.wait(partial(write_cpu_remaining, kernel, task, remain, wake) if tells else None)
    else:
        sleep_until(kernel, task, wake, partial(write_remaining, kernel, task, remain, wake) if tells else None)
    return 0


def write_cpu_remaining(kernel: Kernel, task: Task, addr: int, sleep: CpuSleep) -> None:
    """The same for a clock of CPU time."""
    with suppress(Errno):
        put_timespec(task, addr, kernel.nanoseconds(max(0, sleep.next - sleep.cpu.now())))
