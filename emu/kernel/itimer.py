"""Timers that send signals: setitimer(2)'s three and timer_create(2)'s, on the simulated clock or on CPU time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.kernel import cputime
from emu.kernel.rlimit import INFINITY, RLIMIT_CPU
from emu.kernel.siginfo import SI_KERNEL, SI_TIMER, SIGALRM, SIGKILL, SIGPROF, SIGVTALRM, SIGXCPU, SigInfo
from emu.kernel.sigsend import send

if TYPE_CHECKING:
    from emu.kernel.cputime import CpuClock
    from emu.kernel.task import Process

LEAST_CYCLES = 5000  # between two signals, so that whoever asks for a signal each nanosecond still makes progress
ITIMER_SIGNALS = (SIGALRM, SIGVTALRM, SIGPROF)  # of ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF


class SignalTimer:
    """`next` is the cycle of the next signal by the timer's clock (0: off), `interval` the cycles between signals (0:
    once). `cpu` is the clock of CPU time; None: time itself.
    """

    def __init__(self, process: Process, cpu: CpuClock | None = None) -> None:
        self.process, self.cpu = process, cpu
        self.next = self.interval = 0
        self.timer = 0  # which entry of the kernel's timers is the valid one

    def now(self) -> int:
        """Its clock, in cycles."""
        return self.process.leader.kernel.now if self.cpu is None else self.cpu.now()

    def set(self, next_cycle: int, interval: int) -> None:
        """Arm it for a cycle of its clock, 0 disarms."""
        self.next, self.interval, self.timer = next_cycle, interval, 0
        if self.cpu is not None:
            cputime.disarm(self)
        self.go_on()

    def go_on(self, earliest: int = 0) -> None:
        """Wait for `next`, or longer."""
        if self.next and self.cpu is not None:
            cputime.arm(self)
        elif self.next:
            self.process.leader.kernel.timers.add(max(self.next, earliest), self)

    def left(self) -> int:
        """Cycles to the next signal."""
        return max(0, self.next - self.now())


class IntervalTimer(SignalTimer):
    """One of setitimer's, with its signal."""

    def __init__(self, process: Process, which: int) -> None:
        super().__init__(process, cputime.CpuClock(process) if which else None)
        self.number = ITIMER_SIGNALS[which]

    def __call__(self) -> None:
        process = self.process
        self.timer = 0
        if not process.threads:
            return
        send(process.leader.kernel, process.threads[0], SigInfo(self.number, SI_KERNEL))
        self.next = self.following(self.now()) if self.interval else 0
        self.go_on()

    def following(self, now: int) -> int:
        """hrtimer_forward: the next signal; periods that are over already, or too near, are passed over."""
        missed = max(0, now + LEAST_CYCLES - self.next) // self.interval
        return self.next + (missed + 1) * self.interval


class CpuLimit:
    """RLIMIT_CPU: SIGXCPU each second from the soft limit on, SIGKILL at the hard one (getrlimit(2))."""

    def __init__(self, process: Process) -> None:
        self.process, self.cpu, self.next = process, cputime.CpuClock(process), 0

    def obey(self, soft: int) -> None:
        """The limit is new."""
        cputime.disarm(self)
        if soft != INFINITY:
            self.next = max(soft, 1) * self.process.leader.kernel.options.clock_hz
            cputime.arm(self)

    def __call__(self) -> None:
        process = self.process
        kernel = process.leader.kernel
        over = self.cpu.now() >= process.rlimits[RLIMIT_CPU][1] * kernel.options.clock_hz
        self.next += kernel.options.clock_hz
        cputime.arm(self)
        if process.threads:
            send(kernel, process.threads[0], SigInfo(SIGKILL if over else SIGXCPU, SI_KERNEL))


def obey_cpu_limit(process: Process) -> None:
    """RLIMIT_CPU was set, or inherited."""
    soft = process.rlimits[RLIMIT_CPU][0]
    if soft != INFINITY or process.cpu_limit is not None:
        process.cpu_limit = process.cpu_limit or CpuLimit(process)
        process.cpu_limit.obey(soft)


def itimer_of(process: Process, which: int) -> IntervalTimer:
    """ITIMER_REAL, ITIMER_VIRTUAL or ITIMER_PROF of a process, made when it is asked for."""
    if which not in process.itimers:
        process.itimers[which] = IntervalTimer(process, which)
    return process.itimers[which]


class PosixTimer(SignalTimer):
    """One of timer_create's. `number` is the signal (0: none), `thread` the task it goes to (None: the process)."""

    def __init__(
        self, process: Process, ident: int, clock: int, event: tuple[int, int, Any], cpu: CpuClock | None
    ) -> None:
        super().__init__(process, cpu)
        self.ident, self.clock = ident, clock
        self.number, self.value, self.thread = event
        self.overrun = 0
        self.info: SigInfo | None = None  # of the signal sent last

    def __call__(self) -> None:
        """Send the signal. Until it is taken time is only counted (Linux: posix_timer_fn, posixtimer_rearm)."""
        self.timer = 0
        if not self.process.threads or not self.number:
            return
        target = self.thread if self.thread in self.process.threads else self.process.threads[0]
        queue = target.pending if self.thread is not None else self.process.pending
        self.info = next((info for info in queue.get(self.number, ()) if info.timer is self), None)
        if self.info is None:
            self.info = SigInfo(self.number, SI_TIMER, pid=self.ident, value=self.value, timer=self)
            send(target.kernel, target, self.info, self.thread is not None, timer=True)
            if not any(info is self.info for info in queue.get(self.number, ())):  # it is ignored
                self.taken(self.info)

    def set(self, next_cycle: int, interval: int) -> None:
        """What was sent already has nothing to do with the new times."""
        self.info = None
        super().set(next_cycle, interval)

    def taken(self, info: SigInfo) -> None:
        """The signal leaves the queue: how often it would have come meanwhile, and when it comes next."""
        if info is not self.info or not self.next:
            return
        self.overrun = info.uid = max(0, self.now() - self.next) // self.interval if self.interval else 0
        self.next = self.next + (self.overrun + 1) * self.interval if self.interval else 0
        self.go_on(self.now() + LEAST_CYCLES)

    def left(self) -> int:
        """Cycles to the next expiry, of which there may have been some that nobody was told of."""
        if not self.interval:
            return max(0, self.next - self.now())
        return self.next - self.now() if self.next > self.now() else -(self.now() - self.next) % self.interval
