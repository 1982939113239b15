"""Clocks that go while a task runs, and when their timers expire (Linux: kernel/time/posix-cpu-timers.c).

Nobody waits for such a clock in the kernel's timers, for it stands still while its tasks do. A timer that is armed is
held by the clock's process (`cpu_timers`); whenever one of its threads gets a hart the kernel computes when the first
of them would expire if all went on as they do now (`watch`), and looks again then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from emu.kernel.errno import EINVAL, Errno
from emu.kernel.sched.wait import WaitQueue, wait_on

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Process, Task

CPUCLOCK_PERTHREAD, CPUCLOCK_MAX = 4, 3
LEAST_CYCLES = 5000  # between two looks


class CpuClock:
    """The cycles of a thread, or of all threads that a process has and had (`thread` None)."""

    __slots__ = ("process", "thread")

    def __init__(self, process: Process, thread: Task | None = None) -> None:
        self.process, self.thread = process, thread

    def now(self) -> int:
        """In cycles."""
        process = self.process
        kernel = process.leader.kernel
        if self.thread is not None:
            return kernel.cpu_cycles(self.thread)
        return process.cycles + sum(kernel.cpu_cycles(thread) for thread in process.threads)

    def running(self) -> int:
        """How many harts make it go."""
        threads = self.process.threads if self.thread is None else [self.thread]
        return sum(1 for thread in threads if thread.cpu >= 0)


class Watch:
    """The entry of a process in the kernel's timers: when to look at its timers of CPU time."""

    def __init__(self, process: Process) -> None:
        self.process, self.timer, self.looking = process, 0, False

    def __call__(self) -> None:
        self.timer = 0
        look(self.process)


class CpuSleep:
    """The restart state of a sleep until a clock of CPU time has come to cycle `next`."""

    def __init__(self, task: Task, cpu: CpuClock, next_cycle: int) -> None:
        self.task, self.cpu, self.next = task, cpu, next_cycle
        self.over = WaitQueue()

    def wait(self, on_interrupt: Callable[[], None] | None) -> None:
        """Returns when the time has come, else raises Blocked."""
        if self.cpu.now() < self.next:
            self.task.restart = self
            arm(self)
            wait_on(self.task, self.over, on_signal="ERESTART_RESTARTBLOCK", on_interrupt=on_interrupt)
        self.cancel()

    def __call__(self) -> None:
        self.over.wake()

    def cancel(self) -> None:
        """Nobody sleeps any more."""
        disarm(self)


def clock_of(kernel: Kernel, task: Task, number: int) -> CpuClock | None:
    """The CPU clock behind a clockid_t; None for the other clocks. EINVAL."""
    if number in (2, 3):  # CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID
        return CpuClock(task.process, task if number == 3 else None)
    if number >= 0:
        return None
    pid, per_thread = ~(number >> 3), bool(number & CPUCLOCK_PERTHREAD)
    found = kernel.tasks.get(pid) if pid else task
    if number & 3 == CPUCLOCK_MAX or found is None:
        raise Errno(EINVAL)
    if found.process is not task.process if per_thread else pid and not found.is_leader:
        raise Errno(EINVAL)
    return CpuClock(found.process, found if per_thread else None)


def arm(timer: Any) -> None:
    """Hold a timer until its clock `cpu` reaches `next`; then it is called."""
    process = timer.cpu.process
    process.cpu_timers[timer] = None
    process.cpu_watch = process.cpu_watch or Watch(process)
    if not process.cpu_watch.looking:
        look(process)


def disarm(timer: Any) -> None:
    """The timer no longer counts."""
    timer.cpu.process.cpu_timers.pop(timer, None)


def look(process: Process) -> None:
    """Call what has expired, and say when to look again."""
    kernel, timers, watch = process.leader.kernel, process.cpu_timers, process.cpu_watch
    watch.timer, watch.looking = -1, True  # whatever is in the kernel's timers is void
    for timer in [timer for timer in timers if timer.cpu.now() >= timer.next]:
        if timers.pop(timer, watch) is None:
            timer()
    watch.looking = False
    left = [(timer.next - timer.cpu.now(), timer.cpu.running()) for timer in timers]
    waits = [-(-cycles // harts) for cycles, harts in left if harts]
    if waits:
        kernel.timers.add(kernel.now + max(min(waits), LEAST_CYCLES), watch)
