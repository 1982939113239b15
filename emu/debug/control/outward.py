"""Out of functions and on to places: finish, until, advance."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from emu.debug.control import frames, returned
from emu.debug.control.stop import Stop
from emu.errors import EmuError
from emu.isa.abi import SP

if TYPE_CHECKING:
    from emu.debug.control.frames import Frame
    from emu.debug.control.places import Places


class Outward:
    """The part of a Session that runs to where a function returns, or to a location."""

    def finish(self, reverse: bool = False) -> Stop:
        """Run until the selected frame returns; detail has what it returned. Backwards: to where it was called."""
        if reverse:
            return self.reverse_finish()
        self.require_alive()
        frame = self.frames(self.frame + 1)[-1]
        if frame.is_inlined:
            return self.leave(frame)
        caller, sp = self.caller()
        pc = self.current_frame().lookup_pc
        name = self.symbolize(pc).partition("+")[0]
        kind = returned.type_of(self, self.program.debug.function_at(pc))
        with self.locked():
            stop = self.run_to([caller.pc], sp)
        if stop is not None:
            return stop
        return self.stop("finished", detail={"function": name, **returned.result(self, kind)})

    def caller(self) -> tuple[Frame, int]:
        """The frame that called the selected one, and where its stack is then. EmuError at the outermost."""
        caller = self.returns_to()
        if caller is None:
            raise EmuError("this is the outermost frame: it returns to nobody", hint="continue, or until LOCATION")
        return caller, caller.registers.get(SP, 0)

    def returns_to(self) -> Frame | None:
        """The frame that the selected one, or what it was inlined into, returns to."""
        callers = islice(frames.frames(self), self.frame + 1, None)
        return next((frame for frame in callers if frame.depth == 0), None)

    def leave(self, frame: Frame) -> Stop:
        """Step until an inlined call is over: it has no return, and no place where its result would lie."""
        call = frame.function
        with self.locked():
            stop = None
            if frame.how != "innermost":
                stop = self.run_to([frame.pc], frame.registers.get(SP))
            while stop is None and call.holds(self.registers().pc):
                stop = self.over()
        return stop or self.stop("finished", detail={"function": call.name})

    def until(self, places: Places | None = None) -> Stop:
        """As `next`, but never back in a loop; with a location: run there in this frame, or until it returns."""
        if places is None:
            return self.past_here()
        return self.go_to(places, frames.cfa_of(self, self.current_frame()))

    def advance(self, places: Places) -> Stop:
        """Run until the selected task comes to a location, in whatever call, or the frame returns."""
        return self.go_to(places)

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

    def go_to(self, places: Places, cfa: int | None = None) -> Stop:
        """Run to addresses, in one frame only perhaps, or out of the selected frame."""
        self.require_alive()
        row, caller = None, self.returns_to()
        if caller is not None:
            row = self.internal_break([caller.pc], self.pid, caller.registers.get(SP, 0))
        pid = self.pid
        goal = self.internal_break(list(places.bodies), pid)
        goal.frame_cfa = cfa
        try:
            with self.locked():
                return self.last_look(self.run_on())
        finally:
            for each in (row, goal):
                if each is not None:
                    self.breaks.remove(each)
