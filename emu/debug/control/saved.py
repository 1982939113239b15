"""What `save` keeps of a session beside its time: breaks, displays, $names, which task is looked at.

A file is not trusted: every field is checked before anything changes, and means no more than a person could type.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from emu.debug.control import catches, lifetime
from emu.debug.control.breaks import ACCESS, BREAK, CATCH, MOST, READ, WATCH, WRITE, Break
from emu.debug.control.lifetime import Lifetime
from emu.debug.control.setting_breaks import LARGEST_WATCH
from emu.debug.value import NAMES, Value, base_type, make

if TYPE_CHECKING:
    from emu.debug.session import Session

NOT_KEPT = ("value", "kernel", "internal", "held", "ends", "frame_sp", "frame_cfa")
WORD, SMALL, MOST_NAMES, LONGEST = 1 << 64, 1 << 31, 1000, 4096


def as_data(session: Session) -> dict[str, Any]:
    """For JSON."""
    rows = [
        {name: each for name, each in asdict(row).items() if name not in NOT_KEPT}
        | {"lifetime": row.lifetime and row.lifetime._asdict()}
        for row in session.breaks
    ]
    names = {
        name: [value.unsigned, value.bits, value.signed, value.type.name if value.type else ""]
        for name, value in session.scope.convenience.items()
    }
    return {
        "breaks": rows, "last": session.breaks.last, "pid": session.pid, "names": names,
        "displays": [[number, *shown] for number, shown in session.displays.items()],
    }  # fmt: skip


class Saved:
    """The same, read and checked. ValueError, KeyError, TypeError or EmuError for what can't have been saved."""

    def __init__(self, data: Any, xlen: int) -> None:
        if type(data) is not dict or len(data["breaks"]) > MOST or len(data["displays"]) > MOST:
            raise ValueError("session")
        self.breaks = [row_of(row, xlen) for row in data["breaks"]]
        self.last = max([whole(data["last"], SMALL), *(row.number for row in self.breaks)])
        self.displays = {whole(number, SMALL): (typed(what), typed(fmt)) for number, what, fmt in data["displays"]}
        self.names = {text(name): value_of(xlen, *row) for name, row in sorted(data["names"].items())[:MOST_NAMES]}
        self.pid = whole(data["pid"], SMALL)

    def put(self, session: Session) -> None:
        """Instead of what the session has."""
        session.breaks.clear()
        session.breaks.last = self.last
        for row in self.breaks:
            session.breaks.rows[row.number] = row
            session.remember_value(row)
            lifetime.begin(session, row)
        session.breaks.touch()
        session.displays, session.scope.convenience = dict(self.displays), dict(self.names)
        session.choose(self.pid)


def row_of(data: dict[str, Any], xlen: int) -> Break:
    """One break."""
    kind = data["kind"]
    row = Break(1 + whole(data["number"] - 1, SMALL), kind, typed(data["spec"]))
    row.addresses = [whole(each, WORD) for each in data["addresses"][:MOST]]
    for name in ("ignore", "hits", "pid", "hart"):
        setattr(row, name, None if data[name] is None and name in ("pid", "hart") else whole(data[name], SMALL))
    row.program, row.condition = text(data["program"]), typed(data["condition"])
    row.physical, row.temporary, row.enabled = (bool(data[name]) for name in ("physical", "temporary", "enabled"))
    row.commands = [typed(each) for each in data["commands"][:MOST_NAMES]]
    row.held = bool(row.commands)
    CHECKS[kind](row, data, xlen)
    return row


def watched(row: Break, data: dict[str, Any], xlen: int) -> None:
    """A watchpoint's own fields."""
    row.low, row.high, row.access = whole(data["low"], WORD), whole(data["high"], WORD), data["access"]
    if row.access not in (READ, WRITE, ACCESS) or not 0 < row.high - row.low <= LARGEST_WATCH:
        raise ValueError("watchpoint")
    if (life := data["lifetime"]) is not None:
        numbers = [whole(life[name], WORD) for name in Lifetime._fields[:-1]]
        row.lifetime = Lifetime(*numbers, tuple(whole(each, WORD) for each in life["edges"][:3]))


def caught(row: Break, data: dict[str, Any], xlen: int) -> None:
    """A catchpoint's own fields: what was typed says it all."""
    name, *words = row.spec.split()
    row.catch, row.arguments = catches.full_name(name), catches.parse(name, words, xlen)


CHECKS = {BREAK: lambda row, data, xlen: None, WATCH: watched, CATCH: caught}


def whole(value: Any, limit: int) -> int:
    """An integer within bounds."""
    if type(value) is not int or not 0 <= value < limit:
        raise ValueError(value)
    return value


def text(value: Any) -> str:
    """Text of a length that a person could type."""
    if type(value) is not str or len(value) > LONGEST:
        raise ValueError(value)
    return value


def typed(value: Any) -> str:
    """The same of one line, without characters that hide what it says."""
    if not text(value).replace("\t", " ").isprintable():
        raise ValueError(value)
    return value


def value_of(xlen: int, number: Any, bits: Any, signed: Any, name: Any) -> Value:
    """A $name's value; its type is kept as far as it is one of C's own."""
    kind = base_type(name, xlen) if text(name) in NAMES else None
    if bits not in (8, 16, 32, 64) or (kind is not None and 8 * kind.size != bits):
        raise ValueError(bits)
    return make(whole(number, WORD), bits, bool(signed), type=kind)
