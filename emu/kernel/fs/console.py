"""The host's streams as the guest's standard files: injected objects, so that a test can feed and capture them.

A stream on a terminal is /dev/tty to the guest, any other looks like a pipe. What the guest writes counts against
--max-output.
"""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING, Any, Protocol

from emu.kernel.errno import ENOTTY, Errno
from emu.kernel.fs.fcntl import FIONREAD
from emu.kernel.fs.inode import S_IFCHR, S_IFIFO, Inode, SuperBlock

if TYPE_CHECKING:
    from emu.kernel.fs.file import File

TCGETS, TCSETS, TCSETSW, TCSETSF, TIOCGPGRP, TIOCSPGRP, TIOCGWINSZ = (
    0x5401,
    0x5402,
    0x5403,
    0x5404,
    0x540F,
    0x5410,
    0x5413,
)
CHUNK = 65536
# struct termios of a terminal in cooked mode: iflag oflag cflag lflag line, 19 control characters
TERMIOS = struct.pack(
    "<4IB19s",
    0o2400,
    0o5,
    0o277,
    0o105073,
    0,
    bytes([3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0, 0, 0]),
)


class Stream(Protocol):
    """One direction of a console: `read` returns b"" at the end, `write` takes all bytes; it may hold them back until
    `flush`, if it has that.
    """

    isatty: bool

    def read(self, count: int) -> bytes: ...

    def write(self, data: bytes) -> None: ...


class Capture:
    """A stream in memory: reads come from `data`, writes are collected in `output`."""

    def __init__(self, data: bytes = b"", isatty: bool = False) -> None:
        self.data, self.output, self.isatty = data, bytearray(), isatty

    def read(self, count: int) -> bytes:
        """Up to `count` bytes of what the test gave; b"" at its end."""
        chunk, self.data = self.data[:count], self.data[count:]
        return chunk

    def write(self, data: bytes) -> None:
        """Keep what the guest says."""
        self.output += data


class HostStream:
    """A descriptor of the host. A reader that went away is no error of the guest's: what it writes then is dropped."""

    def __init__(self, fd: int) -> None:
        self.fd, self.isatty, self.broken = fd, os.isatty(fd), False

    def read(self, count: int) -> bytes:
        """Up to `count` bytes; b"" at the end. May wait for the host."""
        return os.read(self.fd, count)

    def write(self, data: bytes) -> None:
        """All of it; once the reader has gone away, into nothing."""
        try:
            while data and not self.broken:
                data = data[os.write(self.fd, data) :]
        except BrokenPipeError:
            self.broken = True

    def __deepcopy__(self, memo: dict[int, Any]) -> HostStream:
        return self


class Console(Inode):
    """A character device (terminal) or pipe whose other end is a host stream."""

    def __init__(self, sb: SuperBlock, source: Stream, sink: Stream) -> None:
        isatty = source.isatty or sink.isatty
        super().__init__(sb, (S_IFCHR | 0o620) if isatty else (S_IFIFO | 0o600))
        self.source, self.sink, self.isatty = source, sink, isatty
        self.rdev = 0x8800 if isatty else 0  # 136:0, the first pseudo-terminal
        self.held = b""  # read from the host, not yet by the guest

    def read_iter(self, file: File, to: Any, pos: int) -> int:
        if not self.held and to.count:
            self.sb.kernel.flush_output()
            self.held = self.source.read(min(to.count, CHUNK))
        copied = to.put(self.held[: to.count])
        self.held = self.held[copied:]
        return copied

    def write_iter(self, file: File, source: Any, pos: int) -> int:
        kernel, total = self.sb.kernel, 0
        while source.count and not kernel.output_spent:
            data = source.get(CHUNK)
            if not data:
                break
            self.sink.write(kernel.allow_output(data))
            total += len(data)
        return total

    def ioctl(self, file: File, command: int, argument: int) -> int:
        if command == FIONREAD:
            self.sb.kernel.put_user(argument, len(self.held), 4)
            return 0
        if not self.isatty:
            raise Errno(ENOTTY)
        answers = {TCGETS: TERMIOS, TIOCGWINSZ: struct.pack("<4H", 24, 80, 0, 0), TIOCGPGRP: struct.pack("<i", 1)}
        if command in answers:
            self.sb.kernel.copy_to_user(argument, answers[command])
        elif command not in (TCSETS, TCSETSW, TCSETSF, TIOCSPGRP):
            raise Errno(ENOTTY)
        return 0
