"""Timers that send signals on the simulated clock: ITIMER_REAL (setitimer(2), alarm(2)) and timer_create(2)'s."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.kernel.siginfo import SI_KERNEL, SI_TIMER, SIGALRM, SigInfo
from emu.kernel.sigsend import send

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Process

LEAST_CYCLES = 5000  # between two signals, so that whoever asks for a signal each nanosecond still makes progress


class RealTimer:
    """A process's ITIMER_REAL: the cycle of the next signal (0: off), and the cycles between signals (0: once)."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.next = self.interval = 0
        self.timer = 0  # which entry of the kernel's timers is the valid one

    def set(self, first: int, interval: int) -> None:
        """Cycles until the first signal (0 stops the timer) and between the following ones."""
        kernel = self.process.leader.kernel
        self.interval, self.timer = interval, 0
        self.next = kernel.now + first if first else 0
        if first:
            kernel.timers.add(self.next, self)

    def __call__(self) -> None:
        process = self.process
        kernel = process.leader.kernel
        self.timer = 0
        if not process.threads:
            return
        send(kernel, process.threads[0], SigInfo(SIGALRM, SI_KERNEL))
        self.next = self.following(kernel.now) if self.interval else 0
        if self.next:
            kernel.timers.add(self.next, self)

    def following(self, now: int) -> int:
        """hrtimer_forward: the next signal; periods that are over already, or too near, are passed over."""
        missed = max(0, now + LEAST_CYCLES - self.next) // self.interval
        return self.next + (missed + 1) * self.interval


class PosixTimer:
    """One of timer_create's. `number` is the signal (0: none), `thread` the task it goes to (None: the process)."""

    def __init__(self, process: Process, ident: int, clock: int, number: int, value: int, thread: Any = None) -> None:
        self.process, self.ident, self.clock = process, ident, clock
        self.number, self.value, self.thread = number, value, thread
        self.next = self.interval = self.overrun = 0
        self.timer = 0  # which entry of the kernel's timers is the valid one
        self.info: Any = None  # of the signal sent last

    def set(self, next_cycle: int, interval: int) -> None:
        """Arm it for a cycle, 0 disarms."""
        self.next, self.interval, self.timer = next_cycle, interval, 0
        if next_cycle:
            self.process.leader.kernel.timers.add(next_cycle, self)

    def __call__(self) -> None:
        kernel = self.process.leader.kernel
        self.timer = 0
        if not self.process.threads:
            return
        times = 1 + max(0, kernel.now - self.next) // self.interval if self.interval else 1
        self.notify(kernel, times)
        self.next = self.next + times * self.interval if self.interval else 0
        if self.next:
            kernel.timers.add(self.next, self)

    def notify(self, kernel: Kernel, times: int) -> None:
        """Send the signal, or count that one is still pending."""
        if not self.number:
            return
        target = self.thread if self.thread in self.process.threads else self.process.threads[0]
        queue = target.pending if self.thread is not None else self.process.pending
        if any(info is self.info for info in queue.get(self.number, ())):
            self.info.uid += times
        else:
            info = SigInfo(self.number, SI_TIMER, pid=self.ident, uid=times - 1, value=self.value)
            self.info = info
            send(kernel, target, info, self.thread is not None, timer=True)
        self.overrun = self.info.uid
