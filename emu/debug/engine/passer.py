"""Past what would stop the machine: one instruction on which a breakpoint stands, or everything for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from emu.debug.engine.cause import Cause

if TYPE_CHECKING:
    from emu.debug.engine.engine import Engine

PATIENCE = 64  # times that one instruction may fault before its breakpoint is met again


class Passer:
    """The part of an Engine that is not stopped."""

    passes_access = False

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
