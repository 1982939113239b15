"""Run control: everything that makes the debugged system go on, forwards or backwards, and says why it stopped.

Runner     going on until something is met (here)      Stepper   by instructions and lines      Outward   finish, until
Backward   steps against time                          Travel    to a point in time             Life      run,
restart, kill
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.debug.control import catches, judge
from emu.debug.control.backward import Backward
from emu.debug.control.breaks import BREAK, CATCH, Break
from emu.debug.control.endings import Ending, ending_of
from emu.debug.control.judge import Verdict
from emu.debug.control.life import Life
from emu.debug.control.lifetime import Lifetimes
from emu.debug.control.outward import Outward
from emu.debug.control.planter import Planter
from emu.debug.control.stepper import Stepper
from emu.debug.control.stop import Stop
from emu.debug.control.travel import Travel
from emu.debug.control.watching import Watching
from emu.errors import EmuError
from emu.kernel.trace import KINDS

if TYPE_CHECKING:
    from emu.debug.engine import Cause


class Runner(Stepper, Outward, Backward, Travel, Life, Watching, Lifetimes):
    """The part of a Session that runs the engine."""

    def setup(self) -> None:
        """Hand the engine what it needs to stop where the user wants."""
        self.planter = Planter(self.breaks)
        self.reported_kinds = self.skipped = frozenset[str]()
        self.endings: dict[int, Ending] = {}  # by pid, the newest of each
        self.holding = False  # scheduler-locking is in force
        self.reported = -1  # the tick behind something that was shown as it was one tick before
        self.engine.plant = self.plant
        self.engine.wanted = self.wanted

    def plant(self, machine: Any, kernel: Any) -> None:
        """Called by the engine before the machine runs, and after each entry of the kernel while it runs closely."""
        if not self.programs.last:
            self.programs.of(kernel, self.pid)  # now: when it has ended, nobody can tell what it was
        self.planter.plant(machine, kernel)
        self.engine.closely = bool(self.planter.points or self.planter.watches)
        self.engine.listen(LISTENED)

    def wanted(self, record: Any) -> bool:
        """Called by the engine for each record of the kernel, in the middle of its work: whether to stop behind it."""
        if record.kind in ("exec", "fork"):
            pid = record.fields["child"] if record.kind == "fork" else record.pid
            self.programs.note(self.kernel, pid, self.engine.tick)
        if record.kind == "exit":
            self.endings[record.pid] = ending_of(self.kernel, record.pid)
        if record.kind == "sys_exit" and self.planter.watches and judge.kernel_wrote(self, record):
            return True
        if record.kind not in self.planter.kinds:
            return False
        if record.kind in self.skipped and self.engine.tick == self.reported:
            return False
        return any(catches.wanted(row.catch, row.arguments, record.kind, record.fields) for row in self.planter.caught)

    # -- forward ------------------------------------------------------------------------------------------------------
    def cont(self, reverse: bool = False) -> Stop:
        """Go on until a breakpoint, watchpoint or catchpoint is met, or the program ends."""
        if reverse:
            return self.reverse_cont()
        self.require_alive()
        with self.locked():
            return self.run_on()

    def forward(self, **limits: int) -> Cause:
        """Let the engine run. EmuError where a change by the user broke what the kernel relies on."""
        with self.ruined():
            return self.engine.run(**limits)

    def run_on(self) -> Stop:
        """Forwards, to the next cause that counts."""
        while True:
            passing = self.passing()
            stop = self.consider(self.forward(), passing)
            if stop is not None:
                return stop

    def passing(self) -> bool:
        """Whether we stand right before something that was reported already, and must not stop for it again."""
        passing = self.engine.tick + 1 == self.reported
        self.skipped = self.reported_kinds if passing else frozenset()
        return passing

    def consider(self, cause: Cause, passing: bool = False) -> Stop | None:
        """The stop that a cause means; None if nobody waits for it."""
        again = passing and self.engine.tick == self.reported
        if cause.kind == "exit" and not again and (stop := self.crashed()) is not None:
            return stop
        if cause.kind in ENDS:
            return self.stop(ENDS[cause.kind], cause.hart, detail=self.ending(cause))
        verdict = self.verdict(cause)
        return None if verdict is None else self.met(verdict, cause, again)

    def crashed(self) -> Stop | None:
        """A fault killed the program: go back to before the instruction, where everything can be looked at."""
        ended = self.kernel.exit
        card = ended.card if ended is not None and ended.signal else None
        if card is None:
            return None
        self.before_last_entry()
        return self.stop("signal", detail={"signal": card.signal, "card": card})

    def before_last_entry(self, kind: str = "") -> None:
        """One tick back: the kernel has not yet done what was just reported, a record of this kind perhaps."""
        before = self.skipped if self.reported == self.engine.tick else frozenset()
        self.reported, self.reported_kinds, self.skipped = self.engine.tick, before | {kind}, frozenset()
        self.travel(self.engine.tick - 1)

    def verdict(self, cause: Cause) -> Verdict | None:
        """The break that a cause satisfies. A watchpoint's access is made by this, to see what it did."""
        if cause.kind == "breakpoint":
            return judge.at_breakpoint(self, cause.hart)
        if cause.kind == "watchpoint":
            return self.watch_verdict(cause)
        if cause.kind == "catch":
            return judge.by_kernel(self, cause.detail) or judge.at_record(self, cause.detail)
        if cause.kind == "event":
            return judge.at_event(self, *event_of(cause))
        return None

    def met(self, verdict: Verdict, cause: Cause, again: bool = False) -> Stop | None:
        """Count a hit; None while it is to be ignored."""
        row = verdict.row
        early = row.kind == CATCH and self.reports_early(verdict)
        if early and again and verdict.detail["kind"] in self.reported_kinds:
            return None
        if not row.internal:
            row.hits += 1
            if row.ignore > 0:
                row.ignore -= 1
                return None
        if early:
            self.before_last_entry(verdict.detail["kind"])
        stop = self.stop(self.reason_of(row), cause.hart, verdict)
        if row.temporary:
            self.breaks.remove(row)
        return stop

    def reports_early(self, verdict: Verdict) -> bool:
        """Whether a catch is shown as it was before the kernel acted: system calls, and what a task did not survive."""
        task = self.kernel.tasks.get(verdict.detail.get("pid"))
        return verdict.row.catch == "syscall" or ("pid" in verdict.detail and (task is None or task.mm is None))

    # -- what happened ------------------------------------------------------------------------------------------------
    def stop(
        self, reason: str, hart: int | None = None, verdict: Verdict | None = None, detail: dict[str, Any] | None = None
    ) -> Stop:
        """Select what a stop concerns and describe it."""
        detail = dict(detail or {})
        pid = None
        if verdict is not None:
            if reason != "scope":
                detail |= verdict.detail
            pid = verdict.detail.get("pid") if verdict.row.kind == CATCH else None
        self.look_at(hart, pid)
        pc = self.registers().pc
        number = verdict.row.number if verdict is not None and not verdict.row.internal else None
        stop = Stop(
            reason, self.hart, self.pid, pc, self.symbolize(pc), self.source(pc), self.engine.tick, self.engine.cycle,
            detail, number, self.kernel.exit,
        )  # fmt: skip
        return stop if reason == "location" else self.last_look(stop)

    def look_at(self, hart: int | None, pid: int | None = None) -> None:
        """Select a hart and the task on it, or a task by pid."""
        if pid and pid in self.kernel.tasks and self.kernel.tasks[pid].mm is not None:
            self.select_task(pid)
        elif hart is not None and 0 <= hart < len(self.machine.harts):
            self.select_hart(hart)
        else:
            self.frame = 0

    def ending(self, cause: Any) -> dict[str, Any]:
        """What there is to say about a run that ended."""
        if cause.kind == "exit" and self.kernel.exit is not None:
            ended = self.kernel.exit
            return {"status": ended.status, "signal": ended.signal, "how": ended.reason}
        return {}

    def require_alive(self) -> None:
        """EmuError when the program has ended."""
        if self.kernel.exit is not None:
            raise EmuError(
                "the program has ended", hint="restart runs it again; reverse-continue and back go back in time"
            )

    def internal_break(self, addresses: list[int], pid: int | None, sp: int | None = None) -> Break:
        """A breakpoint of the debugger's own."""
        row = self.breaks.add(BREAK, "", addresses=addresses, pid=pid, internal=True)
        row.frame_sp = sp
        return row


LISTENED = frozenset(KINDS)  # what views of the past are made of
ENDS = {
    "exit": "exit", "deadlock": "deadlock", "interrupted": "interrupted", "output": "output", "limit": "limit",
}  # fmt: skip


def event_of(cause: Any) -> tuple[int, Any]:
    """(number of the catch, the event) of a hardware catch."""
    detail = cause.detail
    return (detail[0], detail[1]) if isinstance(detail, tuple) else (int(detail or 0), None)
