"""print and getphys as documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.debug.control import alter
from emu.debug.control.calls_view import typed
from emu.debug.expr import whole
from emu.debug.source.spelling import in_format, quoted, real
from emu.debug.tokens import tokens
from emu.debug.value import Value
from emu.debug.view import Facts, Text, View
from emu.errors import EmuError
from emu.kernel.proc.page_bits import PM_EXCLUSIVE, PM_FILE, PM_PRESENT, PM_SWAP, pagemap

if TYPE_CHECKING:
    from emu.debug.session import Session

FORMATS = "xduotzcfsab"


def print_value(session: Session, expression: str, fmt: str = "") -> View:
    """The value, its type and where it is; `place = value` assigns first, as in C. EmuError for an unknown format."""
    letter = fmt[-1:] or ""
    if letter and letter not in FORMATS:
        raise EmuError(f"there is no format /{fmt}", hint="x d u o t z c f s a: see help print")
    if (left := assigned(expression)) is not None:
        alter.assign(session, expression)
        expression = left
    value = session.value(expression)
    session.scope.convenience["_"] = value
    text = spelled(session, value, letter)
    said = value.via or value.type
    kind = said.name if said is not None and said.kind != "void" else ""
    data = {
        "expression": expression, "value": value.number, "unsigned": value.unsigned, "bits": value.bits, "text": text,
        "type": kind, "address": value.address, "register": value.register,
    }  # fmt: skip
    about = [f"({kind}) "] if kind and kind not in ("int",) else []
    name = "" if letter else pointed_at(session, value)
    line: list[Any] = [("".join(about), "dim"), (text, "value"), (f" <{name}>" if name else "", "symbol")]
    return View("print", data, [Text([line])])


def assigned(expression: str) -> str | None:
    """What stands before the = of an assignment, None if the expression is none."""
    found = next((word for word in tokens(expression) if word.kind == "op" and word.text == "="), None)
    return expression[: found.column - 1].strip() if found is not None else None


def pointed_at(session: Session, value: Value) -> str:
    """The symbol of an address; of data pointers only where one begins there."""
    if value.signed or not (value.type is None or value.type.kind == "pointer"):
        return ""
    name = session.symbolize(value.unsigned)
    is_code = value.type is None or (value.type.target is not None and value.type.target.kind == "function")
    return name if is_code or "+" not in name else ""


def spelled(session: Session, value: Value, letter: str) -> str:
    """A value in a format; the natural one without."""
    kind = value.type
    if kind is not None and kind.kind == "void" and value.address is None:
        return "void"
    if letter == "s":
        return string_at(session, value)
    if kind is not None and (not letter or not kind.is_scalar):
        at = f"@{value.address:#x}: " if value.via is not None and not letter else ""
        return at + typed(session, value, letter)
    bits, number = value.bits, value.unsigned
    if kind is not None and kind.is_float and letter in "duc":
        number, bits = whole(value.real) & (1 << 64) - 1, 64
    if letter == "f":
        return real(number.to_bytes(16, "little")[: 8 if bits > 32 else 4])
    if letter == "a":
        name = session.symbolize(number)
        return f"{number:#x}" + (f" <{name}>" if name else "")
    if letter == "":
        plain = str(value.number)
        return f"{number:#x}" if not value.signed and number > 0xFFFF else plain
    return in_format(number, bits, letter)


def string_at(session: Session, value: Value) -> str:
    """The C string that a value points at (or is the array of)."""
    at, found = value.word(session.machine.xlen), bytearray()
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
