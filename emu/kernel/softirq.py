"""Softirqs: the bottom halves of interrupts (Linux: kernel/softirq.c).

    interrupt ─► top half: acknowledge, raise ─► exit of the interrupt: do_softirq ─► back to the task
                                                        │ still something raised after MAX_RESTART rounds
                                                        ▼
                                                  ksoftirqd/N, a thread that takes turns with the tasks

A round runs each kind that is raised once, and each kind does a bounded piece of work (WEIGHT) and raises itself again
when that was not all. So a flood of interrupts can't keep a hart from its tasks.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from emu.kernel.sched.kthread import KThread
from emu.kernel.sched.states import WAITING
from emu.machine.ledger import LEDGER_SOFTIRQ

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

SOFTIRQS = ("HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET", "SCHED", "HRTIMER", "RCU")
TIMER, BLOCK, SCHED = (SOFTIRQS.index(name) for name in ("TIMER", "BLOCK", "SCHED"))
MAX_RESTART = 10
WEIGHT = 16  # timers, or requests, that one round ends


class Softirqs:
    """`pending[cpu]` has a bit for each kind that is raised; `counts[kind][cpu]` is /proc/softirqs."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        harts = range(len(kernel.harts))
        self.pending = [0 for _ in harts]
        self.counts = [[0 for _ in harts] for _ in SOFTIRQS]
        self.actions = {TIMER: self.run_timers, BLOCK: self.end_requests, SCHED: self.rebalance}
        self.threads = [KThread(kernel, f"ksoftirqd/{cpu}", partial(self.ksoftirqd, cpu)) for cpu in harts]
        for cpu, thread in enumerate(self.threads):
            thread.affinity = 1 << cpu

    def raise_softirq(self, cpu: int, kind: int) -> None:
        """It will run at the end of the interrupt, or in ksoftirqd when that is behind already."""
        self.pending[cpu] |= 1 << kind

    def is_pending(self, kind: int) -> bool:
        """Whether any hart has one of this kind to do."""
        return any(pending >> kind & 1 for pending in self.pending)

    def irq_exit(self, cpu: int) -> None:
        """The way out of an interrupt: the softirqs, unless ksoftirqd is at it."""
        if self.pending[cpu] and self.threads[cpu].state == WAITING and self.do_softirq(cpu):
            self.kernel.trace("wakeup_ksoftirqd", pending=self.pending[cpu])
            self.kernel.sched.wake_up(self.threads[cpu])

    def do_softirq(self, cpu: int) -> bool:
        """Up to MAX_RESTART rounds; True if something is left."""
        for _ in range(MAX_RESTART):
            raised, self.pending[cpu] = self.pending[cpu], 0
            if not raised:
                return False
            for kind, action in self.actions.items():
                if raised >> kind & 1:
                    self.counts[kind][cpu] += 1
                    self.run(cpu, kind, action)
        return bool(self.pending[cpu])

    def run(self, cpu: int, kind: int, action: object) -> None:
        """One kind, and its cycles."""
        items = action(cpu)
        kernel = self.kernel
        kernel.harts[cpu].charge(LEDGER_SOFTIRQ, kernel.costs["softirq"] * max(1, items))
        if kernel.tracer is not None:
            kernel.tracer.emit(kernel, "softirq", vec=kind, name=SOFTIRQS[kind], items=items)

    def ksoftirqd(self, cpu: int) -> bool:
        """One turn of the thread."""
        return self.do_softirq(cpu)

    # -- what they do: each says how many items it has dealt with -----------------------------------------------------
    def run_timers(self, cpu: int) -> int:
        """TIMER: wake who has slept long enough, send SIGALRM."""
        kernel = self.kernel
        ended = kernel.timers.expire(kernel.now, WEIGHT)
        due = kernel.timers.next
        if due is not None and due <= kernel.now:
            self.raise_softirq(cpu, TIMER)
        return ended

    def end_requests(self, cpu: int) -> int:
        """BLOCK: requests that the disks have finished."""
        disks, ended = self.kernel.disks, 0
        for disk in disks:
            ended += disk.end_requests(WEIGHT - ended)
        if any(disk.finished for disk in disks):
            self.raise_softirq(cpu, BLOCK)
        return ended

    def rebalance(self, cpu: int) -> int:
        """SCHED: after a tick, look whether a hart is idle that could take a task."""
        self.kernel.need_resched = True
        return 1
