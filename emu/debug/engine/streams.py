"""The guest's standard streams under the debugger: input is recorded once and read again after going back, output is
kept, and handed on when it comes for the first time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

KEPT = 64 << 20  # bytes of output


class Position(NamedTuple):
    """How far the guest has read and written."""

    chunk: int
    offset: int
    written: int


class Streams:
    """The record of both directions. `hand_on(data, stream)` hears new output."""

    def __init__(self, source: Any, hand_on: Callable[[bytes, str], object], isatty: bool) -> None:
        self.source, self.hand_on = source, hand_on
        self.chunks: list[bytes] = []
        self.chunk = self.offset = 0
        self.output = bytearray()
        self.dropped = self.written = 0  # bytes of output forgotten, and written up to now
        self.newest = 0  # bytes that were ever handed on, in this history
        self.stdin = Reader(self, getattr(source, "isatty", False))
        self.stdout, self.stderr = Writer(self, "stdout", isatty), Writer(self, "stderr", isatty)

    def position(self) -> Position:
        """For a copy."""
        return Position(self.chunk, self.offset, self.written)

    def go(self, position: Position) -> None:
        """Be as far as at that time."""
        self.chunk, self.offset, self.written = position

    def cut(self) -> None:
        """The future is another one now: what will be written is new. What was typed will still be read."""
        self.newest = self.written
        del self.output[max(0, self.written - self.dropped) :]

    def so_far(self) -> bytes:
        """The output up to now, as far as it is kept."""
        return bytes(self.output[: max(0, self.written - self.dropped)])

    def read(self, count: int) -> bytes:
        """From the record, else from the source, which is recorded."""
        if self.chunk == len(self.chunks):
            self.chunks.append(bytes(self.source.read(count)) if self.source is not None else b"")
        data = self.chunks[self.chunk][self.offset : self.offset + count]
        self.offset += len(data)
        if self.offset >= len(self.chunks[self.chunk]):
            self.chunk, self.offset = self.chunk + 1, 0
        return data

    def write(self, data: bytes, stream: str) -> None:
        """Append, and hand on what was never written before."""
        self.written += len(data)
        fresh = data[max(0, len(data) - (self.written - self.newest)) :] if self.written > self.newest else b""
        if not fresh:
            return
        self.newest = self.written
        self.output += fresh
        if len(self.output) > 2 * KEPT:
            self.dropped += len(self.output) - KEPT
            del self.output[: len(self.output) - KEPT]
        self.hand_on(fresh, stream)


class Reader:
    """Standard input."""

    def __init__(self, streams: Streams, isatty: bool) -> None:
        self.streams, self.isatty = streams, isatty

    def read(self, count: int) -> bytes:
        """At most so many bytes; b"" at the end."""
        return self.streams.read(count)

    def write(self, data: bytes) -> None:
        """Nothing can be written to an input."""


class Writer:
    """Standard output or error."""

    def __init__(self, streams: Streams, name: str, isatty: bool) -> None:
        self.streams, self.name, self.isatty = streams, name, isatty

    def read(self, count: int) -> bytes:
        """Nothing can be read from an output."""
        return b""

    def write(self, data: bytes) -> None:
        """All of it."""
        self.streams.write(bytes(data), self.name)
