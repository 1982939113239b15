"""Which executable a task runs, as a Program; read once for each file."""

from __future__ import annotations

from typing import Any

from emu.debug.source.program import Program
from emu.kernel import exec

KEPT = 16
MOST_TIMES = 1000
NOTHING = Program(b"")


class Programs:
    """A cache of Programs by file and load address, and which one a process had at each time."""

    def __init__(self) -> None:
        self.known: dict[tuple[Any, ...], Program] = {}
        self.last: dict[int, tuple[Any, ...]] = {}
        self.since: dict[int, list[tuple[int, tuple[Any, ...]]]] = {}  # pid: (tick, key), in order

    def of(self, kernel: Any, pid: int) -> Program:
        """The program of a task; of one that has ended the last; an empty one if it has none."""
        key = self.key(kernel, pid)
        if key is None:
            return self.known.get(self.last.get(pid, ()), NOTHING)
        self.last[pid] = key
        return self.known[key]

    def key(self, kernel: Any, pid: int) -> tuple[Any, ...] | None:
        """What a task's program is known by; None if it has none."""
        task = kernel.tasks.get(pid) if kernel is not None else None
        if task is None or task.mm is None or task.mm.exe_file is None:
            return None
        mm = task.mm
        inode = mm.exe_file.inode
        key = (inode.ino, inode.i_size, inode.mtime, mm.exe_file.path, mm.start_code)
        if key not in self.known:
            while len(self.known) >= KEPT:
                self.known.pop(next(iter(self.known)))
            try:
                data = exec.peek_whole(inode)
            except Exception:  # a host file that went away, or can't be read any more
                data = b""
            self.known[key] = Program.loaded(data, mm.start_code)
        return key

    def note(self, kernel: Any, pid: int, tick: int) -> None:
        """From this tick on the task has the program that it has now: fork and execve tell."""
        key, rows = self.key(kernel, pid), self.since.setdefault(pid, [])
        while rows and rows[-1][0] >= tick:
            rows.pop()
        if key is not None:
            rows.append((tick, key))
        if len(rows) > MOST_TIMES:
            del rows[0]

    def at(self, kernel: Any, pid: int, tick: int) -> Program:
        """The program that a task had at a tick, as far as that was noted; else the one it has."""
        key = next((key for begin, key in reversed(self.since.get(pid, ())) if begin <= tick), None)
        return self.known[key] if key in self.known else self.of(kernel, pid)
