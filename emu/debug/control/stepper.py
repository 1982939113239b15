"""Steps: one instruction, one line, one call, of the selected task. Other tasks and harts run as they would."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emu.debug.control import calls, judge, loops, registers
from emu.debug.control.loops import PATIENCE
from emu.debug.control.stop import Stop
from emu.isa.abi import SP


class Stepper:
    """The part of a Session that steps forwards."""

    # -- one instruction ----------------------------------------------------------------------------------------------
    def advance_task(self) -> Stop | None:
        """Let the selected task complete one instruction or system call. A Stop if something ends that before."""
        pid, before = self.pid, self.registers().pc
        while True:
            task = self.kernel.tasks.get(pid)
            if task is None or task.mm is None:
                return self.gone(pid)
            cpu = task.cpu
            retired = self.machine.harts[cpu].instret if cpu >= 0 else 0
            passing = self.passing()
            cause = self.forward(until_tick=self.engine.tick + 1) if cpu >= 0 else self.wait_for(pid)
            if (stop := self.met_in_step(cause, passing, cpu, before)) is not None:
                return stop
            task = self.kernel.tasks.get(pid)
            if task is None or task.mm is None:
                return self.gone(pid)
            moved = cpu >= 0 and task.cpu == cpu and self.machine.harts[cpu].instret > retired
            if moved or registers.of_task(self.kernel, task).pc != before:
                self.select_task(pid)
                return None

    def met_in_step(self, cause: Any, passing: bool, cpu: int, pc: int) -> Stop | None:
        """What ends a step early: any stop but the end of its tick, and a breakpoint that the step begins at."""
        if cause.kind == "limit":
            return None
        hart = self.machine.harts[cause.hart]
        if cause.kind == "breakpoint" and cause.hart == cpu and hart.pc & self.kernel.xlen_mask == pc:
            return None
        stop = self.consider(cause, passing)
        return None if stop is not None and stop.reason == "location" else stop

    def wait_for(self, pid: int) -> Any:
        """Run until a task that waits is on a hart again."""
        task = self.kernel.tasks[pid]
        row = self.internal_break([registers.of_task(self.kernel, task).pc], pid)
        try:
            return self.forward()
        finally:
            self.breaks.remove(row)

    def gone(self, pid: int) -> Stop:
        """The task that was stepped is no more."""
        if self.kernel.exit is not None and self.engine.tick != self.reported and (stop := self.crashed()) is not None:
            return stop
        return self.stop("exit" if self.kernel.exit is not None else "gone", detail={"gone": pid})

    def landed(self, reason: str = "step", detail: dict[str, Any] | None = None) -> Stop:
        """The end of a step; it counts as a hit of a breakpoint that stands here."""
        cpu = registers.holder(self.task)
        verdict = judge.at_breakpoint(self, cpu) if cpu is not None and self.task.cpu == cpu else None
        if verdict is not None and not verdict.row.internal:
            verdict.row.hits += 1
            return self.stop("breakpoint", self.hart, verdict)
        return self.stop(reason, detail=detail)

    def stepi(self, n: int = 1, reverse: bool = False) -> Stop:
        """n instructions of the selected task; backwards when reverse, or when n is negative."""
        if reverse or n < 0:
            return self.reverse_stepi(abs(n))
        return self.repeat(self.advance_task, n)

    def step_within(self, low: int, high: int) -> Stop:
        """Instructions of the selected task until its pc leaves low … high - 1."""

        def once() -> Stop | None:
            count = 0
            while (stop := self.advance_task()) is None:
                if not low <= self.registers().pc < high or self.breakpoint_here():
                    return None
                count += 1
                if count > PATIENCE and ((stop := self.run_within(low, high)) is not None):
                    return stop
                if not low <= self.registers().pc < high:
                    return None
            return stop

        return self.repeat(once, 1)

    def run_within(self, low: int, high: int) -> Stop | None:
        """Run the selected task up to where it can leave low … high - 1, or hands over; a Stop if it is stopped."""
        return self.run_to(loops.exits(self, low, high)) if low < high else None

    def nexti(self, n: int = 1, reverse: bool = False) -> Stop:
        """n instructions, calls counting as one."""
        if reverse or n < 0:
            return self.reverse_nexti(abs(n))
        return self.repeat(self.over, n)

    def repeat(self, once: Callable[[], Stop | None], n: int) -> Stop:
        """n steps of one kind, or what ends them early."""
        self.require_alive()
        with self.locked():
            for _ in range(n):
                if (stop := once()) is not None:
                    return stop
        return self.landed()

    def over(self) -> Stop | None:
        """One instruction; a call with all that it calls."""
        held = self.registers()
        call = calls.call_at(self, held.pc)
        if (stop := self.advance_task()) is not None:
            return stop
        if call is None or self.registers().pc == call:
            return None
        return self.run_to([call], held.x[SP])

    def run_to(self, addresses: list[int], sp: int | None = None) -> Stop | None:
        """Run until the selected task comes to one of the addresses with its stack at least there; None when it has."""
        pid = self.pid
        if self.registers().pc in addresses and (sp is None or self.registers().x[SP] >= sp):
            return None
        row = self.internal_break(addresses, pid, sp)
        try:
            stop = self.run_on()
        finally:
            self.breaks.remove(row)
        return None if stop.reason == "location" and stop.breakpoint is None else stop

    # -- one line -----------------------------------------------------------------------------------------------------
    def step(self, n: int = 1, reverse: bool = False) -> Stop:
        """n source lines, into calls of functions whose source is known."""
        if reverse or n < 0:
            return self.reverse_step(abs(n))
        return self.lines(n, into=True)

    def next(self, n: int = 1, reverse: bool = False) -> Stop:
        """n source lines, calls counting as part of the line."""
        if reverse or n < 0:
            return self.reverse_next(abs(n))
        return self.lines(n, into=False)

    def lines(self, n: int, into: bool) -> Stop:
        """Leave n lines."""
        self.require_alive()
        with self.locked():
            for left in range(n, 0, -1):
                stop = self.leave_line(into)
                if stop is not None:
                    return stop
                if left > 1 and self.breakpoint_here():
                    break
        return self.landed()

    def breakpoint_here(self) -> bool:
        """Whether the selected task stands at a breakpoint of the user's."""
        task = self.task
        verdict = judge.at_breakpoint(self, task.cpu) if task is not None and task.cpu >= 0 else None
        return verdict is not None and not verdict.row.internal

    def leave_line(self, into: bool) -> Stop | None:
        """Run until another line begins. Without a line table: one instruction."""
        start, count = self.source(self.registers().pc), 0
        while True:
            count += 1
            if count > PATIENCE and start is not None:
                stop = self.run_within(*(self.program.lines.range_of(self.registers().pc) or (0, 0)))
                if stop is not None or self.line_begins(self.registers().pc, start):
                    return stop
            pc = self.registers().pc
            call, returns = calls.call_at(self, pc), calls.is_return(self, pc)
            sp = self.registers().x[SP]
            if (stop := self.advance_task()) is not None:
                return stop
            here = self.registers().pc
            if call is not None and here != call:
                if into and (body := calls.body_of(self, here)) is not None:
                    return self.run_to([body])
                if (stop := self.run_to([call], sp)) is not None:
                    return stop
                here = self.registers().pc
            if start is None or self.line_begins(here, start) or (returns and self.source(here) not in (start, None)):
                return None

    def line_begins(self, pc: int, start: tuple[str, int]) -> bool:
        """Whether a statement of another line than `start` begins here."""
        return self.source(pc) not in (start, None) and self.program.lines.starts_line(pc)
