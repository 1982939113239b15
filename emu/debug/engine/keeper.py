"""Copies of the running system, and being at another time with their help."""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING

from emu.debug.engine.changer import NO_ROOM, NO_ROOM_HINT
from emu.debug.engine.checkpoints import MOST
from emu.debug.engine.pages import Full
from emu.debug.engine.state import Copy
from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.engine.engine import Engine

SHARE = 0.07  # of the running time, for making copies
TAIL = 0.008, 0.25  # seconds of CPU between the last copy and a stop that are gone over again: see `prepare_return`
MOST_CREDIT = 0.1  # seconds of it that can be saved up; more where the next copy costs more
PAGE_PRICE = 4e-6  # seconds of CPU for a page that no copy has yet
LEAST = 0.012  # seconds of CPU between two of them
DENSER = (8, 64, 512)  # a long way to an earlier tick leaves copies where these parts of it are left to go


class Keeper:
    """The part of an Engine that keeps copies."""

    def checkpoint(self: Engine, pinned: bool = False) -> Copy | None:
        """Copy the system and keep it, as far as memory allows; None if it does not."""
        begin = process_time()
        copy = self._take()
        if copy is not None:
            copy.pinned = pinned
            self.checkpoints.add(copy)
            self._thin()
        elif pinned or not self.checkpoints.copies:
            raise EmuError(NO_ROOM, hint=NO_ROOM_HINT)
        self._last = process_time()
        spent = self._last - begin
        self.cost += spent
        self._credit -= spent
        self._need = 0.0
        self._ran_before, self._ran = self._ran, 0.0
        self._price = (self._price + spent) / 2 if copy is not None else 10 * spent + 1
        return copy

    def _take(self: Engine) -> Copy | None:
        """A copy of now; older ones make room for it. None if that does not help."""
        while True:
            try:
                return self.system.take()
            except Full:
                if not self.checkpoints.thin(self.tick):
                    return None

    def _thin(self: Engine) -> None:
        copies = self.checkpoints.copies
        while (len(copies) > MOST or self.system.size(copies) > self.memory) and self.checkpoints.thin(self.tick):
            pass

    def checkpoint_if_due(self: Engine) -> None:
        """Copy when that has become cheap: a share of the time that new ticks take is set aside for it."""
        if self.tick < self.end_tick:
            return  # lived through before, and copied then
        self.end_tick = self.tick
        now = process_time()
        self._credit = min(max(MOST_CREDIT, self._need), self._credit + SHARE * (now - self._since))
        self._ran += now - self._since
        self._since = now
        if self._credit >= max(self._price, self._need) and now - self._last >= LEAST:
            self._need = self._price + PAGE_PRICE * self.system.fresh_pages()
            if self._credit >= self._need:
                self.checkpoint()
            else:
                self._last = now

    # -- being at another time ----------------------------------------------------------------------------------------
    def goto(self: Engine, tick: int) -> None:
        """Be at a tick; beyond the end: as far as the program goes. Nobody is asked whether to stop on the way."""
        self.begin()
        goal = max(self.start_tick, tick)
        with self.quietly():
            self._travel(goal)
        self.stand()

    def _travel(self: Engine, goal: int) -> None:
        here, kept = self.tick, self.checkpoints
        if goal < here or kept.between(here, goal):
            copy = kept.before(goal)
            self.system.put(copy)
            self._last = process_time()
            if goal <= self.end_tick:
                self._approach(copy.tick, goal)
        self._run_to(goal)

    def prepare_return(self: Engine) -> None:
        """At a stop some way behind the last copy: leave copies shortly before it, so that a step back is a short way.

        The way is gone once more for that, which takes as long as it took: only if that was no more than a moment.
        Not while somebody lives through the past again: they would hear of everything twice.
        """
        if self._replaying:
            return
        here, begin = self.tick, process_time()
        copy = self.checkpoints.before(here - 1)
        ran = self._ran if self.checkpoints.before(here) is copy else self._ran + self._ran_before
        if not TAIL[0] < ran < TAIL[1] or copy.tick >= here:
            return
        self._relive(copy, here)
        self._ran = self._ran_before = 0.0
        self.prepared += process_time() - begin

    def _relive(self: Engine, copy: Copy, here: int) -> None:
        """From a copy to this tick once more."""
        seen = [(hart, hart.watch_va, hart.watch_kind) for hart in self.machine.harts]
        with self.quietly():
            self.system.put(copy)
            self._last = process_time()
            self._approach(copy.tick, here)
            self._run_surely_to(here)
        for hart, va, kind in seen:
            hart.watch_va, hart.watch_kind = va, kind

    def _approach(self: Engine, begin: int, goal: int) -> None:
        """Leave copies on a long way, the nearer to the goal the closer: whoever goes there will go on from there."""
        for part in DENSER:
            stop = goal - (goal - begin) // part
            if stop > self.tick:
                self._run_to(stop)
                if self.tick == stop and process_time() - self._last > LEAST:
                    self.checkpoint()
