"""The blocks of `diff`."""

from __future__ import annotations

from typing import Any

from emu.debug.look.words import address, number, plural, symbol
from emu.debug.view import Facts, Line, Table
from emu.isa.paging import PTE_V, pte_flags

MOST_ROWS = 200


def entry_text(value: int) -> str:
    """An entry in short."""
    if not value & PTE_V:
        return f"swap slot {value >> 10}" if value else "none"
    return f"frame {value >> 10:#x} {pte_flags(value)}"


def blocks(session: Any, d: dict[str, Any]) -> list[Any]:
    """The same as tables."""
    xlen = session.machine.xlen
    a, b = d["from"], d["to"]
    ends = [("from", f"tick {a['tick']:,}, cycle {a['cycle']:,}"), ("to", f"tick {b['tick']:,}, cycle {b['cycle']:,}")]
    shown: list[Any] = [Facts(ends)]
    rows: list[list[Line]] = [
        [str(r["pid"]), r["register"], address(r["from"], xlen), [(address(r["to"], xlen), "changed")]]
        for r in d["registers"]
    ]
    shown.append(Table(("pid", "register", "from", "to"), rows, plural(len(rows), "register"), right=(0,)))
    cells: list[list[Line]] = [
        [
            str(r["pid"]),
            [(f"{r['va']:#x}", "addr")],
            symbol(r["symbol"]),
            str(r["bytes"]),
            r["from"][:32],
            [(r["to"][:32], "changed")],
        ]
        for r in d["memory"][:MOST_ROWS]
    ]
    shown.append(
        Table(
            ("pid", "address", "symbol", "bytes", "from", "to"),
            cells,
            plural(len(d["memory"]), "place") + " in memory",
            right=(0, 3),
        )
    )
    entries: list[list[Line]] = [
        [str(r["pid"]), [(f"{r['va']:#x}", "addr")], entry_text(r["from"]), [(entry_text(r["to"]), "changed")]]
        for r in d["pagetable"][:MOST_ROWS]
    ]
    shown.append(
        Table(
            ("pid", "page", "from", "to"),
            entries,
            plural(len(d["pagetable"]), "page-table entry", "page-table entries"),
            right=(0,),
        )
    )
    for name in ("ledger", "counters"):
        shown.append(Table((name, "difference"), [[key, number(n)] for key, n in d[name].items()], right=(1,)))
    return shown
