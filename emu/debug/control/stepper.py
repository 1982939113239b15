"""Steps: one instruction, one line, one call, of the selected task. Other tasks and harts run as they would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.debug.control import calls, judge, registers
from emu.debug.control.stop import Stop
from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.control.frames import Frame
    from emu.debug.control.places import Places

SP, RA, A0 = 2, 1, 10
QUIET = ("limit", "breakpoint", "watchpoint", "event", "catch")


class Stepper:
    """The part of a Session that steps forwards."""

    # -- one instruction ----------------------------------------------------------------------------------------------
    def advance_task(self) -> Stop | None:
        """Let the selected task complete one instruction or system call. A Stop if something ends that before it has."""
        pid, before = self.pid, self.registers().pc
        while True:
            task = self.kernel.tasks.get(pid)
            if task is None or task.mm is None:
                return self.gone(pid)
            cpu = task.cpu
            retired = self.machine.harts[cpu].instret if cpu >= 0 else 0
            cause = self.engine.run(until_tick=self.engine.tick + 1) if cpu >= 0 else self.wait_for(pid)
            if cause.kind not in QUIET:
                return self.consider(cause)
            task = self.kernel.tasks.get(pid)
            if task is None or task.mm is None:
                return self.gone(pid)
            if cause.kind in ("catch", "event") and (stop := self.consider(cause)) is not None:
                return stop
            moved = cpu >= 0 and task.cpu == cpu and self.machine.harts[cpu].instret > retired
            if moved or registers.of_task(self.kernel, task).pc != before:
                self.select_task(pid)
                return None

    def wait_for(self, pid: int) -> Any:
        """Run until a task that waits is on a hart again."""
        task = self.kernel.tasks[pid]
        row = self.internal_break([registers.of_task(self.kernel, task).pc], pid)
        try:
            return self.engine.run()
        finally:
            self.breaks.remove(row)

    def gone(self, pid: int) -> Stop:
        """The task that was stepped is no more."""
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
        self.require_alive()
        for _ in range(n):
            if (stop := self.advance_task()) is not None:
                return stop
        return self.landed()

    def nexti(self, n: int = 1, reverse: bool = False) -> Stop:
        """n instructions, calls counting as one."""
        if reverse or n < 0:
            return self.reverse_nexti(abs(n))
        self.require_alive()
        for _ in range(n):
            if (stop := self.over()) is not None:
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
        if self.registers().pc in addresses and sp is not None and self.registers().x[SP] >= sp:
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
        start = self.source(self.registers().pc)
        while True:
            pc = self.registers().pc
            call = calls.call_at(self, pc)
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
            if start is None:
                return None
            if self.line_begins(here, start):
                return None

    def line_begins(self, pc: int, start: tuple[str, int]) -> bool:
        """Whether a statement of another line than `start` begins here."""
        return self.source(pc) not in (start, None) and self.program.lines.starts_line(pc)

    # -- calls --------------------------------------------------------------------------------------------------------
    def finish(self, reverse: bool = False) -> Stop:
        """Run until the selected frame returns; detail has what it returned. Backwards: to where it was called."""
        if reverse:
            return self.reverse_finish()
        self.require_alive()
        caller, sp = self.caller()
        name = self.symbolize(self.current_frame().lookup_pc)
        stop = self.run_to([caller.pc], sp)
        if stop is not None:
            return stop
        return self.stop("finished", detail={"function": name.partition("+")[0], "value": self.registers().x[A0]})

    def caller(self) -> tuple[Frame, int]:
        """The frame that called the selected one, and where its stack is then. EmuError at the outermost."""
        found = self.frames(self.frame + 2)
        if len(found) < self.frame + 2:
            raise EmuError("this is the outermost frame: it returns to nobody", hint="continue, or until LOCATION")
        return found[self.frame + 1], found[self.frame + 1].registers.get(SP, 0)

    def until(self, places: Places | None = None) -> Stop:
        """As `next`, but never back in a loop; with a location: run there, or until the frame returns."""
        if places is None:
            return self.past_here()
        return self.go_to(places, stop_at_return=True)

    def advance(self, places: Places) -> Stop:
        """Run until the selected task comes to a location."""
        return self.go_to(places, stop_at_return=True)

    def past_here(self) -> Stop:
        """next, until the line lies behind this one or the frame has returned."""
        start = self.source(self.registers().pc)
        sp = self.registers().x[SP]
        while True:
            stop = self.next()
            here = self.source(stop.pc)
            if stop.reason != "step" or start is None or here is None or here[0] != start[0]:
                return stop
            if here[1] > start[1] or self.registers().x[SP] > sp:
                return stop

    def go_to(self, places: Places, stop_at_return: bool) -> Stop:
        """Run to addresses, or out of the selected frame."""
        self.require_alive()
        row = None
        found = self.frames(self.frame + 2)
        if stop_at_return and len(found) >= self.frame + 2:
            caller = found[self.frame + 1]
            row = self.internal_break([caller.pc], self.pid, caller.registers.get(SP, 0))
        pid = self.pid
        goal = self.internal_break([*places, *places.bodies], pid)
        try:
            return self.run_on()
        finally:
            for each in (row, goal):
                if each is not None:
                    self.breaks.remove(each)
