"""`syscalls`: every system call so far, as strace shows it."""

from __future__ import annotations

from typing import Any

from emu.debug.look.relive import relive
from emu.debug.look.subject import machine_of
from emu.debug.look.words import number
from emu.debug.view import Line, Table, View
from emu.errors import EmuError, did_you_mean
from emu.kernel.strace.log import KINDS, Strace
from emu.kernel.strace.options import Options

MOST, MOST_ROWS = 100_000, 200


class Listener:
    """Lines of strace with the cycle and pid of the record that ended each."""

    def __init__(self, session: Any, only: set[str] | None) -> None:
        self.session, self.strace = session, None
        self.options = Options(only=frozenset(only) if only else None, column=0)
        self.lines: list[dict[str, Any]] = []
        self.text = ""

    def poll(self, record: Any) -> None:
        """A tracepoint was passed."""
        if record.kind not in KINDS:
            return
        if self.strace is None or self.strace.kernel is not self.session.kernel:
            self.strace = Strace(self.session.kernel, self.write, self.options)
        self.cycle, self.pid = record.cycle, record.pid
        self.strace.sink(record)

    def write(self, text: str) -> None:
        """Whole lines are kept."""
        self.text += text
        *whole, self.text = self.text.split("\n")
        self.lines += [{"cycle": self.cycle, "pid": self.pid, "text": line} for line in whole]
        if len(self.lines) > 2 * MOST:
            del self.lines[:-MOST]

    def finish(self) -> None:
        """A call that is still under way has an open line."""
        if self.strace is not None:
            self.strace.flush()
        if self.text:
            self.write(" <unfinished ...>\n")


def syscalls(session: Any, names: list[str] | None = None) -> View:
    """From the start to now; only the named ones."""
    machine_of(session)
    known = {entry.name for entry in session.kernel.syscalls.values()}
    for name in names or ():
        if name not in known:
            raise EmuError(
                f"no system call is called {name!r}", hint=did_you_mean(name, known) or "write, mmap, clone, …"
            )
    listener = Listener(session, set(names) if names else None)
    relive(session, session.engine.start_tick, (), poll=listener.poll)
    listener.finish()
    cells: list[list[Line]] = [[number(row["cycle"]), [(row["text"], "insn")]] for row in listener.lines[-MOST_ROWS:]]
    notes = [f"the last {MOST_ROWS} of {len(listener.lines):,}"] if len(listener.lines) > MOST_ROWS else []
    return View("syscalls", {"lines": listener.lines}, [Table(("cycle", "call"), cells, right=(0,))], notes)
