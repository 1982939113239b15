"""What a process has used: getrusage, times (their man pages, section 2)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import EINVAL
from emu.kernel.mm.uaccess import copy_to_user
from emu.kernel.syscall.table import Addr, Int, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Process, Task


# -- accounts ---------------------------------------------------------------------------------------------------------
RUSAGE_SELF, RUSAGE_CHILDREN, RUSAGE_THREAD = 0, -1, 1
Usage = tuple[int, int, int, int]  # cycles, minor faults, major faults, maxrss in pages


def usage_of(kernel: Kernel, of: Process, children: bool = False) -> Usage:
    """A process's own usage, its living threads included; with `children` also that of those it waited for."""
    cycles = of.cycles + sum(kernel.cpu_cycles(thread) for thread in of.threads)
    minor = of.min_flt + sum(thread.min_flt for thread in of.threads)
    major = of.maj_flt + sum(thread.maj_flt for thread in of.threads)
    maxrss = max(of.maxrss, *(max(t.mm.rss, t.mm.hiwater_rss) for t in of.threads if t.mm), 0)
    if children:
        cycles, minor, major = cycles + of.child_cycles, minor + of.child_min_flt, major + of.child_maj_flt
        maxrss = max(maxrss, of.child_maxrss)
    return cycles, minor, major, maxrss


def pack_rusage(kernel: Kernel, usage: Usage) -> bytes:
    """struct rusage: times as longs (RV32's time calls are 64-bit, but rusage keeps longs)."""
    cycles, minor, major, maxrss = usage
    micros = kernel.nanoseconds(cycles) // 1000
    words = [micros // 1_000_000, micros % 1_000_000, 0, 0, maxrss * 4, 0, 0, 0, minor, major, 0, 0, 0, 0, 0, 0, 0, 0]
    if kernel.xlen == 64:
        return struct.pack("<18q", *words)
    return struct.pack("<18I", *(value & 0xFFFFFFFF for value in words))


@syscall("getrusage")
def sys_getrusage(kernel: Kernel, task: Task, who: Int, addr: Addr) -> int:
    of = task.process
    if who == RUSAGE_SELF:
        usage = usage_of(kernel, of)
    elif who == RUSAGE_CHILDREN:
        usage = (of.child_cycles, of.child_min_flt, of.child_maj_flt, of.child_maxrss)
    elif who == RUSAGE_THREAD:
        usage = (kernel.cpu_cycles(task), task.min_flt, task.maj_flt, max(task.mm.rss, task.mm.hiwater_rss))
    else:
        return -EINVAL
    copy_to_user(task.mm, addr, pack_rusage(kernel, usage))
    return 0


@syscall("times")
def sys_times(kernel: Kernel, task: Task, addr: Addr) -> int:
    tick = kernel.options.clock_hz // 100
    if addr:
        own = usage_of(kernel, task.process)[0] // tick
        words = (own, 0, task.process.child_cycles // tick, 0)
        copy_to_user(task.mm, addr, struct.pack("<4q" if kernel.xlen == 64 else "<4i", *words))
    return kernel.now // tick & 0x7FFFFFFF
