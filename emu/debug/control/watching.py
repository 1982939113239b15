"""Watchpoints: the machine stops before an access; here it is made, and what it did is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.debug.control import judge, predict
from emu.debug.control.breaks import WRITE
from emu.debug.control.judge import Verdict

if TYPE_CHECKING:
    from emu.debug.engine import Cause

MOST_FAULTS = 64  # of one instruction


class Watching:
    """The part of a Session that judges accesses."""

    def watch_verdict(self, cause: Cause) -> Verdict | None:
        """Let the access be made and see whether it is one that counts: any read, or a write that changes the value."""
        hart = self.machine.harts[cause.hart]
        va, store = hart.watch_va, bool(hart.watch_kind)
        rows = list(judge.at_watchpoint(self, cause.hart, va, store))
        before = {row.number: judge.watched_value(self, row) for row in rows}
        where = hart.pc & self.kernel.xlen_mask
        if not self.complete(cause.hart):
            return None
        for row in rows:
            new = judge.watched_value(self, row)
            row.value = new
            if row.access == WRITE and new == before[row.number]:
                continue
            task = judge.running(self, cause.hart)
            if judge.holds(self, row, cause.hart, task.pid if task is not None else self.pid):
                return Verdict(
                    row, predict.detail(row, va & self.kernel.xlen_mask, store, before[row.number], new, where)
                )
        return None

    def complete(self, cpu: int) -> bool:
        """Let a hart's instruction be executed, through the faults that it takes; False if it is not, for now."""
        pc, retired, task = self.machine.harts[cpu].pc, self.machine.harts[cpu].instret, judge.running(self, cpu)
        for _ in range(MOST_FAULTS):
            self.forward(until_tick=self.engine.tick + 1)
            if self.machine.harts[cpu].instret > retired:
                return True
            if self.machine.harts[cpu].pc != pc or judge.running(self, cpu) is not task:
                return False
        return False
