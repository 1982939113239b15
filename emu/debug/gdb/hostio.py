"""vFile: gdb reads the guest's executables with their symbols, so that it needs no file of its own.

Reading only, and nothing but what a task executes and /proc: looking other files up would touch the guest's caches.
Errors have the protocol's own numbers ("Errno Values" in gdb's appendix on file I/O).
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

from emu.debug.gdb.packet import escape
from emu.debug.look import proc
from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.gdb.stub import Stub

NOENT, BADF, ROFS = 2, 9, 30
WRITES = (
    0x3 | 0x8 | 0x200 | 0x400 | 0x800
)  # any of O_WRONLY O_RDWR O_APPEND O_CREAT O_TRUNC O_EXCL, as gdb numbers them
MOST_FILES = 64
LINK = re.compile(r"/proc/\d+/(exe|cwd)")


def failed(number: int) -> bytes:
    return b"F-1,%x" % number


def executable(stub: Stub, path: str) -> bytes | None:
    """The bytes of an executable that some task runs, by its path."""
    kernel = stub.session.kernel
    for pid, task in kernel.tasks.items():
        if task.mm is not None and task.mm.exe_file is not None and task.mm.exe_file.path == path:
            return stub.session.programs.of(kernel, pid).data
    return None


def bytes_of(stub: Stub, path: str) -> bytes | None:
    """What gdb may read: executables, and the texts of /proc."""
    if not path.startswith("/proc/"):
        return executable(stub, path)
    try:
        return proc.contents(stub.session, path)
    except EmuError:
        return None


def read_link(stub: Stub, rest: bytes) -> bytes:
    """readlink:HEXPATH: /proc/PID/exe and cwd"""
    path = bytes.fromhex(rest.decode()).decode("utf-8", "surrogateescape")
    target = bytes_of(stub, path) if LINK.fullmatch(path) else None
    return failed(NOENT) if target is None else b"F%x;" % len(target) + escape(target)


def open_file(stub: Stub, rest: bytes) -> bytes:
    """open:HEXPATH,FLAGS,MODE"""
    name, flags, _ = rest.split(b",")
    if int(flags, 16) & WRITES:
        return failed(ROFS)
    data = bytes_of(stub, bytes.fromhex(name.decode()).decode("utf-8", "surrogateescape"))
    if data is None or len(stub.files) >= MOST_FILES:
        return failed(NOENT)
    fd = max(stub.files, default=2) + 1
    stub.files[fd] = data
    return b"F%x" % fd


def pread(stub: Stub, rest: bytes) -> bytes:
    """pread:FD,COUNT,OFFSET"""
    fd, count, offset = (int(word, 16) for word in rest.split(b","))
    if fd not in stub.files:
        return failed(BADF)
    part = stub.files[fd][offset : offset + min(count, 0x1800)]
    return b"F%x;" % len(part) + escape(part)


def fstat(stub: Stub, rest: bytes) -> bytes:
    """fstat:FD -> the protocol's own struct stat, big-endian: a regular file of so many bytes."""
    data = stub.files.get(int(rest, 16))
    if data is None:
        return failed(BADF)
    stat = struct.pack(">7I3Q3I", 0, 0, 0o100555, 1, 0, 0, 0, len(data), 512, (len(data) + 511) // 512, 0, 0, 0)
    return b"F%x;" % len(stat) + escape(stat)


def close(stub: Stub, rest: bytes) -> bytes:
    """close:FD"""
    return b"F0" if stub.files.pop(int(rest, 16), None) is not None else failed(BADF)


HANDLERS = {
    b"vFile:setfs:": lambda stub, rest: b"F0",
    b"vFile:open:": open_file,
    b"vFile:pread:": pread,
    b"vFile:fstat:": fstat,
    b"vFile:close:": close,
    b"vFile:readlink:": read_link,
}
