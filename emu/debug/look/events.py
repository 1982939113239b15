"""`events` and `bus`: what the hardware and the kernel did, on one clock, by living through the last stretch again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emu.debug.look import told
from emu.debug.look.relive import Lived, relive
from emu.debug.look.subject import machine_of
from emu.debug.look.words import number, symbol
from emu.debug.view import Line, Table, View
from emu.errors import EmuError, did_you_mean
from emu.kernel.trace import KINDS as KERNEL
from emu.machine.kinds import GROUPS
from emu.machine.kinds import KINDS as HARDWARE

WINDOW = 20_000
MOST_ROWS = 200


def parse(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """'walk,fault' -> (hardware kinds, kernel kinds); groups are `kernel` and the hardware's. EmuError."""
    hardware: set[str] = set()
    kernel: set[str] = set()
    for word in filter(None, text.replace(",", " ").lower().split()):
        if word in ("kernel", "all"):
            kernel.update(KERNEL)
        if word in GROUPS:
            hardware.update(GROUPS[word])
        elif word in HARDWARE:
            hardware.add(word)
        elif word in KERNEL:
            kernel.add(word)
        elif word != "kernel":
            known = (*GROUPS, "kernel", *HARDWARE, *KERNEL)
            raise EmuError(
                f"no event is called {word!r}", hint=did_you_mean(word, known) or "groups: kernel, " + ", ".join(GROUPS)
            )
    return frozenset(hardware), frozenset(kernel)


def events(
    session: Any, text: str | None = None, ticks: int = WINDOW, keep: Callable[[Any], bool] = lambda what: True
) -> View:
    """Events of these kinds (without a filter: traps, TLB, and all of the kernel's) in the last ticks."""
    machine_of(session)
    hardware, kernel = parse(text or "tlb trap kernel")
    begin = max(session.engine.start_tick, session.engine.tick - ticks)
    lived = relive(session, begin, kernel, hardware, keep)
    rows = [row(session, each) for each in lived]
    counts: dict[str, int] = {}
    for each in rows:
        counts[each["kind"]] = counts.get(each["kind"], 0) + 1
    data = {"from_tick": begin, "counts": counts, "events": rows}
    notes = [f"the last {MOST_ROWS} of {len(rows):,}; `--json` has all"] if len(rows) > MOST_ROWS else []
    if lived.lost:
        notes.append(f"{lived.lost:,} older ones are no longer kept")
    if begin != session.engine.start_tick:
        notes.append(f"of the last {ticks:,} ticks; --ticks=N looks further back")
    return View("events", data, [table(rows), summary(counts)], notes)


def row(session: Any, lived: Lived) -> dict[str, Any]:
    """One event or record."""
    what = lived.what
    if hasattr(what, "fields"):
        text = told.words(what, session.machine.xlen)
        pc = what.fields.get("pc", 0) or 0
        return shape(session, lived.tick, what.cycle, what.hart, what.pid, pc, what.kind, text)
    pc = what.pc & session.kernel.xlen_mask
    return shape(session, lived.tick, what.cycle, what.hart, None, pc, what.kind, told.describe(what))


def shape(
    session: Any, tick: int, cycle: int, hart: int, pid: int | None, pc: int, kind: str, text: str
) -> dict[str, Any]:
    """A row as data."""
    name = (session.symbol_at(pc, pid, tick) if pid else session.symbolize(pc)) if pc else ""
    return {
        "cycle": cycle,
        "tick": tick,
        "hart": hart,
        "pid": pid,
        "pc": pc,
        "symbol": name,
        "kind": kind,
        "text": text,
    }


def table(rows: list[dict[str, Any]]) -> Table:
    """The newest of them."""
    cells: list[list[Line]] = [
        [
            number(r["cycle"]),
            number(r["tick"]),
            str(r["hart"]),
            "" if r["pid"] is None else str(r["pid"]),
            [(f"{r['pc']:#x}", "addr")] if r["pc"] else "",
            symbol(r["symbol"]),
            r["kind"],
            r["text"],
        ]
        for r in rows[-MOST_ROWS:]
    ]
    return Table(("cycle", "tick", "hart", "pid", "pc", "where", "event", "what"), cells, right=(0, 1, 2, 3))


def summary(counts: dict[str, int]) -> Table:
    """How many of each kind."""

    def meaning(kind: str) -> str:
        return told.MEANINGS.get(kind) or KERNEL[kind][1]

    ranked = sorted(counts.items(), key=lambda item: -item[1])
    cells = [[kind, number(n), [(meaning(kind), "dim")]] for kind, n in ranked]
    return Table(("kind", "count", "meaning"), cells, right=(1,))


def bus(session: Any, ticks: int = WINDOW) -> View:
    """Transactions between the caches and memory in the last ticks; of MESI those that take a copy a right."""
    view = events(session, "bus coherence", ticks, lambda what: what.kind != "mesi" or what.c >> 4)
    view.name = "bus"
    counts = {name: n for name, n in session.machine.counters().items() if name.startswith(("bus.", "dram."))}
    view.data["counters"] = counts
    cells = [[name, number(n)] for name, n in counts.items()]
    view.blocks.append(Table(("counter", "count"), cells, "since the start", right=(1,)))
    return view
