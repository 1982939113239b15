"""Which copies are kept: ever fewer the longer they are past, so that their number grows with the logarithm of time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from emu.debug.engine.state import Copy

MOST = 256


class Checkpoints:
    """Copies by tick; of several of one tick the last is what came of it."""

    def __init__(self) -> None:
        self.copies: list[Copy] = []

    def add(self, copy: Copy) -> None:
        """Keep it; in the place of one of the same tick, unless that came before a change by the user."""
        at = bisect_right(self.copies, copy.tick, key=lambda each: each.tick)
        if at and self.copies[at - 1].tick == copy.tick and not copy.pinned:
            return
        self.copies.insert(at, copy)

    def before(self, tick: int) -> Copy:
        """The last one not after a tick."""
        return self.copies[max(0, bisect_right(self.copies, tick, key=lambda each: each.tick) - 1)]

    def between(self, low: int, high: int) -> bool:
        """Whether there is one at low < tick <= high."""
        return self.before(high).tick > low

    def barrier(self, tick: int) -> int:
        """The last change by the user at or before a tick: no replay may cross it. -1: none."""
        at = bisect_right(self.copies, tick, key=lambda each: each.tick)
        return next((copy.tick for copy in reversed(self.copies[:at]) if copy.pinned), -1)

    def next_change(self, tick: int) -> Copy | None:
        """The first copy after a tick that holds a change by the user (of several of one tick, all of them)."""
        at = bisect_right(self.copies, tick, key=lambda each: each.tick)
        first = next((copy for copy in self.copies[at:] if copy.pinned), None)
        return None if first is None else self.before(first.tick)

    def cut(self, tick: int) -> None:
        """Forget what comes after a tick."""
        del self.copies[bisect_right(self.copies, tick, key=lambda each: each.tick) :]

    def thin(self, now: int) -> bool:
        """Let the one go that is missed least: whose neighbours are close together, measured by how long ago it is.

        False if there is none to spare.
        """
        best, least = -1, 0.0
        for k in range(1, len(self.copies) - 1):
            if self.copies[k].pinned:
                continue
            gap = self.copies[k + 1].tick - self.copies[k - 1].tick
            cost = gap / (1 + abs(now - self.copies[k].tick))
            if best < 0 or cost < least:
                best, least = k, cost
        if best < 0:
            return False
        del self.copies[best]
        return True

    def index(self, tick: int) -> int:
        """How many come before a tick."""
        return bisect_left(self.copies, tick, key=lambda each: each.tick)
