"""Lines of the prompt for faces that have none of their own: gdb's `monitor`, the debug console of an editor."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import Any

from emu.debug.printer import Printer
from emu.debug.shell import Quit, Shell
from emu.debug.view import View


class LineRunner(Printer):
    """A face whose answers are collected. `on_guest(data, stream)` gets what the guest writes; else our own streams."""

    def __init__(self, on_guest: Callable[[bytes, str], None] | None = None) -> None:
        super().__init__(io.StringIO(), io.StringIO())
        self.shell: Shell | None = None
        self.on_guest = on_guest
        self.stops: list[Any] = []  # those of the answers

    def attach(self, session: Any) -> Callable[[str], str]:
        """A function that runs a line for a session and returns what it prints."""
        shell = self.shell = Shell(session, self)

        def run(line: str) -> str:
            try:
                shell.type(line)
            except Quit:
                return "leave by the editor's or gdb's own command\n"
            return self.taken()

        return run

    def show(self, view: View, style: str, line: str) -> None:
        """An answer; the stop that it tells of is kept."""
        if view.stop is not None:
            self.stops.append(view.stop)
        super().show(view, style, line)

    def taken(self) -> str:
        """What was printed since, answers and mistakes."""
        text = self.out.getvalue() + self.err.getvalue()
        for stream in (self.out, self.err):
            stream.seek(0)
            stream.truncate()
        return text

    def guest(self, data: bytes, stream: str = "stdout") -> None:
        """The guest wrote something."""
        if self.on_guest is not None:
            self.on_guest(bytes(data), stream)
            return
        target = sys.stderr if stream == "stderr" else sys.stdout
        target.buffer.write(data)
        target.flush()
