"""The loop: give harts their tasks, let the machine run, serve what it stops for, until something ends the run."""

from __future__ import annotations

from typing import Any

from emu.kernel import signal, trap
from emu.kernel.irq import IPI_RESCHEDULE
from emu.kernel.options import Exit, Limits
from emu.kernel.services import UNKNOWN
from emu.machine.ledger import LEDGER_IDLE
from emu.machine.stops import STOP_BREAKPOINT, STOP_BUDGET, STOP_DEADLINE, STOP_EVENT, STOP_TRAP, STOP_WATCHPOINT

REASONS = {STOP_BREAKPOINT: "breakpoint", STOP_WATCHPOINT: "watchpoint"}
BUDGET = 4_000_000  # instructions between two looks at the host's wishes
OFTEN = 0xFFF  # traps between two looks at the guest's output
NEVER = 1 << 62
EXITED, DEADLOCK, TRACED = range(100, 103)  # beyond the machine's reasons: see `advance`
NO_LIMITS = Limits()


class Loop:
    """`run` and its parts."""

    machine: Any
    entries: int  # into the kernel: traps, deadlines, idle stretches

    def run(self, limits: Limits | None = None) -> Exit:
        """Run until the first process ends, a limit is met or the machine is stopped; may be called again then."""
        limits = limits or Limits()
        self.output_left = limits.max_output
        self.output_spent = False
        last_insn = None if limits.max_insns is None else self.retired() + limits.max_insns
        while self.exit is None:
            self.settle()
            if self.exit is not None:  # a signal on the way back to user mode
                break
            if not any(hart.online for hart in self.harts):
                if limits.max_cycles is not None and (self.irqs.next_event() or 0) > limits.max_cycles:
                    return self._ended("max-cycles")
                if not self._idle():
                    return self._ended("deadlock")
            elif reason := self._run_harts(limits, last_insn):
                return self._ended(reason)
        return self.exit

    def _run_harts(self, limits: Limits, last_insn: int | None) -> str:
        """Run, serving traps, until there is something to decide; the reason to stop, or ''."""
        several_nodes = len(self.pages.zonelists) if len(self.pages.zonelists) > 1 else 0
        machine, handle_trap, single = self.machine, trap.handle_trap, len(self.harts) == 1
        traps = 0
        while not self.need_resched:
            budget = BUDGET if last_insn is None else min(BUDGET, last_insn - self.retired())
            if budget <= 0:
                return "max-insns"
            reason = machine.run(budget, self._deadline(limits) if self.deadline < 0 else self.deadline)
            if reason == STOP_TRAP:
                self.entries += 1
                self.cpu = cpu = 0 if single else machine.stopped
                if several_nodes:
                    self.pages.set_node(cpu % several_nodes)
                handle_trap(self, cpu)
                traps += 1
                if not traps & OFTEN:
                    self.flush_output()
            elif reason == STOP_DEADLINE:
                return self._deadline_met(limits)
            elif reason != STOP_BUDGET:
                return REASONS.get(reason, "stopped")
            else:
                self.flush_output()
        return "max-output" if self.output_spent else ""

    def settle(self) -> None:
        """After the kernel's work, before harts go on: signals for running tasks, and tasks for idle harts."""
        self.need_resched = False
        if self.kicked:
            self._kick()
        self.sched.fill_idle_harts()

    def advance(self, until_tick: int, entries: int, catching: bool = False) -> int:
        """As `run`, for those who follow closely: until a tick, and for so many entries of the kernel at most.

        Returns 0, the machine's reason where a stop is no business of the kernel, EXITED, DEADLOCK, or TRACED when the
        tracer asked for a stop. catching: stop also at hardware events that the kernel causes (STOP_EVENT).
        """
        most, reason = self.entries + entries, 0
        while self.entries < most and not reason:
            if self.exit is not None:
                return EXITED
            if self.need_resched:
                self.settle()
            left = until_tick - self.tick
            if left <= 0:
                break
            if any(hart.online for hart in self.harts):
                reason = self._serve(until_tick, most, catching)
            elif self._idle():
                self.need_resched = True
            else:
                return DEADLOCK
            if self.tracer is not None and self.tracer.stop is not None:
                reason = TRACED
        if self.need_resched and self.exit is None:
            self.settle()
        self.flush_output()
        return reason

    def _serve(self, until_tick: int, most: int, catching: bool) -> int:
        """Run, serving traps, until there is something to decide, or enough is done: the machine's reason, or 0."""
        nodes = len(self.pages.zonelists) if len(self.pages.zonelists) > 1 else 0
        machine, handle_trap, tracer, single = self.machine, trap.handle_trap, self.tracer, len(self.harts) == 1
        left, hart = until_tick - self.tick, self.harts[0]
        while left > 0:
            reason = machine.run(
                left if left < BUDGET else BUDGET, self._deadline(NO_LIMITS) if self.deadline < 0 else self.deadline
            )
            if reason == STOP_TRAP:
                self.entries += 1
                self.cpu = cpu = 0 if single else machine.stopped
                if nodes:
                    self.pages.set_node(cpu % nodes)
                handle_trap(self, cpu)
            elif reason == STOP_DEADLINE:
                self._deadline_met(NO_LIMITS)
                self.need_resched = True
            elif reason != STOP_BUDGET:
                return reason
            if catching and machine.caught:
                return STOP_EVENT
            if self.need_resched or self.entries >= most or (tracer is not None and tracer.stop is not None):
                break
            left = until_tick - self.entries - (hart.instret if single else self.retired())
        return 0

    @property
    def tick(self) -> int:
        """Instructions completed and entries of the kernel: the one order of all that happens."""
        return self.retired() + self.entries

    def _kick(self) -> None:
        """A signal came for a task that runs: an interrupt brings its hart into the kernel, where it is delivered."""
        self.kicked = False
        here = self.cpu
        for cpu, task in enumerate(self.sched.running):
            if task is not None and (task.pending or task.process.pending) and not signal.looks_again(task):
                if cpu != here:
                    self.irqs.send_ipi(cpu, IPI_RESCHEDULE)
                self.cpu = cpu
                signal.deliver(self, task)
        self.cpu = here

    def retired(self) -> int:
        """Instructions that all harts have completed."""
        harts = self.harts
        return harts[0].instret if len(harts) == 1 else sum([hart.instret for hart in harts])

    def _deadline(self, limits: Limits) -> int:
        """The cycle at which the kernel wants the harts back."""
        times = [end for end, task in zip(self.sched.slice_end, self.sched.running, strict=True) if task]
        if not len(self.sched.policy):
            times = []
        for time in (self.irqs.next_event(), limits.max_cycles):
            if time is not None:
                times.append(time)
        self.deadline = min(times, default=NEVER)
        return self.deadline

    def _deadline_met(self, limits: Limits) -> str:
        self.entries += 1
        running = [cpu for cpu, task in enumerate(self.sched.running) if task]
        running.sort(key=lambda cpu: self.harts[cpu].cycle)
        self.cpu, self.deadline = running[0], UNKNOWN
        if limits.max_cycles is not None and self.now >= limits.max_cycles:
            return "max-cycles"
        for cpu in running:
            self.irqs.arrive(cpu)
        return ""

    def _idle(self) -> bool:
        """No task can run: let time pass until the next interrupt. False if there will be none."""
        time = self.irqs.next_event()
        if time is None:
            return False
        self.entries += 1
        hart = self.harts[self.cpu]
        if time > hart.cycle + BUDGET:
            self.flush_output()
        if time > hart.cycle:
            causes = [task.io_cause for task in self.tasks.values() if task.io_cause is not None]
            hart.charge(causes[0] if causes else LEDGER_IDLE, time - hart.cycle)
        self.irqs.arrive(self.cpu)
        return True

    def _ended(self, reason: str) -> Exit:
        return Exit(0, 0, reason, None, self.messages)
