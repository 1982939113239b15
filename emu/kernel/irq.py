"""Interrupts: who wants a hart's attention, and the top halves (Linux: kernel/irq, arch/riscv/kernel/smp.c).

The timer and the disks interrupt the hart whose clock reaches their time; harts interrupt each other (IPIs). A top half
only acknowledges, or ends a slice, and raises softirqs; those run on the way out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.softirq import BLOCK, SCHED, TIMER
from emu.machine.ledger import LEDGER_IPI, LEDGER_IRQ, LEDGER_TRAP

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

IPI_NAMES = (
    "Rescheduling interrupts",
    "Function call interrupts",
    "CPU stop interrupts",
    "CPU stop (for crash dump) interrupts",
    "IRQ work interrupts",
    "Timer broadcast interrupts",
)
IPI_RESCHEDULE, IPI_CALL_FUNC = 0, 1
IPI_BASE = 10  # their numbers among the interrupts
# name -> (number, what /proc/interrupts says behind the counts)
SOURCES = {
    "timer": (5, "RISC-V INTC   5 Edge      riscv-timer"),
    "vda": (8, "SiFive PLIC   1 Edge      virtio0"),
    "vdb": (9, "SiFive PLIC   2 Edge      virtio1"),
}


class Interrupts:
    """`counts[source][cpu]` and `ipis[kind][cpu]` are /proc/interrupts."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        harts = len(kernel.harts)
        self.counts = {name: [0] * harts for name in SOURCES}
        self.ipis = [[0] * harts for _ in IPI_NAMES]

    def next_event(self) -> int | None:
        """When the timer or a disk will interrupt next; timers that a softirq is about to serve don't count."""
        kernel = self.kernel
        times = [disk.requests[0].done for disk in kernel.disks if disk.requests]
        timer = kernel.timers.next
        if timer is not None and not kernel.softirqs.is_pending(TIMER):
            times.append(timer)
        return min(times, default=None)

    def arrive(self, cpu: int) -> None:
        """Whatever is due by the clock of this hart interrupts it."""
        kernel = self.kernel
        kernel.cpu, now, softirqs = cpu, kernel.now, kernel.softirqs
        for disk in kernel.disks:
            if disk.interrupt(now):
                self.enter(cpu, disk.name)
                softirqs.raise_softirq(cpu, BLOCK)
        due = kernel.timers.next
        timers = due is not None and due <= now and not softirqs.is_pending(TIMER)
        tick = kernel.sched.running[cpu] is not None and kernel.sched.slice_end[cpu] <= now
        if timers or tick:
            self.enter(cpu, "timer")
            if timers:
                softirqs.raise_softirq(cpu, TIMER)
            if tick:
                kernel.sched.tick(cpu)
                softirqs.raise_softirq(cpu, SCHED)
        softirqs.irq_exit(cpu)

    def enter(self, cpu: int, source: str) -> None:
        """A top half: the trap, and the acknowledgement."""
        kernel, hart = self.kernel, self.kernel.harts[cpu]
        self.counts[source][cpu] += 1
        if kernel.tracer is not None:
            kernel.tracer.emit(kernel, "irq", irq=SOURCES[source][0], name=source)
        hart.charge(LEDGER_TRAP, kernel.cost_trap)
        hart.charge(LEDGER_IRQ, kernel.costs["irq"])

    def send_ipi(self, cpu: int, kind: int) -> None:
        """An interrupt to another hart costs both."""
        kernel = self.kernel
        self.ipis[kind][cpu] += 1
        if kernel.tracer is not None:
            kernel.tracer.emit(kernel, "ipi", target=cpu, name=IPI_NAMES[kind])
        kernel.harts[kernel.cpu].charge(LEDGER_IPI, kernel.costs["ipi"])
        kernel.harts[cpu].charge(LEDGER_IPI, kernel.costs["ipi"])

    def by_number(self) -> list[int]:
        """How often each interrupt came, on all harts, from number 0 on (/proc/stat)."""
        totals = {number: sum(self.counts[name]) for name, (number, _) in SOURCES.items()}
        totals |= {IPI_BASE + kind: sum(counts) for kind, counts in enumerate(self.ipis)}
        return [totals.get(number, 0) for number in range(max(totals) + 1)]

    @property
    def total(self) -> int:
        """All that ever came: the first number of intr in /proc/stat."""
        return sum(map(sum, (*self.counts.values(), *self.ipis)))
