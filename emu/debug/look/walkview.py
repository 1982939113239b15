"""The blocks of `walk`: the address in binary, the entries, the page, and the table of verdicts."""

from __future__ import annotations

from typing import Any

from emu.debug.look.words import address, plural
from emu.debug.view import Facts, Line, Table, Text
from emu.isa.paging import PTE_LETTERS
from emu.kernel.mm.mm import Mm


def blocks(session: Any, mm: Mm, data: dict[str, Any]) -> list[Table | Text | Facts]:
    """All of them."""
    entries = table(mm, data["entries"])
    return [head(session, data), drawing(data["split"]), entries, facts(data), verdicts(data["outcomes"])]


def head(session: Any, data: dict[str, Any]) -> Table:
    """crash's first two lines: VIRTUAL and PHYSICAL."""
    physical: Line = [(f"{data['pa']:#x}", "addr")] if data["pa"] is not None else [(data["state"], "warn")]
    name = session.symbolize(data["va"]) if data["pid"] == session.pid else ""
    row = [[(address(data["va"], session.machine.xlen), "addr")], physical, [(name, "symbol")]]
    return Table(("virtual", "physical", "symbol"), [row])


def drawing(split: list[dict[str, Any]]) -> Text:
    """The address cut into its fields, in binary and decimal."""
    fields = [(part["level"], f"{part['index']:0{part['bits']}b}", str(part["index"])) for part in split]
    widths = [max(map(len, field)) for field in fields]
    rows = ["  ".join(field[k].rjust(w) for field, w in zip(fields, widths, strict=True)) for k in range(3)]
    plain = [f"{name} bits {bits} index {index}" for name, bits, index in fields]
    return Text([[(rows[0], "head")], rows[1], rows[2]], plain=plain)


def table(mm: Mm, entries: list[dict[str, Any]]) -> Table:
    """Each entry on the way."""
    digits = 2 + 2 * mm.scheme.pte_size
    rows = [
        [
            [(f"{e['level']}[{e['index']}]", "level")],
            [(f"{e['address']:#x}", "addr")],
            [(f"{e['value']:#0{digits}x}", "value")],
            e["flags"],
            e["says"],
            [(e["found_in"], "dim")],
        ]
        for e in entries
    ]
    return Table(("entry", "at", "value", PTE_LETTERS[::-1], "says", "found in"), rows, title=mm.scheme.name)


def facts(data: dict[str, Any]) -> Facts:
    """The area and the page."""
    rows: list[tuple[str, Line]] = [("state", data["state"])]
    if data["area"]:
        a = data["area"]
        where = f", offset {a['offset']:#x}" if a["offset"] is not None else ""
        rows.append(("area", f"{a['start']:#x}-{a['end']:#x} {a['rights']} {a['name']}{where}"))
    if data["page"]:
        p = data["page"]
        users = plural(p["mapcount"], "mapping")
        rows.append(
            (
                "page",
                f"pfn {p['pfn']} ({p['pfn']:#x}) in {p['zone']}: {p['kind']}, {users}, refcount {p['refcount']}, "
                f"{p['flags'] or 'no flags'}",
            )
        )
    return Facts(rows)


def verdicts(rows: list[dict[str, Any]]) -> Table:
    """What each access would meet."""
    cells = []
    for row in rows:
        good = row["kind"] in ("none",)
        end = f"{row['signal']} ({row['code']}): {row['what']}" if row["signal"] else row["what"]
        cost = str(row["cycles"]) + (f" + {row['wait']} for the disk" if row["wait"] else "") if row["cycles"] else ""
        bad = row["signal"] or row["kind"] in ("efault", "never")
        style = "good" if good else "bad" if bad else "warn"
        cells.append(
            [
                row["access"],
                row["mode"],
                [(row["kind"], style)],
                end,
                " > ".join(name for name in row["path"] if name != "handle_mm_fault"),
                cost,
            ]
        )
    return Table(("access", "by", "fault", "what would happen", "kernel path", "cycles"), cells, right=(5,))
