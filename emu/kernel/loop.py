"""The loop: give harts their tasks, let the machine run, serve what it stops for, until something ends the run."""

from __future__ import annotations

from typing import Any

from emu.kernel import signal, trap
from emu.kernel.irq import IPI_RESCHEDULE
from emu.kernel.options import Exit, Limits
from emu.kernel.services import UNKNOWN
from emu.machine.ledger import LEDGER_IDLE
from emu.machine.stops import STOP_BREAKPOINT, STOP_BUDGET, STOP_DEADLINE, STOP_TRAP, STOP_WATCHPOINT

REASONS = {STOP_BREAKPOINT: "breakpoint", STOP_WATCHPOINT: "watchpoint"}
BUDGET = 4_000_000  # instructions between two looks at the host's wishes
OFTEN = 0xFFF  # traps between two looks at the guest's output
NEVER = 1 << 62


class Loop:
    """`run` and its parts."""

    machine: Any

    def run(self, limits: Limits | None = None) -> Exit:
        """Run until the first process ends, a limit is met or the machine is stopped; may be called again then."""
        limits = limits or Limits()
        self.output_left = limits.max_output
        self.output_spent = False
        last_insn = None if limits.max_insns is None else self.retired() + limits.max_insns
        while self.exit is None:
            self.need_resched = False
            if self.kicked:
                self._kick()
            self.sched.fill_idle_harts()
            if self.exit is not None:  # a signal on the way back to user mode
                break
            if not any(hart.online for hart in self.harts):
                if limits.max_cycles is not None and (self.irqs.next_event() or 0) > limits.max_cycles:
                    return self._ended("max-cycles")
                if not self._idle():
                    return self._ended("deadlock")
            elif reason := self._run_harts(limits, last_insn):
                return self._ended(reason)
        self.exit.log = self.messages
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

    def _kick(self) -> None:
        """A signal came for a task that runs: an interrupt brings its hart into the kernel, where it is delivered."""
        self.kicked = False
        here = self.cpu
        for cpu, task in enumerate(self.sched.running):
            if task is not None and (task.pending or task.process.pending):
                if cpu != here:
                    self.irqs.send_ipi(cpu, IPI_RESCHEDULE)
                self.cpu = cpu
                signal.deliver(self, task)
        self.cpu = here

    def retired(self) -> int:
        """Instructions that all harts have completed."""
        return sum(hart.instret for hart in self.harts)

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
