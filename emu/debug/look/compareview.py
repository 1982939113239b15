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
    ends = [(name, f"tick {d[name]['tick']:,}, cycle {d[name]['cycle']:,}") for name in ("from", "to")]
    shown: list[Any] = [Facts(ends)]
    shown += [
        register_table(d["registers"], session.machine.xlen),
        memory_table(d["memory"]),
        entry_table(d["pagetable"]),
    ]
    for name in ("ledger", "counters"):
        shown.append(Table((name, "difference"), [[key, number(n)] for key, n in d[name].items()], right=(1,)))
    return shown


def register_table(found: list[dict[str, Any]], xlen: int) -> Table:
    """Registers of all tasks that differ."""
    rows: list[list[Line]] = [
        [str(r["pid"]), r["register"], address(r["from"], xlen), [(address(r["to"], xlen), "changed")]] for r in found
    ]
    return Table(("pid", "register", "from", "to"), rows, plural(len(rows), "register"), right=(0,))


def memory_table(found: list[dict[str, Any]]) -> Table:
    """Places in memory, with the first bytes of each."""
    cells: list[list[Line]] = []
    for r in found[:MOST_ROWS]:
        where: list[Line] = [str(r["pid"]), [(f"{r['va']:#x}", "addr")], symbol(r["symbol"]), str(r["bytes"])]
        cells.append([*where, r["from"][:32], [(r["to"][:32], "changed")]])
    title = plural(len(found), "place") + " in memory"
    return Table(("pid", "address", "symbol", "bytes", "from", "to"), cells, title, right=(0, 3))


def entry_table(found: list[dict[str, Any]]) -> Table:
    """Entries of page tables."""
    rows: list[list[Line]] = [
        [str(r["pid"]), [(f"{r['va']:#x}", "addr")], entry_text(r["from"]), [(entry_text(r["to"]), "changed")]]
        for r in found[:MOST_ROWS]
    ]
    title = plural(len(found), "page-table entry", "page-table entries")
    return Table(("pid", "page", "from", "to"), rows, title, right=(0,))
