"""How long a task has been within a stretch of code: what a step back over a line that goes round must know."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from emu.debug.control import loops

FIRST, LONGER = 256, 8  # ticks that are looked through, ever more


class Staying:
    """The part of a Session that finds when the selected task came to where it is."""

    def stay_begins(self: Any, low: int, high: int) -> int:
        """The first tick since which the selected task's pc has been in low … high - 1; calls end a stay.

        It may only be asked while it is there. Time is anywhere afterwards.
        """
        now, start = self.engine.tick, self.engine.start_tick
        good, window = now, FIRST
        while good > start and not self.engine.is_interrupted:
            tick = max(start, now - window)
            if not self.stayed(tick, now, low, high):
                return self.first_of_stay(tick, good, now, low, high)
            good, window = tick, window * LONGER
        return good

    def first_of_stay(self: Any, bad: int, good: int, now: int, low: int, high: int) -> int:
        """The boundary between a tick from which it has not stayed, and one from which it has."""
        while good - bad > 1:
            middle = (bad + good) // 2
            if self.stayed(middle, now, low, high):
                good = middle
            else:
                bad = middle
        return good

    def stayed(self: Any, tick: int, now: int, low: int, high: int) -> bool:
        """Whether it was there at a tick, and all the time until now."""
        pid = self.pid
        self.travel(tick)
        here, leaves = self.position(pid), loops.exits(self, low, high)
        if here is None or not low <= here[2] < high or (here[2] in leaves and tick < now):
            return False
        with self.nothing_but(leaves, pid):
            while self.engine.tick < now:
                cause = self.forward(until_tick=now)
                if cause.kind == "breakpoint" and self.verdict(cause) is not None:
                    return self.engine.tick >= now
                if cause.kind not in ("breakpoint", "limit"):
                    return False
        return True

    @contextmanager
    def nothing_but(self: Any, addresses: list[int], pid: int) -> Iterator[None]:
        """Meanwhile only this task's coming to these addresses stops anything."""
        others = self.breaks.active()
        for row in others:
            row.enabled = False
        mine = self.internal_break(addresses, pid)
        try:
            yield
        finally:
            self.breaks.remove(mine)
            for row in others:
                row.enabled = True
            self.breaks.touch()
