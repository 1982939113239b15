"""Steps against time. The engine knows how to be at an earlier tick; here it is found out which tick that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.debug.control import judge, predict, registers
from emu.debug.control.backlines import BackLines
from emu.debug.control.breaks import CATCH
from emu.debug.control.judge import Verdict
from emu.debug.control.jump import FEW, Jump
from emu.debug.control.stop import Stop

if TYPE_CHECKING:
    from emu.debug.engine import Cause


class Backward(Jump, BackLines):
    """The part of a Session that goes back by steps."""

    # -- to the last thing that was waited for ------------------------------------------------------------------------
    def reverse_cont(self) -> Stop:
        """Back to the last time that a breakpoint, watchpoint or catchpoint was met; else to the start."""
        self.found: Verdict | None = None
        self.skipped = frozenset()
        if not self.breaks.active():
            self.travel(self.engine.start_tick)
            return self.at_start()
        cause = self.rewind()
        if cause is None:
            return self.at_start()
        if cause.kind not in ("breakpoint", "watchpoint", "catch", "event"):
            return self.stop("interrupted", cause.hart)
        verdict = self.verdict_before(cause) or self.found
        if verdict is None:
            return self.stop("goto", cause.hart)
        if not verdict.row.internal:
            verdict.row.hits += 1
        if self.is_early(verdict):
            self.before_last_entry(verdict.detail["kind"])
        stop = self.stop(self.reason_of(verdict.row), cause.hart, verdict)
        if verdict.row.temporary:
            self.breaks.remove(verdict.row)
        return stop

    def accepts(self, cause: Cause) -> bool:
        """Whether a cause that is passed again is one that counts; nothing may be changed here."""
        verdict = self.verdict_before(cause)
        if verdict is not None:
            self.found = verdict
        return verdict is not None

    def accepts_now(self, cause: Cause) -> bool:
        """The same of what happened in the tick behind which we stand: it counts if it is shown a tick earlier."""
        verdict = self.verdict_before(cause)
        return verdict is not None and self.is_early(verdict) and self.accepts(cause)

    def is_early(self, verdict: Verdict) -> bool:
        """Whether a catch is shown a tick before its record, so that who stands behind that has not seen it."""
        return verdict.row.kind == CATCH and self.reports_early(verdict)

    def verdict_before(self, cause: Cause) -> Verdict | None:
        """As `verdict`, but an access that is watched is not made: what it will do is foretold."""
        if cause.kind != "watchpoint":
            return self.verdict(cause)
        hart = self.machine.harts[cause.hart]
        va, store = hart.watch_va & self.kernel.xlen_mask, bool(hart.watch_kind)
        for row in judge.at_watchpoint(self, cause.hart, va, store):
            old = judge.watched_value(self, row)
            new = predict.after_store(self, cause.hart, row, va, old) if store else old
            row.value = new
            if row.access == 2 and new is not None and new == old:
                continue
            task = judge.running(self, cause.hart)
            if judge.holds(self, row, cause.hart, task.pid if task is not None else self.pid):
                return Verdict(row, predict.detail(row, va, store, old, new, hart.pc & self.kernel.xlen_mask))
        return None

    # -- one instruction ----------------------------------------------------------------------------------------------
    def retreat(self) -> Stop | None:
        """Back to before the selected task's last instruction; a Stop at the start of time."""
        pid, now = self.pid, self.engine.tick
        if now <= self.engine.start_tick:
            return self.at_start()
        after = self.position(pid)
        self.travel(now - 1)
        if self.engine.was_interrupted():
            self.travel(now)
            self.choose(pid)
            return self.stop("interrupted")
        if self.moved(self.position(pid), after):
            self.choose(pid)
            return None
        found = self.tick_before(1)
        interrupted = self.engine.was_interrupted()
        self.travel(now if interrupted else self.engine.start_tick if found is None else found)
        if found is None and not interrupted:
            return self.at_start()
        self.choose(pid)
        return self.stop("interrupted") if interrupted else None

    def position(self, pid: int) -> tuple[int, int, int] | None:
        """(hart, its instructions, pc) of a task; hart -1 while it is on none. None: there is no such task."""
        task = self.kernel.tasks.get(pid)
        if task is None or task.mm is None:
            return None
        retired = self.machine.harts[task.cpu].instret if task.cpu >= 0 else 0
        return task.cpu, retired, registers.of_task(self.kernel, task).pc

    @staticmethod
    def moved(before: tuple[int, int, int] | None, after: tuple[int, int, int] | None) -> bool:
        """Whether a task completed something in one tick, between two positions."""
        if before is None or before[0] < 0:
            return False
        if after is None:
            return True
        return before[2] != after[2] or (before[0] == after[0] and after[1] > before[1])

    def choose(self, pid: int) -> None:
        """Select a task after time has changed: this one, else what the hart runs, else any that lives."""
        alive = [each for each, task in self.kernel.tasks.items() if task.mm is not None]
        if pid not in alive:
            self.select_hart(self.hart)
            pid = self.pid
        if pid in alive:
            self.select_task(pid)
        elif alive:
            self.select_task(min(alive))

    def reverse_stepi(self, n: int = 1) -> Stop:
        """Undo n instructions of the selected task."""
        if n > FEW:
            return self.jump_back(n)
        for _ in range(n):
            if (stop := self.retreat()) is not None:
                return stop
        return self.stop("step")

    def jump_back(self, n: int) -> Stop:
        """The same for many."""
        pid, now = self.pid, self.engine.tick
        goal = self.tick_before(n)
        interrupted = self.engine.was_interrupted()
        self.travel(now if interrupted else self.engine.start_tick if goal is None else goal)
        if goal is None and not interrupted:
            return self.at_start()
        self.choose(pid)
        return self.stop("interrupted" if interrupted else "step")
