"""The document of `stat.collect` as tables. Unknown units and counters are shown too, under their own names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from emu.machine.ledger import LEDGER
from emu.report.glossary import COUNTERS
from emu.report.stat import misses
from emu.report.table import MEANING, Cell, Table, percent, shares

COLUMNS = ("access", "hit", "miss", "hit rate", "evict", "write_back", "write_through")
LABELS = ("accesses", "hits", "misses", "hit rate", "evictions", "write-backs", "write-throughs")


def tables(document: Mapping[str, Any], hart: int | None = None) -> list[Table]:
    """All tables of the report: of the total, or of one hart."""
    part = document["total"] if hart is None else document["harts"][hart]
    found = [overview(document, part), *instructions(part), *units("caches", part, False), *units("TLBs", part, True)]
    found += [events(part), kernel(document["kernel"]), processes(document["kernel"]), ledger(part)]
    if hart is None and len(document["harts"]) > 1:
        found.append(harts(document["harts"]))
    return [table for table in found if table.rows]


def overview(document: Mapping[str, Any], part: Mapping[str, Any]) -> Table:
    """The figures that come first."""
    rows: list[tuple[str, Cell]] = [("exit", exit_text(document["exit"]))]
    rows += [("instructions", part["instructions"]), ("cycles", part["cycles"])]
    if len(document["harts"]) > 1 and "elapsed" in part:
        rows.append(("cycles elapsed", part["elapsed"]))
    rows.append(("instructions per cycle", f"{part['ipc']:.3f}"))
    host = document.get("host")
    if host:
        rows += [("host seconds", f"{host['seconds']:.3f}"), ("host million insn/s", f"{host['mips']:.1f}")]
    return Table(document["program"]["path"], ("", ""), rows)


def exit_text(exit: Mapping[str, Any]) -> str:
    """How it ended, in words."""
    if exit["signal"]:
        return f"signal {exit['signal']}"
    return f"status {exit['status']}" if exit["reason"] == "exited" else f"stopped: {exit['reason']}"


def instructions(part: Mapping[str, Any]) -> Iterator[Table]:
    """Instructions by kind, those that occurred, as shares of all; mispredictions as a share of the branches."""
    events = dict(part["counters"].get("insn", {}))
    retired = events.pop("retired", 0) or part["instructions"]
    branches = events.get("branch", 0)
    rows = []
    for event, count in ((event, count) for event, count in events.items() if count):
        whole, of = (branches, "of branches") if event == "mispredict" else (retired, "of instructions")
        share = percent(count, whole)
        rows.append((event, count, f"{share} {of}" if share else None))
    yield Table("instructions", ("kind", "count", "share"), rows)


def units(title: str, part: Mapping[str, Any], tlb: bool) -> Iterator[Table]:
    """Everything that is accessed and hits or misses: a row for each cache, or each TLB."""
    chosen = [unit for unit, events in part["counters"].items() if "access" in events and unit.endswith("tlb") == tlb]
    grid = [unit_cells(part["counters"][unit]) for unit in chosen]
    used = [i for i, _ in enumerate(COLUMNS) if any(cells[i] is not None for cells in grid)]
    rows = [(unit, *(cells[i] for i in used)) for unit, cells in zip(chosen, grid, strict=True)]
    yield Table(title, (title[:-1], *(LABELS[i] for i in used)), rows)


def unit_cells(events: Mapping[str, int]) -> list[Cell]:
    """One unit's row, by COLUMNS."""
    accesses, missed = events["access"], misses(events)
    known = {"hit": accesses - missed, "miss": missed, "hit rate": percent(accesses - missed, accesses)}
    return [known.get(column, events.get(column)) for column in COLUMNS]


def events(part: Mapping[str, Any]) -> Table:
    """Everything else that happened at least once: walks, the bus, memory, locks, and the caches' details."""
    rows = [
        (f"{unit}.{event}", count, COUNTERS.get(f"{unit}.{event}"))
        for unit, found in part["counters"].items()
        for event, count in found.items()
        if count and unit != "insn" and not ("access" in found and event in COLUMNS)
    ]
    return Table("events", ("event", "count", MEANING), rows)


def kernel(accounts: Mapping[str, Any]) -> Table:
    """The kernel's accounts, whatever it keeps: single figures, and groups of them as `group.name`.

    A group of zeroes is left out: what did not happen needs no rows.
    """
    rows = []
    for key, value in accounts.items():
        if key in ("processes", "proc"):  # shown elsewhere
            continue
        group = value.items() if isinstance(value, Mapping) else [(None, value)]
        if isinstance(value, Mapping) and not any(value.values()):
            continue
        rows += [(key if name is None else f"{key}.{name}", figure(n)) for name, n in group]
    return Table("kernel", ("account", "count"), rows)


PROCESS = {
    "vsz_kb": "VSZ kB", "peak_rss_kb": "peak RSS", "swap_kb": "swap kB", "minor_faults": "minflt",
    "major_faults": "majflt", "cycles": "cycles",
}  # fmt: skip


def processes(accounts: Mapping[str, Any]) -> Table:
    """A row for each process, of those that ended as they were at their end."""
    rows = []
    for each in accounts.get("processes", []):
        ended = f"signal {each['signal']}" if each["signal"] else f"status {each['status']}"
        state = ended if each["state"] in ("exited", "killed") else each["state"]
        rows.append((f"{each['pid']} {each['name']}", str(each["ppid"]), *(each[key] for key in PROCESS), state))
    return Table("processes", ("process", "parent", *PROCESS.values(), "end"), rows)


def figure(value: Any) -> Cell:
    """A figure as it is; anything else as text."""
    return value if isinstance(value, int | float | str) else str(value)


def ledger(part: Mapping[str, Any]) -> Table:
    """Where the cycles went: largest first, without causes that cost nothing; the sum is the clock."""
    used = sorted(((cause, n) for cause, n in part["ledger"].items() if n), key=lambda item: -item[1])
    clock = sum(n for _, n in used)
    parts = shares([n for _, n in used], clock)
    rows = [(cause, n, share, LEDGER.get(cause)) for (cause, n), share in zip(used, parts, strict=True)]
    rows.append(("clock", part["cycles"], "100.0 %" if clock else None, None))
    return Table("where the cycles went", ("cause", "cycles", "share", MEANING), rows, total=True)


def harts(each: list[Mapping[str, Any]]) -> Table:
    """One row a hart: what tells them apart."""
    columns = ("hart", "instructions", "cycles", "IPC", "l1d misses", "dtlb misses", "invalidations", "idle")
    rows = [
        (
            str(hart["hart"]), hart["instructions"], hart["cycles"], f"{hart['ipc']:.3f}",
            misses(hart["counters"].get("l1d", {})), misses(hart["counters"].get("dtlb", {})),
            hart["counters"].get("bus", {}).get("invalidate"), hart["ledger"].get("idle"),
        )
        for hart in each
    ]  # fmt: skip
    return Table("harts", columns, rows)
