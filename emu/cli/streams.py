"""The guest's standard streams: descriptors of the host, which may end, break or be interrupted at any time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from emu.cli.files import open_to_read

BUFFER = 1 << 16  # bytes
MOST_SECONDS = 0.05  # that bytes are held while the guest goes on writing


class Interrupted(Exception):
    """Ctrl-C came while the guest waited for input."""


class Input:
    """Standard input. A read ends when Ctrl-C comes, as if the input had ended."""

    def __init__(self, fd: int, owned: bool = False) -> None:
        self.fd, self.owned, self.isatty = fd, owned, os.isatty(fd)
        self.waiting = self.stopped = False

    @classmethod
    def open(cls, path: str | None) -> Input:
        """The host's stdin, or a file. EmuError if that can't be read."""
        return cls(0) if path is None else cls(open_to_read(path), True)

    def read(self, count: int) -> bytes:
        """At most `count` bytes; b"" at the end, and where the host has no stdin at all."""
        try:
            self.waiting = True  # from here on Ctrl-C raises Interrupted
            if self.stopped:
                return b""
            return os.read(self.fd, count)
        except (Interrupted, OSError):
            return b""
        finally:
            self.waiting = False

    def write(self, data: bytes) -> None:
        """Nothing can be written to an input."""

    def close(self) -> None:
        """Close what was opened here."""
        if self.owned:
            os.close(self.fd)

    def __deepcopy__(self, memo: dict[int, Any]) -> Input:
        return self


class Output:
    """Standard output or error. When it can't be written any more, `on_broken` is called, and the rest is dropped;
    `error` is the host's errno.

    `buffered`: what goes to no terminal is collected, for programs that write in small pieces; see `flush`.
    """

    def __init__(self, fd: int, buffered: bool = False) -> None:
        self.fd, self.broken, self.error, self.isatty = fd, False, 0, os.isatty(fd)
        self.on_broken: Callable[[], None] = lambda: None
        self.limit = BUFFER if buffered and not self.isatty else 0
        self.held = bytearray()
        self.flushed = time.monotonic()
        self.other: Output | None = None

    def pair(self, other: Output) -> None:
        """What goes to the two keeps its order."""
        self.other, other.other = other, self

    def read(self, count: int) -> bytes:
        """Nothing can be read from an output."""
        return b""

    def write(self, data: bytes) -> None:
        """All bytes, now or soon."""
        if self.other is not None and self.other.held:
            self.other.flush()
        self.held += data
        if len(self.held) >= self.limit or time.monotonic() - self.flushed > MOST_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what is held, in as many pieces as the host takes."""
        data, self.held = memoryview(self.held), bytearray()
        while data and not self.broken:
            try:
                data = data[os.write(self.fd, data) :]
            except BlockingIOError:
                wait_until_writable(self.fd)
            except OSError as error:
                self.broken, self.error = True, error.errno or 0
                self.on_broken()
        self.flushed = time.monotonic()

    def check(self) -> None:
        """OSError if something could not be written."""
        if self.broken:
            raise OSError(self.error, os.strerror(self.error))

    def __deepcopy__(self, memo: dict[int, Any]) -> Output:
        return self


def wait_until_writable(fd: int) -> None:
    """A descriptor that somebody else made non-blocking has no room yet."""
    import select

    select.select([], [fd], [], 0.1)
