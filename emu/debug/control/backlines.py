"""Lines and calls against time: reverse-nexti, reverse-step, reverse-next, reverse-finish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.debug.control import calls
from emu.debug.control.loops import PATIENCE
from emu.debug.control.staying import Staying
from emu.errors import EmuError
from emu.isa.abi import SP

if TYPE_CHECKING:
    from emu.debug.control.stop import Stop

MOST_STEPS = 100_000  # of one reverse-step


class BackLines(Staying):
    """The part of a Session that goes back by lines and calls."""

    def reverse_nexti(self, n: int = 1) -> Stop:
        """Undo n instructions, a call with all that it called as one."""
        for _ in range(n):
            if (stop := self.retreat_over(lambda pc: False)) is not None:
                return stop
        return self.stop("step")

    def retreat_over(self, enters: Any) -> Stop | None:
        """Undo one instruction; where that is the return of a function that is not entered, the whole call."""
        held = self.registers()
        if (stop := self.retreat()) is not None:
            return stop
        pc = self.registers().pc
        if not calls.is_return(self, pc) or enters(pc):
            return None
        places = calls.call_sites(self, held.pc)
        return self.reverse_to(places, held.x[SP]) if places else None

    def reverse_to(self, places: list[int], sp: int) -> Stop | None:
        """Back to the selected task's last stay at one of these addresses in this frame."""
        row = self.internal_break(places, self.pid, sp)
        try:
            stop = self.reverse_cont()
        finally:
            self.breaks.remove(row)
        return None if stop.reason == "location" else stop

    def reverse_step(self, n: int = 1) -> Stop:
        """Back to the beginning of the line before, into functions that were called whose source is known."""
        return self.reverse_lines(n, self.has_body)

    def has_body(self, pc: int) -> bool:
        """Whether the source of the code at an address is known."""
        return calls.body_of(self, pc) is not None

    def reverse_next(self, n: int = 1) -> Stop:
        """Back to the beginning of the line before, calls counting as part of it."""
        return self.reverse_lines(n, lambda pc: False)

    def reverse_lines(self, n: int, enters: Any) -> Stop:
        """n lines back; from code without lines into whatever has some."""
        for _ in range(n):
            if self.source(self.registers().pc) is None:
                enters = self.has_body
            for count in range(MOST_STEPS):
                if (stop := self.retreat_over(enters)) is not None:
                    return stop
                pc = self.registers().pc
                span = self.program.lines.range_of(pc)
                if not self.program.lines.rows or (span is not None and span[0] == pc):
                    break
                if count and count % PATIENCE == 0 and span is not None:
                    self.begin_of_stay(*span)
                    if self.registers().pc == span[0]:
                        break
        return self.stop("step")

    def begin_of_stay(self, low: int, high: int) -> None:
        """Back to when the selected task came to a stretch of code that it has gone round in."""
        pid, now = self.pid, self.engine.tick
        goal = self.stay_begins(low, high)
        self.travel(now if self.engine.is_interrupted else goal)
        self.choose(pid)

    def reverse_finish(self) -> Stop:
        """Back to the call of the selected frame's function."""
        if (caller := self.returns_to()) is None:
            raise EmuError("this is the outermost frame: nobody called it", hint="reverse-continue, or goto start")
        sp = caller.registers.get(SP, 0)
        return self.reverse_to(calls.call_sites(self, caller.pc), sp) or self.stop("finished")
