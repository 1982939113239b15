"""`x` of a structure: its members, each with its address, one after the other."""

from __future__ import annotations

from typing import Any

from emu.debug.look.subject import machine_of, mm_of
from emu.debug.look.words import address
from emu.debug.source.spelling import cut, spell
from emu.debug.source.types import Type
from emu.debug.view import Table, View
from emu.errors import EmuError

DEEPEST, MOST = 6, 400


def structure(session: Any, kind: Type, at: int, count: int = 1) -> View:
    """`count` of them from an address on. EmuError if there is no memory at all."""
    mm_of(session)
    if session.read(at, max(kind.size, 1)) is None:
        raise EmuError(f"can't read {at:#x}: no page is there", hint=f"`walk {at:#x}` shows why")
    rows: list[dict[str, Any]] = []
    for index in range(count):
        begin = at + index * kind.size
        add(session, rows, kind, begin, f"[{index}]" if count > 1 else "", 0)
    for row in rows:
        row["offset"] = row["address"] - at
    xlen = machine_of(session).xlen
    cells = [
        [[(address(row["address"], xlen), "addr")], str(row["offset"]), [(row["member"], "symbol")], row["type"],
         [(row["value"], "value")]]
        for row in rows
    ]  # fmt: skip
    table = Table(["address", "offset", "member", "type", "value"], cells, title=f"{kind.name}", right=(1,))
    data = {"address": at, "type": kind.name, "size": kind.size, "members": rows, "next": at + count * kind.size}
    notes = ["more members are left out"] if len(rows) >= MOST else []
    return View("memory", data, [table], notes)


def add(session: Any, rows: list[dict[str, Any]], kind: Type, at: int, path: str, depth: int) -> None:
    """The parts of a structure; of an array that is no text its elements."""
    for member in kind.members:
        name = f"{path}.{member.name}" if path and member.name else path or member.name
        inside = at + member.at
        if member.type.kind in ("struct", "union") and member.type.members and depth < DEEPEST:
            add(session, rows, member.type, inside, name if not member.is_base else path, depth + 1)
        elif len(rows) < MOST:
            data = session.read(at, kind.size)
            value = spell(member.type, cut(member, data) if data is not None else None, session.read)
            bits = f" : {member.bits}" if member.bits else ""
            rows.append(
                {"address": inside, "offset": 0, "member": name, "type": member.type.name + bits, "value": value}
            )
