"""The guest's standard input under the debugger: a file, the terminal, or whoever the full screen asks."""

from __future__ import annotations

import os
import queue
from collections.abc import Callable
from typing import Any


class Interrupted(Exception):
    """Ctrl-C came while the guest waited for input: nothing was read, and nothing has ended."""


class GuestInput:
    """A stream for the engine. `ask`, while it is set, is who a line is asked from in place of the descriptor."""

    def __init__(self, fd: int | None) -> None:
        self.fd, self.waiting = fd, False
        self.isatty = fd is not None and os.isatty(fd)
        self.ask: Callable[[int], bytes] | None = None

    def read(self, count: int) -> bytes:
        """At most `count` bytes; b"" at the end. Interrupted by Ctrl-C."""
        if self.ask is not None and self.isatty:
            return self.ask(count)
        if self.fd is None:
            return b""
        self.waiting = True
        try:
            return os.read(self.fd, count)
        except OSError:
            return b""
        finally:
            self.waiting = False

    def write(self, data: bytes) -> None:
        """Nothing can be written to an input."""

    def interrupt(self) -> None:
        """Called by the handler of Ctrl-C: give up waiting."""
        if self.waiting:
            raise Interrupted

    def __deepcopy__(self, memo: dict[int, Any]) -> GuestInput:
        return self


class Asking:
    """Lines that a person types in another thread: `read` waits for them, `answer` brings one, `stop` gives up."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self.changed, self.waiting = changed, False
        self.lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.held = b""

    def read(self, count: int) -> bytes:
        """As GuestInput.read."""
        if not self.held:
            self.waiting = True
            self.changed()
            line = self.lines.get()
            self.waiting = False
            self.changed()
            if line is None:
                raise Interrupted
            self.held = line
        data, self.held = self.held[:count], self.held[count:]
        return data

    def answer(self, data: bytes) -> None:
        """A line with its newline, or b"" for the end."""
        self.lines.put(data)

    def stop(self) -> None:
        """Ctrl-C."""
        self.lines.put(None)
