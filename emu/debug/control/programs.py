"""Which executable a task runs, as a Program; read once for each file."""

from __future__ import annotations

from typing import Any

from emu.debug.source.program import Program
from emu.kernel import exec

KEPT = 16
NOTHING = Program(b"")


class Programs:
    """A cache of Programs by file and load address; of a process that has ended the last one is remembered."""

    def __init__(self) -> None:
        self.known: dict[tuple[Any, ...], Program] = {}
        self.last: dict[int, tuple[Any, ...]] = {}

    def of(self, kernel: Any, pid: int) -> Program:
        """The program of a task; an empty one if it has none."""
        task = kernel.tasks.get(pid) if kernel is not None else None
        if task is None or task.mm is None or task.mm.exe_file is None:
            return self.known.get(self.last.get(pid, ()), NOTHING)
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
        self.last[pid] = key
        return self.known[key]
