"""Interval timers: ITIMER_REAL sends SIGALRM on the simulated clock (setitimer(2), alarm(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emu.kernel.task import Process

SIGALRM = 14
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
        from emu.kernel import signal

        process = self.process
        kernel = process.leader.kernel
        self.timer = 0
        if not process.threads:
            return
        signal.send(kernel, process.threads[0], signal.SigInfo(SIGALRM, signal.SI_KERNEL))
        self.next = self.following(kernel.now) if self.interval else 0
        if self.next:
            kernel.timers.add(self.next, self)

    def following(self, now: int) -> int:
        """hrtimer_forward: the next signal; periods that are over already, or too near, are passed over."""
        missed = max(0, now + LEAST_CYCLES - self.next) // self.interval
        return self.next + (missed + 1) * self.interval
