"""Forwards, until something is met."""

from __future__ import annotations

from collections.abc import Iterable
from time import process_time
from typing import TYPE_CHECKING, Any

from emu.debug.engine.cause import Cause
from emu.debug.engine.listener import Listener
from emu.debug.stdin import Interrupted
from emu.kernel.loop import DEADLOCK, EXITED, TRACED
from emu.machine.events import EV
from emu.machine.stops import STOP_BREAKPOINT, STOP_EVENT, STOP_EXTERNAL, STOP_NAMES, STOP_WATCHPOINT

if TYPE_CHECKING:
    from emu.debug.engine.engine import Engine

PIECE = 1_000_000  # ticks between two looks at the clock of the host
CLOSE_PIECE = 20_000  # while hardware events are recorded: few enough for their ring
ENTRIES = 512
FOREVER = 1 << 62


class Mover:
    """The part of an Engine that goes on."""

    _replaying = False
    most_insns = FOREVER  # no run goes further

    def run(
        self: Engine, until_tick: int | None = None, max_insns: int | None = None, until_cycle: int | None = None
    ) -> Cause:
        """Go on to the first cause of a stop. What stands at the instruction that the last stop showed is passed."""
        self.begin()
        if until_cycle is not None:
            return self._run_to_cycle(until_cycle, FOREVER if until_tick is None else until_tick)
        goal = FOREVER if until_tick is None else until_tick
        last = min(self.most_insns, FOREVER if max_insns is None else self.insns + max_insns)
        while True:
            cause = self._forward(min(goal, self.tick + last - self.insns))
            if cause.kind != "limit" or self.tick >= goal or self.insns >= last:
                self.prepare_return()
                self.stand(cause.hart, cause.kind)
                return cause

    def _run_to_cycle(self: Engine, cycle: int, goal: int) -> Cause:
        """To the first tick at which some clock has reached a cycle."""
        step = 1 << 20
        while self.cycle < cycle and self.tick < goal:
            before = self.tick
            cause = self._forward(min(goal, before + min(step, max(1, (cycle - self.cycle) // 4))))
            if cause.kind != "limit":
                self.stand(cause.hart)
                return cause
            if self.cycle >= cycle and self.tick - before > 1:
                step = (self.tick - before) // 2
                self.goto(before)
        self.stand(self.machine.stopped)
        return Cause("limit", self.machine.stopped, self.tick)

    # -- forwards -----------------------------------------------------------------------------------------------------
    def _forward(self: Engine, goal: int) -> Cause:
        """To tick `goal` or a cause before."""
        self._since = process_time()
        self._plant()
        cause = self._pass(goal)
        while cause is None:
            if self._interrupted:
                return self._interruption()
            here = self.tick
            if here >= goal:
                return Cause("limit", self.machine.stopped, here)
            cause = self._advance(min(goal, here + PIECE))
            if cause is None and self.closely:
                self._plant()
        return cause

    def _advance(self: Engine, goal: int) -> Cause | None:
        """A piece of the way; a cause if one was met."""
        kernel, machine, m = self.kernel, self.machine, self.system.scalars
        recording, catching = m.event_mask != 0, m.catch_count != 0
        since, entries = m.event_count, kernel.entries
        change = self.checkpoints.next_change(self.tick) if self.changes else None
        if change is not None:
            goal = min(goal, change.tick)
        if recording:
            goal = min(goal, self.tick + CLOSE_PIECE)
        try:
            reason = kernel.advance(goal, 1 if recording or self.closely else ENTRIES, catching)
        except Interrupted:
            self._undo_entry()
            return self._interruption()
        if recording:
            self.archive.hardware(machine.events(since), entries)
        if change is not None and self.tick == change.tick:
            self.system.put(change)
        self.checkpoint_if_due()
        return self._cause(reason) if reason else None

    def _cause(self: Engine, reason: int) -> Cause | None:
        kernel, machine = self.kernel, self.machine
        hart, tick = machine.stopped, kernel.tick
        if reason == STOP_EVENT:
            return Cause("event", hart, tick, self._caught())
        if reason in (STOP_BREAKPOINT, STOP_WATCHPOINT):
            return Cause(STOP_NAMES[reason], hart, tick)
        if reason == TRACED:
            record = kernel.tracer.take_stop()
            return Cause("catch", record.hart, tick, record)
        if reason == EXITED:
            return Cause("exit", kernel.cpu, tick, kernel.exit)
        if reason == DEADLOCK:
            return Cause("deadlock", kernel.cpu, tick)
        return self._interruption() if reason == STOP_EXTERNAL else None

    def _caught(self: Engine) -> tuple[int, Any]:
        """(index of the catch, the newest event that it means)."""
        machine = self.machine
        number = machine.caught - 1
        row = machine.state.catch[number]
        for event in reversed(machine.events(int(machine.state.event_count) - 64)):
            if EV[event.kind] == row.kind and int(row.lo) <= event.a <= int(row.hi):
                return number, event
        return number, None

    def _interruption(self: Engine) -> Cause:
        self._interrupted = False
        self.machine.clear_stop()
        return Cause("interrupted", self.machine.stopped, self.tick)

    def _undo_entry(self: Engine) -> None:
        """The guest waited for input that will not come: be before the system call again."""
        goal = self.tick - 1
        with self.quietly():
            self.system.put(self.checkpoints.before(goal))
            self._run_surely_to(goal)

    def _plant(self: Engine) -> None:
        if not self._replaying:
            self.plant(self.machine, self.kernel)

    # -- without being asked ------------------------------------------------------------------------------------------
    def _run_to(self: Engine, goal: int) -> None:
        """To a tick, or the end; inside `quietly`."""
        self._since = process_time()
        while self.tick < goal:
            cause = self._advance(min(goal, self.tick + PIECE))
            self._interrupted = self._interrupted or (cause is not None and cause.kind == "interrupted")
            if cause is not None or self._interrupted:
                break

    def _run_surely_to(self: Engine, goal: int) -> None:
        """To a tick that was lived through, whoever wants to stop meanwhile."""
        while self.tick < goal and self.kernel.exit is None:
            self._run_to(goal)

    # -- what happens -------------------------------------------------------------------------------------------------
    def listen(self: Engine, kinds: Iterable[str]) -> None:
        """Hear these tracepoints of the kernel: each record is kept, and `wanted` says whether to stop."""
        wanted = frozenset(kinds)
        old = self.kernel.tracer
        if isinstance(old, Listener) and old.kinds == wanted:
            return
        if old is None or isinstance(old, Listener):
            self.kernel.tracer = Listener(self, wanted) if wanted else None

    def events(self: Engine, kinds: Iterable[str] = (), since: int = 0, until: int | None = None) -> list[Any]:
        """What the archive holds, oldest first: see `archive.Happening`."""
        return self.archive.select(frozenset(kinds), since, self.tick if until is None else until)
