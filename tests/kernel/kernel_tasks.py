"""What the tests of processes and threads share: programs to execute, threads, waiting for children."""

from __future__ import annotations

import struct

from kernel_fake import BSS, Guest

from emu.kernel.fs.diskfs import DiskFile

PAGE = 4096
BUF = BSS + 0x800
THREAD = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000


def wait(guest: Guest, pid: int = -1, options: int = 0) -> tuple[int, int]:
    """(pid, status) as wait4 gives it; on RV32 by waitid."""
    if guest.xlen == 64:
        got = guest.ok("wait4", pid, BUF, options, 0)
        return got, guest.word_at(BUF, 4) if got else 0
    guest.ok("waitid", 0 if pid == -1 else 1, 0 if pid == -1 else pid, BUF, options | 4, 0)
    number, code = struct.unpack("<i4xi", guest.load(BUF, 12))
    got, _, status = struct.unpack("<Iii", guest.load(BUF + 12, 12))
    return (got, status << 8 if code == 1 else status) if number else (0, 0)


def store_program(guest: Guest, path: str, data: bytes, mode: int = 0o755) -> None:
    guest.kernel.fs.root.children[path.encode()] = DiskFile(guest.kernel.fs.root.sb, mode, data)


def args(guest: Guest, *strings: str) -> int:
    """A vector of strings in user memory."""
    at, table = BSS + 0x400, []
    for text in strings:
        table.append(at)
        guest.string(text, at)
        at += len(text) + 1
    code = "Q" if guest.word == 8 else "I"
    guest.store(BSS + 0x300, struct.pack(f"<{len(table) + 1}{code}", *table, 0))
    return BSS + 0x300


def thread(guest: Guest, flags: int = THREAD) -> object:
    stack = guest.mmap(4 * PAGE) + 4 * PAGE
    return guest.fork(flags, stack)
