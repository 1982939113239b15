"""Ctrl-C: ask the machine to stop, wherever the run is; the second one insists."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from emu.cli.files import open_to_read


class Interrupted(Exception):
    """Ctrl-C came while the guest waited for input."""


class StdinStream:
    """The guest's standard input, a descriptor of the host. When Ctrl-C comes, a read ends as if the input had."""

    def __init__(self, fd: int, owned: bool) -> None:
        self.fd, self.owned, self.waiting, self.isatty = fd, owned, False, os.isatty(fd)

    @classmethod
    def open(cls, path: str | None) -> StdinStream:
        """The host's stdin, or a file. EmuError if that can't be read."""
        return cls(0, False) if path is None else cls(open_to_read(path), True)

    def read(self, count: int) -> bytes:
        """At most `count` bytes; b"" at the end, and where the host has no stdin at all."""
        try:
            self.waiting = True
            return os.read(self.fd, count)
        except (Interrupted, OSError):
            return b""
        finally:
            self.waiting = False

    def write(self, data: bytes) -> None:
        """Nothing can be written to an input."""

    def __deepcopy__(self, memo: dict[int, Any]) -> StdinStream:
        return self

    def __enter__(self) -> StdinStream:
        return self

    def __exit__(self, *error: object) -> None:
        if self.owned:
            os.close(self.fd)


@contextmanager
def stopped_by_ctrl_c(machine: Any, stdin: StdinStream) -> Iterator[None]:
    """While this context lasts, SIGINT stops the machine; a second SIGINT raises KeyboardInterrupt."""

    def on_interrupt(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        machine.stop()
        if stdin.waiting:
            raise Interrupted

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
