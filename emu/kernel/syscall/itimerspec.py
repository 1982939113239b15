"""struct itimerspec, in both directions: what timers that send signals and timers that are files have in common."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.clocks import NSEC_PER_SEC
from emu.kernel.syscall.time import read_clock

if TYPE_CHECKING:
    from emu.kernel.fs.timerfd import TimerFd
    from emu.kernel.itimer import PosixTimer
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task


def pack(kernel: Kernel, timer: PosixTimer | TimerFd) -> bytes:
    """The interval, then what is left; never 0 while it is armed."""
    left = max(1, kernel.nanoseconds(timer.left())) if timer.next else 0
    every = kernel.nanoseconds(timer.interval)
    return struct.pack("<4q", every // NSEC_PER_SEC, every % NSEC_PER_SEC, left // NSEC_PER_SEC, left % NSEC_PER_SEC)


def arm(kernel: Kernel, task: Task, timer: PosixTimer | TimerFd, first: int, every: int, absolute: bool) -> None:
    """Set a timer by nanoseconds of its clock: `first` from now, or `absolute`; 0 disarms. EINVAL."""
    start = 0
    if first:
        wait = first - read_clock(kernel, task, timer.clock) if absolute else first
        start = max(timer.now() + 1, kernel.cycles_of(kernel.nanoseconds(timer.now()) + wait))
    timer.set(start, kernel.cycles_of(every))
