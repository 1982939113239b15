"""Searching memory and time: find, find next, last-write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.debug.command import Arg, Command
from emu.debug.control import scanner, writers
from emu.debug.control.setting_breaks import whole
from emu.debug.view import Table, View
from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.session import Session
    from emu.debug.value import Value

SHOWN = 20
MOST_BYTES = 4096
TYPED = tuple(f"{letter}{bits}" for letter in "ui" for bits in (8, 16, 32, 64))
OPTIONS = {
    "type=": "i32 (if not given), u8 … i64, f32, f64 or bytes",
    "all": "memory that may only be read too",
    "unaligned": "at any address",
}


def find(session: Session, value: str, type: str | None, all: bool, unaligned: bool) -> View:
    """A first look."""
    session.scan = scanner.start(session, value.strip(), type or "i32", all, unaligned)
    return found(session, session.scan)


def find_next(session: Session, condition: str) -> View:
    """Fewer places."""
    if session.scan is None:
        raise EmuError("nothing was looked for yet", hint="find 42")
    session.scan = scanner.narrow(session, session.scan, condition.strip())
    return found(session, session.scan)


def found(session: Session, scan: Any) -> View:
    """What is left."""
    rows = []
    for at, value in zip(scan.addresses[:SHOWN].tolist(), scan.values[:SHOWN].tolist(), strict=True):
        vma = session.mm.vma_at(at) if session.mm is not None else None
        area = session.mm.name_of(vma) if vma is not None else ""
        rows.append({"address": at, "value": value, "symbol": session.symbolize(at), "area": area})
    data = {"pid": scan.pid, "type": scan.kind, "round": scan.rounds, "count": len(scan.addresses), "places": rows}
    cells = [
        [[(f"{r['address']:#x}", "addr")], [(str(r["value"]), "value")], [(r["symbol"], "symbol")], r["area"]]
        for r in rows
    ]
    count = len(scan.addresses)
    title = f"{count:,} place{'' if count == 1 else 's'} in pid {scan.pid}"
    view = View("find", data, [Table(["address", "value", "symbol", "area"], cells, title, right=(1,))])
    if count > SHOWN:
        view.notes.append("find next changed, unchanged, >, < or a value narrows them down")
    elif count == 1:
        view.notes.append(
            f"set *({scan.kind if scan.kind in TYPED else 'u8'} *) {rows[0]['address']:#x} = VALUE changes it; "
            "last-write says who wrote it"
        )
    return view


def last_write(session: Session, address: Value, length: str | None) -> View:
    """Who wrote it; as many bytes as what a pointer points at has."""
    target = address.type.target if address.type is not None and address.type.kind == "pointer" else None
    count = whole("length", length) if length else min(target.size, MOST_BYTES) if target is not None else 0
    if not 0 <= count <= MOST_BYTES:
        raise EmuError(f"--length is 1 to {MOST_BYTES} bytes")
    return writers.last_write(session, address.word(session.machine.xlen), count)


COMMANDS = (
    Command(
        "find", "Search the memory of the selected process for a value; `find next` narrows the places down.", find,
        (Arg("value", "rest", help='a number, "text", bytes with --type=bytes, or ? for every place'),), (), OPTIONS,
        details="The memory scanner: find 100, let the program change it, find next 99 … until one place is left.",
        example=("programs/sum_array.s", ("until 30", "find 7", "find --type=bytes 2f 70")), group="memory",
    ),
    Command(
        "find next", "Keep only the places whose value now fits.", find_next,
        (Arg("condition", "rest", help="changed, unchanged, >, <, a value, or >= 5"),),
        example=("programs/sum_array.s", ("stepi 200", "find ?", "stepi 20", "find next changed")), group="memory",
    ),
    Command(
        "last-write", "Who wrote to an address last: an instruction, with its source, or the kernel; or nobody.",
        last_write,
        (Arg("address", "value"),), (),
        {"length=": "so many bytes (if not given, what the address points at has; else a register's width)"},
        details="Found by going back in time, and returning to where you were.",
        example=("programs/fib.s", ("break exit", "continue", "last-write $sp - 8")), group="time",
    ),
)  # fmt: skip
