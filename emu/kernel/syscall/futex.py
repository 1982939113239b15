"""futex(2), the system call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel import futex as f
from emu.kernel import futex_pi as pi
from emu.kernel.clocks import NSEC_PER_SEC
from emu.kernel.errno import EAGAIN, EINVAL, ENOSYS
from emu.kernel.mm.uaccess import get_user
from emu.kernel.syscall.table import Addr, Int, Uint, sext32, syscall
from emu.kernel.syscall.time import get_timespec

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task


@syscall("futex", "futex_time64")
def sys_futex(
    kernel: Kernel, task: Task, addr: Addr, op: Int, value: Uint, timeout: Addr, addr2: Addr, val3: Uint
) -> int:
    command, private = op & f.CMD_MASK, bool(op & f.PRIVATE)
    if op & f.CLOCK_REALTIME and command not in (f.WAIT_BITSET, f.WAIT, f.LOCK_PI2):
        return -ENOSYS
    if command in (f.WAIT, f.WAIT_BITSET):
        deadline = deadline_of(kernel, task, op, command, timeout)
        return f.wait(kernel, task, addr, value, deadline, val3 if command == f.WAIT_BITSET else f.MATCH_ANY, private)
    if command in (f.WAKE, f.WAKE_BITSET):
        bitset = val3 if command == f.WAKE_BITSET else f.MATCH_ANY
        if not bitset:
            return -EINVAL
        return f.wake(kernel, f.key_of(task.mm, addr, private), max(1, sext32(value)), bitset)  # 0 wakes one, too
    if command in (f.REQUEUE, f.CMP_REQUEUE):
        return requeue(kernel, task, command, private, addr, value, timeout & 0xFFFFFFFF, addr2, val3)
    if command == f.WAKE_OP:
        one, two = f.key_of(task.mm, addr, private), f.key_of(task.mm, addr2, private)
        met = f.wake_op(kernel, task, addr2, val3)
        woken = f.wake(kernel, one, max(1, sext32(value)))
        return woken + (f.wake(kernel, two, max(1, sext32(timeout))) if met else 0)
    return pi_futex(kernel, task, addr, op, timeout)


def pi_futex(kernel: Kernel, task: Task, addr: int, op: int, timeout: int) -> int:
    """The commands for futexes that know their owner. FUTEX_LOCK_PI's time is CLOCK_REALTIME's. ENOSYS."""
    command, private = op & f.CMD_MASK, bool(op & f.PRIVATE)
    if command in (f.LOCK_PI, f.LOCK_PI2):
        clock = op | (f.CLOCK_REALTIME if command == f.LOCK_PI else 0)
        return pi.lock(task, addr, deadline_of(kernel, task, clock, command, timeout), private)
    if command == f.TRYLOCK_PI:
        return -EAGAIN if pi.trylock(task, addr, f.key_of(task.mm, addr, private)) is not None else 0
    return pi.unlock(task, addr, private) if command == f.UNLOCK_PI else -ENOSYS


def deadline_of(kernel: Kernel, task: Task, op: int, command: int, timeout: int) -> int | None:
    """The cycle at which the wait ends: relative for FUTEX_WAIT, absolute on the clock chosen for WAIT_BITSET."""
    if not timeout or isinstance(task.restart, f.Waiting | pi.PiWait):
        return None
    wanted = get_timespec(task, timeout)
    if command == f.WAIT:
        return kernel.cycles_of(kernel.now_ns() + wanted)
    if op & f.CLOCK_REALTIME:
        wanted -= kernel.options.epoch * NSEC_PER_SEC
    return kernel.cycles_of(max(0, wanted))


def requeue(
    kernel: Kernel, task: Task, command: int, private: bool, addr: int, count: int, move: int, addr2: int, expected: int
) -> int:
    """FUTEX_REQUEUE, FUTEX_CMP_REQUEUE: how many were woken, in the second and those moved, too. EINVAL EAGAIN."""
    if sext32(count) < 0 or sext32(move) < 0:
        return -EINVAL
    source, target = f.key_of(task.mm, addr, private), f.key_of(task.mm, addr2, private)
    if command == f.CMP_REQUEUE and get_user(task.mm, addr, 4) != expected:
        return -EAGAIN
    woken, moved = f.requeue(kernel, source, count, move, target)
    return woken + moved if command == f.CMP_REQUEUE else woken
