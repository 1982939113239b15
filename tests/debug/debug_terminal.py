"""A program on a pseudo-terminal whose screen can be read: pexpect feeds pyte."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pexpect
import pyte

ROOT = Path(__file__).resolve().parents[2]
EMU = [sys.executable, "-m", "emu"]
PATIENCE = 240  # a machine that must be compiled first, beside other work


class Terminal:
    """`emu debug ARGS` with a screen of columns x rows. A context: the program is ended with it."""

    def __init__(self, *args: str, columns: int = 100, rows: int = 30, **environment: str) -> None:
        env = os.environ | {"TERM": "xterm-256color", "EMU_HISTORY": "none", "PYTHONPATH": str(ROOT)} | environment
        env.pop("NO_COLOR", None)
        command = [*EMU, "debug", *args]
        self.child = pexpect.spawn(command[0], command[1:], dimensions=(rows, columns), env=env, cwd=str(ROOT))
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.child.close(force=True)

    def pump(self, seconds: float = 0.05) -> bool:
        """Take in what comes within a moment; False at the end."""
        try:
            data = self.child.read_nonblocking(1 << 16, timeout=seconds)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += data
        self.stream.feed(data)
        for _ in range(data.count(b"\x1b[6n")):  # where is the cursor?
            self.child.send(f"\x1b[{self.screen.cursor.y + 1};{self.screen.cursor.x + 1}R")
        return True

    def until(self, text: str, gone: bool = False) -> str:
        """Wait until a text is on the screen (or gone from it); the screen."""
        end = time.monotonic() + PATIENCE
        while (text in self.text) is gone:
            assert time.monotonic() < end, f"never saw {text!r}:\n{self.text}"
            if not self.pump() and (text in self.text) is gone:
                raise AssertionError(f"ended before {text!r}:\n{self.text}")
        return self.text

    def type(self, keys: str, expect: str) -> str:
        """Press keys, wait for a text."""
        self.child.send(keys)
        return self.until(expect)

    def running(self) -> None:
        """Wait until the prompt has made way for the program: its status bar is gone."""
        self.until("│  cycle", gone=True)
        for _ in range(5):
            self.pump(0.2)

    def end(self) -> int:
        """Wait for the end; the exit code."""
        limit = time.monotonic() + PATIENCE
        while self.pump():
            assert time.monotonic() < limit, f"does not end:\n{self.text}"
        self.child.close()
        return self.child.exitstatus

    def resize(self, columns: int, rows: int) -> None:
        """Another size."""
        self.screen.resize(rows, columns)
        self.child.setwinsize(rows, columns)

    @property
    def text(self) -> str:
        """The screen, lines without blanks at their ends."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def colours(self, row: int) -> set[str]:
        """The colours of a line."""
        return {self.screen.buffer[row][x].fg for x in range(self.screen.columns)}
