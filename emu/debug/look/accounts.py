"""`ledger`, `counters`, `stat`: where the cycles went, what the hardware and the kernel counted."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from emu.debug.look.subject import hart_of, kernel_of, machine_of
from emu.debug.look.words import number, share
from emu.debug.view import Facts, Line, Table, View
from emu.errors import EmuError, did_you_mean
from emu.machine.counters import COUNTER_NAMES
from emu.machine.ledger import LEDGER

CACHES = (("l1i", "miss"), ("l1d", "read_miss write_miss"), ("l2", "miss"), ("llc", "miss"))
TLBS = (("itlb", "miss"), ("dtlb", "miss"), ("l2tlb", "miss"))


def ledger(session: Any, hart: int | None = None) -> View:
    """Every cycle under its cause, of one hart or of all; the last line is the clock, and the sum."""
    machine = machine_of(session)
    which = [hart_of(session, hart).number] if hart is not None else list(range(machine.hart_count))
    columns = {k: machine.ledger(k) for k in which}
    clocks = {k: machine.harts[k].cycle for k in which}
    totals = {cause: sum(column[cause] for column in columns.values()) for cause in LEDGER}
    whole = sum(clocks.values())
    data = {"harts": {str(k): columns[k] for k in which}, "clocks": {str(k): clocks[k] for k in which}, "total": totals}
    rows: list[list[Line]] = []
    for cause in sorted(LEDGER, key=lambda cause: -totals[cause]):
        if totals[cause]:
            cells = [number(columns[k][cause]) for k in which]
            rows.append([cause, *cells, share(totals[cause], whole), [(LEDGER[cause], "dim")]])
    rows.append(["clock", *(number(clocks[k]) for k in which), "100.0 %" if whole else "", ""])
    names = ("cause", *(f"hart {k}" for k in which), "share", "meaning")
    return View("ledger", data, [Table(names, rows, right=range(1, len(which) + 2))])


def counters(
    session: Any, pattern: str | None = None, hart: int | None = None, since: dict[str, int] | None = None
) -> View:
    """Hardware counters whose names fit (all that are not zero, without a pattern); `since`: values to subtract."""
    machine = machine_of(session)
    values = machine.counters(None if hart is None else hart_of(session, hart).number)
    chosen = [name for name in COUNTER_NAMES if fits(name, pattern)]
    if not chosen:
        hint = did_you_mean(pattern or "", COUNTER_NAMES) or "a name or pattern: dtlb.*, *miss*"
        raise EmuError(f"no counter is called {pattern!r}", hint=hint)
    shown = {name: values[name] - (since or {}).get(name, 0) for name in chosen}
    rows = [[name, number(value)] for name, value in shown.items() if value or pattern]
    data = {"hart": hart, "counters": shown, "values": values}
    return View("counters", data, [Table(("counter", "since the last time" if since else "count"), rows, right=(1,))])


def fits(name: str, pattern: str | None) -> bool:
    """A name, a unit (`dtlb`), or a pattern."""
    return pattern is None or fnmatchcase(name, pattern) or name.startswith(f"{pattern}.")


def stat(session: Any) -> View:
    """The run so far in figures."""
    machine, kernel = machine_of(session), kernel_of(session)
    counts, accounts = machine.counters(), kernel.stats()
    cycles = max((hart.cycle for hart in machine.harts), default=0)
    retired = counts["insn.retired"]
    data = {
        "instructions": retired,
        "cycles": cycles,
        "ipc": round(retired / cycles, 4) if cycles else None,
        "caches": {name: rate(counts, name, misses) for name, misses in CACHES},
        "tlbs": {name: rate(counts, name, misses) for name, misses in TLBS},
        "walks": counts["walk.count"],
        "kernel": accounts,
    }
    rows: list[tuple[str, Line]] = [
        ("instructions", number(retired)),
        ("cycles", number(cycles)),
        ("per cycle", f"{data['ipc']:.3f}" if data["ipc"] is not None else ""),
        ("page walks", number(counts["walk.count"])),
    ]
    rows += [(f"{kind} faults", number(count)) for kind, count in accounts["faults"].items()]
    rows += [(f"{name}()", number(count)) for name, count in accounts["syscalls"].items()]
    rows += [("context switches", number(accounts["context_switches"]))]
    rows += [("free memory", f"{accounts['memory_pages']['free']:,} of {accounts['memory_pages']['total']:,} pages")]
    hits = [
        [name, number(row["accesses"]), number(row["misses"]), share(row["accesses"] - row["misses"], row["accesses"])]
        for name, row in {**data["caches"], **data["tlbs"]}.items()
    ]
    return View("stat", data, [Facts(rows), Table(("unit", "accesses", "misses", "hit rate"), hits, right=(1, 2, 3))])


def rate(counts: dict[str, int], unit: str, misses: str) -> dict[str, int]:
    """Accesses and misses of a unit."""
    return {
        "accesses": counts[f"{unit}.access"],
        "misses": sum(counts[f"{unit}.{name}"] for name in misses.split()),
    }
