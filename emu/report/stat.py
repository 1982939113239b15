"""`emu stat`: what a run cost, as one dict. `schema` lists its fields; the views and JSON both start here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

SCHEMA = "emu.stat/1"

Counters = dict[str, dict[str, int]]


def collect(
    machine: Any, kernel: Any, exit: Any, *, program: Mapping[str, Any], about: Mapping[str, Any]
) -> dict[str, Any]:
    """The whole document. `program` and `about` say what ran and on which machine; `exit` is the kernel's Exit."""
    harts = [hart_figures(i, machine.counters(i), machine.ledger(i), hart) for i, hart in enumerate(machine.harts)]
    return {
        "schema": SCHEMA,
        "program": dict(program),
        "machine": dict(about),
        "exit": {"reason": exit.reason, "status": exit.status, "signal": exit.signal, "code": exit.code},
        "fault": fault_dict(exit),
        "total": total_figures(harts),
        "harts": harts,
        "kernel": kernel.stats(),
    }


def fault_dict(exit: Any) -> dict[str, Any] | None:
    """The fault card of a run that a fault ended, else None."""
    return exit.card.as_dict() if exit.card is not None else None


def hart_figures(index: int, counters: Mapping[str, int], ledger: Mapping[str, int], hart: Any) -> dict[str, Any]:
    """One hart: its clock, its counters by unit, what follows from them, and its ledger."""
    return {"hart": index, **figures(int(hart.instret), int(hart.cycle), by_unit(counters), dict(ledger))}


def total_figures(harts: list[dict[str, Any]]) -> dict[str, Any]:
    """The sum over all harts; `elapsed` is the clock of the one furthest on."""
    counters = sum_nested(hart["counters"] for hart in harts)
    ledger = sum_flat(hart["ledger"] for hart in harts)
    instructions, cycles = (sum(hart[key] for hart in harts) for key in ("instructions", "cycles"))
    elapsed = max((hart["cycles"] for hart in harts), default=0)
    return {"elapsed": elapsed, **figures(instructions, cycles, counters, ledger)}


def figures(instructions: int, cycles: int, counters: Counters, ledger: dict[str, int]) -> dict[str, Any]:
    """What a hart and the total have in common."""
    return {
        "instructions": instructions,
        "cycles": cycles,
        "ipc": round(instructions / cycles, 4) if cycles else 0.0,
        "counters": counters,
        "hit_rates": hit_rates(counters),
        "ledger": ledger,
    }


def by_unit(counters: Mapping[str, int]) -> Counters:
    """`{"l1d.read_miss": 3}` → `{"l1d": {"read_miss": 3}}`, in the given order."""
    grouped: Counters = {}
    for name, value in counters.items():
        unit, _, event = name.partition(".")
        grouped.setdefault(unit, {})[event or "count"] = int(value)
    return grouped


def misses(events: Mapping[str, int]) -> int:
    """All misses of a unit: `miss`, `read_miss` + `write_miss` …"""
    return sum(value for event, value in events.items() if event.endswith("miss"))


def hit_rates(counters: Counters) -> dict[str, float | None]:
    """Hits / accesses of each unit that counts accesses; None where there were none."""
    units = {unit: events for unit, events in counters.items() if "access" in events}
    return {
        unit: round(1 - misses(events) / events["access"], 6) if events["access"] else None
        for unit, events in units.items()
    }


def sum_flat(dicts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Key by key; keys keep the order in which they first appear."""
    total: dict[str, int] = {}
    for each in dicts:
        for key, value in each.items():
            total[key] = total.get(key, 0) + value
    return total


def sum_nested(dicts: Iterable[Counters]) -> Counters:
    """As sum_flat, one level deeper."""
    each = list(dicts)
    units = list(dict.fromkeys(unit for counters in each for unit in counters))
    return {unit: sum_flat(counters.get(unit, {}) for counters in each) for unit in units}
