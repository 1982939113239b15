"""Kinds that point to structures of input and output: pieces, descriptors, polls (section 2 man pages, asm-generic)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.strace import flags
from emu.kernel.strace.structures import fields, pointer
from emu.kernel.strace.text import SHOWN, address, listed, quoted, struct
from emu.kernel.strace.values import fd, signed

if TYPE_CHECKING:
    from emu.kernel.strace.call import Call


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
        data = call.peek(base, min(shown, call.limit + 1)) if base else None
        pieces.append(struct(iov_base=address(base) if data is None else quoted(data, call.limit), iov_len=length))
    return listed(pieces, count > SHOWN)


@pointer
def iovec(call: Call, value: int) -> str | None:
    count = max(signed(call.following), 0)
    return iovec_text(call, value, count, max(call.result or 0, 0) if call.parameter.out else None)


@pointer
def fds(call: Call, value: int) -> str | None:
    found = fields(call, value, "ii")
    return None if found is None else listed(fd(call, number) for number in found)


@pointer
def int_p(call: Call, value: int) -> str | None:
    found = fields(call, value, "i")
    return None if found is None else listed(map(str, found))


@pointer
def length(call: Call, value: int) -> str | None:
    """A length that the kernel may have changed: `[110 => 12]`."""
    found, given = fields(call, value, "i"), call.given.get(value)
    if found is None:
        return None
    return listed([str(found[0])] if given in (None, found[0]) else [f"{given} => {found[0]}"])


@pointer
def off_p(call: Call, value: int) -> str | None:
    found = fields(call, value, "q")
    return None if found is None else listed(map(str, found))


# -- waiting for several ----------------------------------------------------------------------------------------------
@pointer
def pollfds(call: Call, value: int) -> str | None:
    found = [fields(call, value + 8 * n, "ihH") for n in range(min(call.following, SHOWN))]
    if None in found:
        return None
    rows = (struct(fd=fd(call, number), events=flags.names("POLL", events & 0xFFFF)) for number, events, _ in found)
    return listed(rows, call.following > SHOWN)


@pointer
def fdset(call: Call, value: int) -> str | None:
    count = min(max(signed(call.args[0]), 0), 1024)
    data = call.peek(value, (count + call.xlen - 1) // call.xlen * call.word_size)
    if data is None:
        return None
    bits = int.from_bytes(data, "little")
    return "[" + " ".join(fd(call, number) for number in range(count) if bits >> number & 1) + "]"


@pointer
def epoll_event(call: Call, value: int) -> str | None:
    found = fields(call, value, "I4xQ")
    if found is None:
        return None
    return struct(events=flags.names("EPOLL", found[0]), data=struct(u32=found[1] & 0xFFFFFFFF, u64=found[1]))


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
