"""print and getphys as documents."""

from __future__ import annotations

from struct import pack, unpack
from typing import TYPE_CHECKING, Any

from emu.debug.control.calls_view import typed
from emu.debug.source.types import quoted
from emu.debug.value import Value
from emu.debug.view import Facts, Text, View
from emu.errors import EmuError
from emu.kernel.proc.task_mmu import PM_EXCLUSIVE, PM_FILE, PM_PRESENT, PM_SWAP, pagemap

if TYPE_CHECKING:
    from emu.debug.session import Session

FORMATS = "xduotcfsab"


def print_value(session: Session, expression: str, fmt: str = "") -> View:
    """The value, its type and where it is. EmuError for an unknown format."""
    letter = fmt[-1:] or ""
    if letter and letter not in FORMATS:
        raise EmuError(f"there is no format /{fmt}", hint="x d u o t c f s a: see help print")
    value = session.value(expression)
    session.scope.convenience["_"] = value
    text = spelled(session, value, letter)
    kind = value.type.name if value.type is not None else ""
    data = {
        "expression": expression, "value": value.number, "unsigned": value.unsigned, "bits": value.bits, "text": text,
        "type": kind, "address": value.address, "register": value.register,
    }  # fmt: skip
    about = [f"({kind}) "] if kind and kind not in ("int",) else []
    name = session.symbolize(value.unsigned) if not letter and value.type is None and not value.signed else ""
    line: list[Any] = [("".join(about), "dim"), (text, "value"), (f" <{name}>" if name else "", "symbol")]
    return View("print", data, [Text([line])])


def spelled(session: Session, value: Value, letter: str) -> str:
    """A value in a format; the natural one without."""
    if letter in ("", "d", "u") and value.type is not None and not letter:
        return typed(session, value)
    bits, number = value.bits, value.unsigned
    signed = number - (1 << bits) if number >> (bits - 1) else number
    if letter == "f":
        return (
            f"{unpack('<d', pack('<Q', number & (1 << 64) - 1))[0]:.17g}"
            if bits > 32
            else f"{unpack('<f', pack('<I', number))[0]:.9g}"
        )
    if letter == "s":
        return string_at(session, value)
    if letter == "c":
        return f"{number & 255} {chr(number & 255)!r}"
    if letter == "a":
        name = session.symbolize(number)
        return f"{number:#x}" + (f" <{name}>" if name else "")
    if letter == "":
        plain = str(value.number)
        return f"{number:#x}" if not value.signed and number > 0xFFFF else plain
    return {
        "x": f"{number:#x}",
        "d": str(signed),
        "u": str(number),
        "o": f"{number:#o}",
        "t": f"{number:#b}",
        "b": f"{number:#b}",
    }[letter]


def string_at(session: Session, value: Value) -> str:
    """The C string that a value points at (or is the array of)."""
    at, found = value.unsigned, bytearray()
    while len(found) < 4096:
        piece = session.read(at + len(found), min(64, 64 - (at + len(found)) % 64))
        if piece is None:
            break
        head, nul, _ = piece.partition(b"\0")
        found += head
        if nul:
            return quoted(bytes(found))
    if not found:
        raise EmuError(f"nothing is mapped at {at:#x}")
    return quoted(bytes(found)) + "…"


def getphys(session: Session, address: int, pid: int | None = None) -> View:
    """What /proc/PID/pagemap tells of a page."""
    task = session.task_of(pid)
    address &= session.kernel.xlen_mask
    entry = int.from_bytes(pagemap(session.kernel, task, address >> 12, 1) or bytes(8), "little")
    offset = (address >> 12) * 8
    pfn = entry & (1 << 55) - 1
    pa = pfn << 12 | address & 4095 if entry & PM_PRESENT else None
    data: dict[str, Any] = {
        "pid": task.pid, "va": address, "pagemap_offset": offset, "entry": entry, "present": bool(entry & PM_PRESENT),
        "swapped": bool(entry & PM_SWAP), "file": bool(entry & PM_FILE), "exclusive": bool(entry & PM_EXCLUSIVE),
        "pfn": pfn if pa is not None else None, "pa": pa, "slot": pfn >> 5 if entry & PM_SWAP else None,
    }  # fmt: skip
    names = [name for name in ("present", "swapped", "file", "exclusive") if data[name]]
    facts = [
        ("virtual", f"{address:#x}"),
        (f"/proc/{task.pid}/pagemap", f"at {offset:#x}: {entry:#018x} {', '.join(names)}"),
    ]
    if pa is not None:
        facts.append(("physical", f"frame {pfn:#x} << 12 | offset {address & 4095:#x} = {pa:#x}"))
    elif entry & PM_SWAP:
        facts.append(("on swap", f"slot {data['slot']}"))
    else:
        facts.append(("physical", "none: no page is there"))
    view = View("getphys", data, [Facts(facts)])
    if pa is None:
        view.notes.append(f"walk {address:#x} says why, and what an access would do")
    return view
