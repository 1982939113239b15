"""Kinds that point to structures of files and of polls (section 2 man pages, asm-generic)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.strace import flags
from emu.kernel.strace.structures import fields, pointer
from emu.kernel.strace.text import SHOWN, address, listed, quoted, struct
from emu.kernel.strace.values import file_mode, signed

if TYPE_CHECKING:
    from emu.kernel.strace.call import Call

F_GETFL = 3


# -- files ------------------------------------------------------------------------------------------------------------
def iovec_text(call: Call, addr: int, count: int, left: int | None) -> str | None:
    """An array of pieces; `left` bytes of them are filled, None: all."""
    pieces = []
    for n in range(min(count, SHOWN)):
        found = fields(call, addr + 2 * n * call.word_size, "PP")
        if found is None:
            return None
        base, length = found
        shown = length if left is None else min(length, left)
        left = None if left is None else left - shown
        data = call.peek(base, min(shown, SHOWN + 1)) if base else None
        pieces.append(struct(iov_base=address(base) if data is None else quoted(data), iov_len=length))
    return listed(pieces, count > SHOWN)


@pointer
def iovec(call: Call, value: int) -> str | None:
    count = max(signed(call.following), 0)
    return iovec_text(call, value, count, max(call.result or 0, 0) if call.parameter.out else None)


@pointer
def fds(call: Call, value: int) -> str | None:
    found = fields(call, value, "ii")
    return None if found is None else listed(map(str, found))


@pointer
def int_p(call: Call, value: int) -> str | None:
    found = fields(call, value, "i")
    return None if found is None else listed(map(str, found))


@pointer
def off_p(call: Call, value: int) -> str | None:
    found = fields(call, value, "q")
    return None if found is None else listed(map(str, found))


@pointer
def stat(call: Call, value: int) -> str | None:
    """struct stat (generic): the parts that strace shows without -v."""
    found = fields(call, value + 2 * 8, "II8xQQq")
    if found is None:
        return None
    mode, _, rdev, _, size = found
    kind = mode >> 12
    what = {"st_rdev": f"makedev({rdev >> 8 & 0xFFF:#x}, {rdev & 0xFF:#x})"} if kind in (2, 6) else {"st_size": size}
    return struct("...", st_mode=file_mode(mode), **what)


@pointer
def statx(call: Call, value: int) -> str | None:
    found = fields(call, value, "IIQIIIH2xQQ")
    if found is None:
        return None
    mask, _, attributes, _, _, _, mode, _, size = found
    shown = {"stx_mask": flags.names("STATX", mask), "stx_attributes": attributes, "stx_mode": file_mode(mode)}
    return struct("...", **shown, stx_size=size)


@pointer
def dirents(call: Call, value: int) -> str:
    at, entries, end = value, 0, value + (call.result or 0)
    while at < end and (found := fields(call, at + 16, "H")) and found[0]:
        at, entries = at + found[0], entries + 1
    return f"{address(value)} /* {entries} {'entry' if entries == 1 else 'entries'} */"


# -- waiting for several ----------------------------------------------------------------------------------------------
@pointer
def pollfds(call: Call, value: int) -> str | None:
    found = [fields(call, value + 8 * n, "ihH") for n in range(min(call.following, SHOWN))]
    if None in found:
        return None
    rows = (struct(fd=fd, events=flags.names("POLL", events & 0xFFFF)) for fd, events, _ in found)
    return listed(rows, call.following > SHOWN)


@pointer
def fdset(call: Call, value: int) -> str | None:
    count = min(max(signed(call.args[0]), 0), 1024)
    data = call.peek(value, (count + call.xlen - 1) // call.xlen * call.word_size)
    if data is None:
        return None
    bits = int.from_bytes(data, "little")
    return "[" + " ".join(str(fd) for fd in range(count) if bits >> fd & 1) + "]"


@pointer
def epoll_event(call: Call, value: int) -> str | None:
    found = fields(call, value, "I4xQ")
    return None if found is None else struct(events=flags.names("EPOLL", found[0]), data=f"{found[1]:#x}")


@pointer
def epoll_events(call: Call, value: int) -> str | None:
    rows = [epoll_event(call, value + 16 * n) for n in range(min(call.result or 0, SHOWN))]
    return None if None in rows else listed(rows)


@pointer
def ioctl_arg(call: Call, value: int) -> str | None:
    command = flags.CHOICES["IOCTL"].get(call.args[1], "")
    if command == "TIOCGWINSZ":
        found = fields(call, value, "4H")
        return (
            None if found is None else struct(ws_row=found[0], ws_col=found[1], ws_xpixel=found[2], ws_ypixel=found[3])
        )
    return int_p(call, value) if command in ("FIONREAD", "FIONBIO", "TIOCGPGRP", "TIOCSPGRP") else address(value)


def result_text(call: Call) -> str:
    """A result that is no error, with what strace says behind it."""
    if call.name.startswith(("ppoll", "pselect6")) and call.result == 0:
        return "0 (Timeout)"
    if call.name.startswith("ppoll"):
        return f"{call.result} ({ready(call)})"
    if call.name.startswith("fcntl") and call.args[1] == F_GETFL:
        return f"{call.result:#x} (flags {flags.names('O', call.result)})"
    return str(call.result)


def ready(call: Call) -> str:
    """The descriptors that a poll found ready."""
    found = [fields(call, call.args[0] + 8 * n, "iHH") for n in range(min(call.args[1], SHOWN))]
    return listed(struct(fd=row[0], revents=flags.names("POLL", row[2])) for row in found if row and row[2])
