"""The life of the debugged system: run, restart, kill, load; and running one hart alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from emu.debug.control import judge
from emu.debug.control.saved import Saved, as_data
from emu.debug.control.setting_breaks import whole
from emu.debug.control.stop import Stop
from emu.errors import EmuError
from emu.kernel.exit import kill_group

SIGKILL = 9


class Life:
    """The part of a Session that begins and ends things."""

    met_last: tuple[int, int | None] = (-1, None)  # tick and number of the last stop

    def run(self) -> Stop:
        """From the beginning until something is met."""
        if self.engine.tick != self.engine.start_tick:
            self.restart()
        return self.run_on()

    def restart(self) -> Stop:
        """A fresh machine and kernel."""
        self.engine.restart()
        self.hart, self.pid, self.frame = 0, 1, 0
        self.breaks.touch()
        for row in self.breaks:
            row.hits = 0
            self.remember_value(row)
        self.choose(1)
        return self.stop("goto")

    def load(self, file: str) -> Stop:
        """Go on from a file."""
        self.engine.load(file, lambda more: Saved(more, self.machine.xlen)).put(self)
        return self.stop("goto")

    def save(self, file: str) -> None:
        """Write a file to go on from."""
        self.engine.save(file, as_data(self))

    def kill(self, pid: int | None = None) -> Stop:
        """SIGKILL to a process, at once."""
        task = self.task_of(pid)
        number = task.pid

        def action() -> None:
            target = self.kernel.tasks[number]
            self.kernel.cpu = target.cpu if target.cpu >= 0 else self.kernel.cpu
            kill_group(self.kernel, target, SIGKILL)

        self.change(action)
        self.choose(self.pid)
        return self.stop("exit" if self.kernel.exit is not None else "gone", detail={"gone": number})

    def change(self, action: Callable[[], None]) -> None:
        """Do something to the system. EmuError where an earlier change has ruined what the kernel relies on for it."""
        with self.ruined():
            self.engine.intervene(action)

    @contextmanager
    def ruined(self) -> Iterator[None]:
        """What the kernel can't bear after changes by the user is their mistake; time is then where it was."""
        before = self.engine.tick
        try:
            yield
        except EmuError:
            raise
        except Exception as error:
            if not self.engine.changes:
                raise
            self.recover(before)
            why = " ".join(str(error).split())[:120] or type(error).__name__
            where = self.engine.changes[-1].tick
            hint = f"goto tick {where} goes to the last change, back to before it"
            raise EmuError(
                f"the kernel can't go on: {why}: a change of yours broke what it relies on", hint=hint
            ) from None

    def recover(self, tick: int) -> None:
        """Be at a tick again, or at the start if even the way there is ruined."""
        for goal in (tick, self.engine.start_tick):
            try:
                self.engine.goto(goal)
                return
            except Exception:  # the same ruin
                continue

    def travel(self, tick: int) -> None:
        """Be at a tick. EmuError where a change by the user broke the way there."""
        with self.ruined():
            self.engine.goto(tick)

    def rewind(self) -> Any:
        """The engine's search for the last cause that is accepted."""
        with self.ruined():
            return self.engine.reverse(self.accepts, self.accepts_now)

    def at_start(self) -> Stop:
        """The beginning of time, with a task that is there already."""
        self.choose(self.pid)
        return self.stop("start")

    def stop_here(self) -> Stop:
        """Where we are, as a Stop."""
        return self.stop("goto")

    def cont_alone(self, text: str) -> Stop:
        """continue --hart=N: the other harts stand still."""
        self.select_hart(whole("hart", text))
        before, self.settings["scheduler-locking"] = self.settings["scheduler-locking"], "on"
        try:
            return self.cont()
        finally:
            self.settings["scheduler-locking"] = before

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Where scheduler-locking is on: meanwhile all harts but the selected one stand still."""
        if self.settings["scheduler-locking"] != "on" or len(self.machine.harts) == 1 or self.holding:
            yield
            return
        only, self.holding = self.hart, True
        self.change(lambda: self.set_online(only))
        try:
            yield
        finally:
            self.holding = False
            if self.kernel.exit is None:
                selected = self.hart, self.pid, self.frame
                self.change(lambda: self.set_online(None))
                self.hart, self.pid, self.frame = selected

    def set_online(self, only: int | None) -> None:
        """Let the harts that have a task run; with `only`, none but that one."""
        for number, hart in enumerate(self.machine.harts):
            hart.online = self.kernel.sched.running[number] is not None and only in (None, number)

    def break_here(self) -> Any:
        """The user's breakpoint that the task stands at, or what has just stopped it. EmuError if there is none."""
        task, (tick, number) = self.task, self.met_last
        if tick == self.engine.tick and number in self.breaks.rows:
            return self.breaks.rows[number]
        verdict = judge.at_breakpoint(self, task.cpu) if task is not None and task.cpu >= 0 else None
        if verdict is None or verdict.row.internal:
            raise EmuError("no breakpoint stands here, so none can be passed", hint="ignore NUMBER COUNT")
        return verdict.row

    def ignore_here(self, count: int) -> None:
        """Pass the breakpoint that stands here so many times. EmuError if there is none."""
        self.break_here().ignore = count

    def remember_value(self, row: Any) -> None:
        """What a watchpoint's memory holds now is what it is compared with later."""
        if row.kind == "watchpoint":
            row.value = judge.watched_value(self, row)

    def symbol_size(self, address: int) -> int:
        """The size of the object that begins at an address, 0 if unknown or not one of a machine's sizes."""
        found = self.program.symbols.at(address)
        if found is None or found.start != address:
            return 0
        size = found.size or self.program.symbols.end(found) - address
        return size if size in (1, 2, 4, 8) else 0
