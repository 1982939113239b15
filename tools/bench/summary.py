"""From runs to figures: rates, ratios to the peers, geometric means, goals. Plain dicts, ready for JSON."""

from __future__ import annotations

import math
from typing import Any

from .collect import Results
from .engines import TIMINGS
from .measure import geometric_mean
from .workloads import BY_NAME, WORKLOADS

PEER_NAMES = ("qemu", "unicorn", "unicorn-hook", "rvsim")


def rate(results: Results, workload: str, engine: str) -> float:
    """The median rate in instructions a second; NaN if it was not measured."""
    result = results.get((workload, engine))
    return result.rate if result and result.runs else math.nan


def rates(results: Results) -> dict[str, dict[str, float]]:
    """Rates by workload and engine, of those that ran."""
    table: dict[str, dict[str, float]] = {}
    for (workload, engine), result in results.items():
        if result.runs:
            table.setdefault(workload, {})[engine] = result.rate
    return table


def means(results: Results) -> dict[str, float]:
    """The geometric mean of the integer workloads for each engine that ran all of them."""
    integer = [w.name for w in WORKLOADS if w.integer]
    engines = dict.fromkeys(engine for _, engine in results)
    found = {engine: [rate(results, name, engine) for name in integer] for engine in engines}
    return {e: geometric_mean(values) for e, values in found.items() if not any(map(math.isnan, values))}


def ratios(results: Results) -> dict[str, dict[str, float]]:
    """By workload and peer: how many times the peer's rate the machine reaches with timing full."""
    table: dict[str, dict[str, float]] = {}
    for workload, row in rates(results).items():
        full = row.get("full", math.nan)
        found = {peer: full / row[peer] for peer in PEER_NAMES if peer in row}
        if found and "full" in row:
            table[workload] = found
    return table


def goals(results: Results) -> list[dict[str, Any]]:
    """The figures that the machine was built to reach, and those of this run; what it did not measure is left out."""
    mean = means(results)
    targets = {"full": (200, 300), "simple": (250,), "off": (400,)}
    rows = [
        goal(f"geometric mean, timing {timing}", mean.get(timing, math.nan) / 1e6, target)
        for timing in reversed(TIMINGS)
        for target in targets[timing]
    ]
    rows += [slowest_goal(results), harts_goal(results), hook_goal(results)]
    return [row for row in rows if not math.isnan(row["measured"])]


def goal(what: str, measured: float, target: float, note: str = "") -> dict[str, Any]:
    """One row."""
    return {"goal": what, "target": target, "measured": measured, "met": measured >= target, "note": note}


def slowest_goal(results: Results) -> dict[str, Any]:
    """No single-hart workload may be slow, but for those that the host's memory holds up."""
    names = [w.name for w in WORKLOADS if w.harts == 1 and not w.host_bound and (w.name, "full") in results]
    slow = {name: rate(results, name, "full") / 1e6 for name in names}
    below = ", ".join(f"{name} {value:.0f}" for name, value in slow.items() if value < 80)
    return goal("slowest workload but chase, timing full", min(slow.values(), default=math.nan), 80, below)


def harts_goal(results: Results) -> dict[str, Any]:
    """Four harts together."""
    several = {w: rate(results, w, "full") / 1e6 for w, e in results if e == "full" and BY_NAME[w].harts > 1}
    note = ", ".join(f"{name} {value:.0f}" for name, value in several.items())
    return goal("four harts in total, timing full", min(several.values(), default=math.nan), 100, note)


def hook_goal(results: Results) -> dict[str, Any]:
    """Against what people do in Python today."""
    found = {w: row["unicorn-hook"] for w, row in ratios(results).items() if w != "alu" and "unicorn-hook" in row}
    below = ", ".join(f"{name} {value:.1f}" for name, value in found.items() if value < 20)
    return goal(
        "times Unicorn with a Python memory hook, all but alu", min(found.values(), default=math.nan), 20, below
    )
