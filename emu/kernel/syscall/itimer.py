"""Interval timers: getitimer(2), setitimer(2), on real time and on CPU time (all of which is the user's here)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.clocks import NSEC_PER_SEC
from emu.kernel.errno import EINVAL
from emu.kernel.itimer import itimer_of
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user
from emu.kernel.syscall.table import Addr, Int, syscall

if TYPE_CHECKING:
    from emu.kernel.itimer import IntervalTimer
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

MICRO = 1000
ITIMER_REAL = 0
MOST = (1 << 63) // NSEC_PER_SEC  # seconds: Linux counts nanoseconds
LAYOUT = {64: struct.Struct("<4q"), 32: struct.Struct("<4i")}


def pack_itimerval(kernel: Kernel, timer: IntervalTimer) -> bytes:
    """struct itimerval, with longs: interval, then what is left; never 0 while it is armed."""
    left = max(1, kernel.nanoseconds(timer.left()) // MICRO) if timer.next else 0
    every = kernel.nanoseconds(timer.interval) // MICRO
    words = (every // 1_000_000, every % 1_000_000, left // 1_000_000, left % 1_000_000)
    return LAYOUT[kernel.xlen].pack(*words)


@syscall("getitimer")
def sys_getitimer(kernel: Kernel, task: Task, which: Int, addr: Addr) -> int:
    if not 0 <= which <= 2:
        return -EINVAL
    copy_to_user(task.mm, addr, pack_itimerval(kernel, itimer_of(task.process, which)))
    return 0


@syscall("setitimer")
def sys_setitimer(kernel: Kernel, task: Task, which: Int, new: Addr, old: Addr) -> int:
    layout = LAYOUT[kernel.xlen]
    fields = layout.unpack(copy_from_user(task.mm, new, layout.size)) if new else (0, 0, 0, 0)
    if not 0 <= which <= 2:
        return -EINVAL
    if any(not 0 <= micros < 1_000_000 for micros in (fields[1], fields[3])) or min(fields) < 0:
        return -EINVAL
    timer = itimer_of(task.process, which)
    before = pack_itimerval(kernel, timer)
    every, first = (min(fields[n], MOST) * NSEC_PER_SEC + fields[n + 1] * MICRO for n in (0, 2))
    if which == ITIMER_REAL and not first:  # one that is off has no interval; those of CPU time keep theirs
        every = 0
    timer.set(timer.now() + kernel.cycles_of(first) if first else 0, kernel.cycles_of(every))
    if old:
        copy_to_user(task.mm, old, before)
    return 0
