"""Kinds of arguments: each function writes the value of one register. None: the memory behind it can't be read yet.

A function gets the call (for the other arguments, the result and the guest's memory) and the value as an unsigned
number of the register's width.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from emu.kernel.proc.task import cwd_path
from emu.kernel.siginfo import name_of
from emu.kernel.strace.text import SHOWN, address, in_hex, listed, octal_text, quoted
from emu.kernel.syscall.path import AT_FDCWD

if TYPE_CHECKING:
    from emu.kernel.strace.call import Call

Kind = Callable[["Call", int], "str | None"]
KINDS: dict[str, Kind] = {}


def kind(function: Kind) -> Kind:
    """Enter a function in KINDS under its own name (a trailing underscore keeps it apart from Python's words)."""
    KINDS[function.__name__.rstrip("_")] = function
    return function


def signed(value: int, bits: int = 32) -> int:
    """A two's complement number."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


# -- numbers ----------------------------------------------------------------------------------------------------------
@kind
def int_(call: Call, value: int) -> str:
    return str(signed(value))


@kind
def uint(call: Call, value: int) -> str:
    return str(value & 0xFFFFFFFF)


@kind
def size(call: Call, value: int) -> str:
    return str(value)


@kind
def off(call: Call, value: int) -> str:
    return str(signed(value, 64))


@kind
def halves(call: Call, value: int) -> str:
    return str(signed(value, 64))


@kind
def hex_(call: Call, value: int) -> str:
    return f"{value:#x}" if value else "0"


@kind
def hex0(call: Call, value: int) -> str:
    return f"{value:#x}" if value else "0"


@kind
def octal(call: Call, value: int) -> str:
    return octal_text(value & 0xFFFFFFFF)


@kind
def ptr(call: Call, value: int) -> str:
    return address(value)


@kind
def id_(call: Call, value: int) -> str:
    return str(signed(value)) if value & 0xFFFFFFFF == 0xFFFFFFFF else str(value & 0xFFFFFFFF)


@kind
def fd(call: Call, value: int) -> str:
    """A descriptor; with -y what it leads to: `3</tmp/x>`."""
    if not call.options.paths:
        return str(signed(value))
    return f"{signed(value)}{leads_to(call.task.files.open.get(signed(value)))}"


def leads_to(file: Any) -> str:
    """`</tmp/x>`; nothing for a descriptor that is not open."""
    return f"<{quoted(file.path.encode('utf-8', 'surrogateescape'), 4096)[1:-1]}>" if file is not None else ""


@kind
def dirfd(call: Call, value: int) -> str:
    if signed(value) != AT_FDCWD:
        return fd(call, value)
    return f"AT_FDCWD<{cwd_path(call.task)}>" if call.options.paths else "AT_FDCWD"


@kind
def signal(call: Call, value: int) -> str:
    return name_of(value) if 0 < value < 65 else str(signed(value))


# -- bytes and strings ------------------------------------------------------------------------------------------------
@kind
def path(call: Call, value: int) -> str | None:
    data = call.string(value)
    return None if data is None else quoted(data, 4096)


@kind
def str_(call: Call, value: int) -> str | None:
    data = call.string(value)
    return None if data is None else quoted(data, call.limit)


@kind
def bytes_(call: Call, value: int) -> str | None:
    """As many bytes as the call moved, or is asked to move."""
    data = moved(call, value)
    return None if data is None else quoted(data, call.limit)


@kind
def noise(call: Call, value: int) -> str | None:
    """Bytes that are no text."""
    data = moved(call, value)
    return None if data is None else in_hex(data, call.limit)


def moved(call: Call, value: int) -> bytes | None:
    """The start of what a call has read or is to write, one byte more than is shown."""
    count = max(call.result or 0, 0) if call.parameter.out else call.following
    return call.peek(value, min(count, call.limit + 1))


def strings(call: Call, value: int) -> list[bytes] | None:
    """The strings of an argv or envp, as many as are shown; None when they can't be read."""
    found: list[bytes] = []
    while len(found) <= SHOWN:
        at = call.word(value + len(found) * call.word_size)
        if at == 0:
            return found
        text = None if at is None else call.string(at)
        if text is None:
            return None
        found.append(text)
    return found


@kind
def argv(call: Call, value: int) -> str | None:
    found = strings(call, value)
    return None if found is None else listed((quoted(text, call.limit) for text in found[:SHOWN]), len(found) > SHOWN)


@kind
def envp(call: Call, value: int) -> str | None:
    if call.options.full:
        return argv(call, value)
    found = strings(call, value) or []
    return f"{address(value)} /* {len(found)} var{'' if len(found) == 1 else 's'} */"


@kind
def filemode(call: Call, value: int) -> str:
    return file_mode(value)


def file_mode(mode: int) -> str:
    """`S_IFREG|0644`."""
    kinds = {1: "S_IFIFO", 2: "S_IFCHR", 4: "S_IFDIR", 6: "S_IFBLK", 8: "S_IFREG", 10: "S_IFLNK", 12: "S_IFSOCK"}
    name = kinds.get(mode >> 12 & 15)
    rights = octal_text(mode & 0o7777)
    return f"{name}|{rights}" if name else rights
