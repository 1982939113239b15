"""The host's streams as the guest's standard files: injected objects, so that a test can feed and capture them."""

from __future__ import annotations

from typing import Protocol


class Stream(Protocol):
    """One direction of a console: `read` returns b"" at the end, `write` takes all bytes."""

    isatty: bool

    def read(self, count: int) -> bytes: ...

    def write(self, data: bytes) -> None: ...


class Capture:
    """A stream in memory: reads come from `data`, writes are collected in `output`."""

    isatty = False

    def __init__(self, data: bytes = b"") -> None:
        self.data, self.output = data, bytearray()

    def read(self, count: int) -> bytes:
        chunk, self.data = self.data[:count], self.data[count:]
        return chunk

    def write(self, data: bytes) -> None:
        self.output += data
