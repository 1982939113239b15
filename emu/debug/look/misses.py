"""`misses`: misses of data caches and TLBs by class: cold, capacity, conflict, true and false sharing, flushed."""

from __future__ import annotations

from typing import Any

from emu.debug.look import caches, tlbwatch
from emu.debug.look.misswatch import Miss, Watch
from emu.debug.look.observe import listening, travel
from emu.debug.look.subject import machine_of
from emu.debug.look.words import number, plural, symbol
from emu.debug.view import Facts, Line, Table, View

CLASSES = {
    "cold": "the first use of the line by this hart",
    "capacity": "more lines were in use since than the cache has",
    "conflict": "only its set was full: a fully associative cache would have kept it",
    "true sharing": "another hart wrote what is wanted now",
    "false sharing": "another hart wrote other bytes of the same line",
}
WINDOW = 30_000
MOST_ROWS = 50


def misses(session: Any, ticks: int = WINDOW) -> View:
    """Misses of L1D in the last ticks by class, by symbol and by instruction; false sharing with both symbols."""
    machine = machine_of(session)
    caches.levels(machine)
    begin = max(session.engine.start_tick, session.engine.tick - ticks)
    count = session.engine.tick - begin
    with travel(session, begin), listening(session, lambda record: None, ("tlb_flush",)):
        watch = Watch(session)
        for _ in range(count):
            if not watch.step():
                break
    totals = {kind: sum(miss.kind == kind for miss in watch.misses) for kind in CLASSES}
    rows = grouped(session, watch.misses)
    data = {
        "from_tick": begin,
        "ticks": count,
        "accesses": watch.accesses,
        "classes": totals,
        "dtlb": watch.tlb.classes,
        "by_place": rows,
        "sharing": sharing(watch.misses),
    }
    return View(
        "misses", data, blocks(data), [] if begin == session.engine.start_tick else [f"of the last {count:,} ticks"]
    )


def grouped(session: Any, found: list[Miss]) -> list[dict[str, Any]]:
    """By data symbol and instruction, the most first."""
    groups: dict[tuple[str, int, str], int] = {}
    for miss in found:
        key = miss.name.partition("+")[0], miss.pc, miss.kind
        groups[key] = groups.get(key, 0) + 1
    ranked = sorted(groups.items(), key=lambda item: -item[1])
    return [
        {
            "what": name,
            "pc": pc,
            "symbol": session.symbolize(pc),
            "class": kind,
            "count": n,
            "source": place(session, pc),
        }
        for (name, pc, kind), n in ranked
    ]


def place(session: Any, pc: int) -> str:
    """file:line."""
    source = session.source(pc)
    return f"{source[0]}:{source[1]}" if source else ""


def sharing(found: list[Miss]) -> list[dict[str, Any]]:
    """Which symbols of which harts fight for a line."""
    pairs: dict[tuple[str, int, str, int, str], int] = {}
    for miss in found:
        if miss.other is not None:
            key = miss.kind, miss.hart, miss.name, miss.other[0], miss.other[1]
            pairs[key] = pairs.get(key, 0) + 1
    return [
        {"class": kind, "hart": hart, "wants": name, "other_hart": other, "wrote": theirs, "count": n}
        for (kind, hart, name, other, theirs), n in sorted(pairs.items(), key=lambda item: -item[1])
    ]


def blocks(data: dict[str, Any]) -> list[Any]:
    """The same as tables; the data TLB and shared lines only where there is something to tell."""
    total = sum(data["classes"].values())
    seen = f"{plural(total, 'miss', 'misses')} in {plural(data['accesses'], 'access', 'accesses')}"
    columns = ("class", "misses", "meaning")
    classes = [[kind, number(n), CLASSES[kind]] for kind, n in data["classes"].items()]
    shown: list[Any] = [Facts([("l1d", seen)]), Table(columns, classes, right=(1,))]
    pages = [[kind, number(n), tlbwatch.CLASSES[kind]] for kind, n in data["dtlb"].items() if n]
    if pages:
        shown.append(Table(columns, pages, "data TLB", right=(1,)))
    shown.append(place_table(data["by_place"][:MOST_ROWS]))
    if data["sharing"]:
        shown.append(sharing_table(data["sharing"][:MOST_ROWS]))
    return shown


def place_table(found: list[dict[str, Any]]) -> Table:
    """Which data, and which instruction wanted it."""
    rows: list[list[Line]] = []
    for r in found:
        where: list[Line] = [[(f"{r['pc']:#x}", "addr")], symbol(r["symbol"]), r["source"]]
        rows.append([number(r["count"]), r["class"], symbol(r["what"]), *where])
    return Table(("misses", "class", "data", "pc", "in", "source"), rows, right=(0,))


def sharing_table(found: list[dict[str, Any]]) -> Table:
    """Who lost a line to whom."""
    rows: list[list[Line]] = []
    for r in found:
        mine: list[Line] = [f"hart {r['hart']}", symbol(r["wants"])]
        rows.append([number(r["count"]), r["class"], *mine, f"hart {r['other_hart']}", symbol(r["wrote"])])
    columns = ("misses", "class", "who", "wanted", "because of", "which wrote")
    return Table(columns, rows, "shared lines", right=(0,))
