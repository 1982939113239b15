"""Forwards, until something is met."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from time import process_time
from typing import TYPE_CHECKING, Any

from emu.debug.engine.cause import Cause
from emu.debug.stdin import Interrupted
from emu.kernel.loop import DEADLOCK, EXITED, TRACED
from emu.kernel.trace import Record, Tracer
from emu.machine.events import EV
from emu.machine.stops import STOP_BREAKPOINT, STOP_EVENT, STOP_EXTERNAL, STOP_NAMES, STOP_WATCHPOINT

if TYPE_CHECKING:
    from emu.debug.engine.engine import Engine

PIECE = 1_000_000  # ticks between two looks at the clock of the host
CLOSE_PIECE = 20_000  # while hardware events are recorded: few enough for their ring
ENTRIES = 512
FOREVER = 1 << 62
PATIENCE = 64  # times that one instruction may fault before its breakpoint is met again


class Mover:
    """The part of an Engine that goes on."""

    _replaying = passes_access = False
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

    def stand(self: Engine, hart: int | None = None, kind: str = "") -> None:
        """A stop is shown: the next run passes what stands at that instruction, its access only if that was shown."""
        hart = self.next_hart() if hart is None else hart
        self.passes_access = kind == "watchpoint"
        self.stood = None if hart is None else (hart, self.tick)

    def next_hart(self: Engine) -> int | None:
        """The hart that the machine will run next; None if none can."""
        m, harts = self.system.scalars, self.machine.harts
        holder = m.turn - 1
        if holder >= 0 and harts[holder].online and harts[holder].pc == m.turn_pc:
            return holder
        online = [hart for hart in harts if hart.online]
        return min(online, key=lambda hart: (hart.cycle, hart.number)).number if online else None

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
            kernel.exit.log = kernel.messages
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

    # -- passing a breakpoint -----------------------------------------------------------------------------------------
    def _pass(self: Engine, goal: int) -> Cause | None:
        """Execute the instruction at which the last stop was shown, if it is next, whatever stands there."""
        m = self.system.scalars
        if self.stood is None or self.stood[1] != self.tick:
            return None
        hart = self.next_hart()
        if self.stood != (hart, self.tick) or not (m.break_count or m.watch_count) or self.tick >= goal:
            return None
        before = self._standing(hart)
        cause, times = None, 0
        while cause is None and self.tick < goal and times < PATIENCE and self._standing(hart) == before:
            with self._without_breaks(hart):
                cause = self._advance(self.tick + 1)
            self._plant()
            times += 1
        return cause

    def _standing(self: Engine, hart: int) -> tuple[Any, ...]:
        """What changes when the hart's next instruction has completed."""
        task = self.kernel.sched.running[hart]
        return self.next_hart() == hart, self.machine.harts[hart].instret, None if task is None else task.pid

    @contextmanager
    def _without_breaks(self: Engine, hart: int) -> Iterator[None]:
        machine, m = self.machine, self.system.scalars
        count, pa = m.break_count, m.standing_on(machine.harts[hart])
        kept = machine.state.break_at[:count].tolist() if pa is None else []
        if pa is None:
            machine.set_breakpoints(())
        elif count:  # only the instruction that is passed must be decoded without them
            m.break_count = 0
            machine._decode_anew(pa)
        machine.harts[hart].pass_watch = int(self.passes_access)
        try:
            yield
        finally:
            machine.harts[hart].pass_watch = 0
            if pa is None:
                machine.set_breakpoints(kept)
            elif count:
                m.break_count = count
                machine._decode_anew(pa)

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

    @contextmanager
    def quietly(self: Engine) -> Iterator[None]:
        """No breakpoint, watchpoint or catch stops anything meanwhile, and no listener is asked."""
        machine, m, scalars = self.machine, self.machine.state, self.system.scalars
        if self._replaying:
            yield
            return
        breaks = m.break_at[: m.break_count].tolist() if scalars.break_count else []
        watches = [(int(m.watch_lo[k]), int(m.watch_hi[k]), int(m.watch_kind[k])) for k in range(scalars.watch_count)]
        catches = scalars.catch_count
        listener, self.kernel.tracer = self.kernel.tracer, None
        if breaks:
            machine.set_breakpoints(())
        if watches:
            machine.set_watchpoints(())
        scalars.catch_count, self._replaying = 0, True
        try:
            yield
        finally:
            scalars.catch_count, self._replaying = catches, False
            if breaks:
                machine.set_breakpoints(breaks)
            if watches:
                machine.set_watchpoints(watches)
            self.kernel.tracer = listener
            self._plant()

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


class Listener(Tracer):
    """The engine's ear in the kernel."""

    def __init__(self, engine: Engine, kinds: frozenset[str]) -> None:
        super().__init__(self.hear, kinds)
        self.engine = engine

    def hear(self, record: Record) -> bool:
        """Keep a record; whether to stop."""
        self.engine.archive.kernel(record, max(0, self.engine.tick - 1))
        return self.engine.wanted(record)
