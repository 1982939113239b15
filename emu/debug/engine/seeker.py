"""Backwards, to the last thing that counts: stretches of the past are lived through again, ever longer ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from emu.debug.engine.cause import Cause

if TYPE_CHECKING:
    from emu.debug.engine.engine import Engine

FIRST = 2_000  # ticks of the first stretch
LONGER = 8
MANY = 400  # stops in a stretch, after which its later half is looked at first
Accept = Callable[[Cause], bool]
MET = ("breakpoint", "watchpoint", "event", "catch")


class Seeker:
    """The part of an Engine that seeks against time."""

    def reverse(
        self: Engine, accept: Accept = lambda cause: True, accept_now: Accept = lambda cause: False
    ) -> Cause | None:
        """Be at the last cause before now that `accept` says yes to. None: there is none, and this is the start.

        accept_now is asked of a cause of this very tick. An interruption is a cause, too; then nothing has changed.
        """
        self.begin()
        now, size = self.tick, FIRST

        def counts(cause: Cause) -> bool:
            return accept(cause) if cause.tick < now else accept_now(cause)

        high = now
        while high > self.start_tick:
            low = max(self.start_tick, high - size, self.checkpoints.barrier(high - 1))
            found = self._search(low, high, now, counts)
            if found is not None and found.kind == "interrupted":
                self.goto(now)
                return found
            if found is not None:
                return self._revisit(found)
            high, size = low, size * LONGER
        self.goto(self.start_tick)
        return None

    def _search(self: Engine, low: int, high: int, now: int, accept: Accept) -> Cause | None:
        """The last accepted cause in low … high, not after now."""
        self.goto(low)
        self.stood = None
        found, stops = None, 0
        while self.tick < high:
            cause = self._forward(high)
            if cause.kind == "interrupted":
                return cause
            if cause.kind not in MET or cause.tick > now:
                break
            self.stand(cause.hart, cause.kind)
            if accept(cause):
                found = cause
            stops += 1
            if stops >= MANY and high - self.tick > FIRST:
                middle = (self.tick + high) // 2
                later = self._search(middle, high, now, accept)
                return later or self._search(cause.tick, middle, now, accept) or found
        return found

    def _revisit(self: Engine, found: Cause) -> Cause:
        """Be at a cause that was met before, as if it had been met now; an access that is watched is yet to be made."""
        ends = found.kind in ("event", "catch")
        self.goto(found.tick - 1 if ends else found.tick)
        if not ends:
            self.stood = None
        cause = self._forward(found.tick + (0 if ends else 1))
        self.stand(cause.hart)
        return cause if cause.kind == found.kind else found
