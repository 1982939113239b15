"""Going to a point in time, and starting over."""

from __future__ import annotations

from emu.debug.control.stop import Stop
from emu.errors import EmuError, did_you_mean

POINTS = ("tick", "cycle", "insn", "event", "start", "end")


class Travel:
    """The part of a Session that moves to named points of time."""

    def goto(self, what: str, n: int = 0) -> Stop:
        """To tick, cycle, instruction or event number n; to the start, or to the end as far as it was ever reached."""
        if what not in POINTS:
            raise EmuError(
                f"there is no point in time called {what!r}", hint=did_you_mean(what, POINTS) or ", ".join(POINTS)
            )
        engine, pid = self.engine, self.pid
        if what == "start":
            engine.goto(engine.start_tick)
        elif what == "end":
            engine.goto(engine.end_tick)
        else:
            getattr(self, f"goto_{what}")(n)
        self.choose(pid)
        return self.stop("exit" if self.kernel.exit is not None else "goto")

    def goto_tick(self, n: int) -> None:
        """A tick, forwards too."""
        self.engine.goto(n)
