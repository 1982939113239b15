"""From runs to figures: rates, ratios to the peers, geometric means, goals. Plain dicts, ready for JSON."""

from __future__ import annotations

import math
from typing import Any

from .collect import Results
from .engines import TIMINGS
from .measure import geometric_mean
from .workloads import WORKLOADS

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
    rows += [slowest_goal(results), float_goal(results), harts_goal(results), hook_goal(results)]
    return [row for row in rows if not math.isnan(row["measured"])]


def goal(what: str, measured: float, target: float, note: str = "") -> dict[str, Any]:
    """One row."""
    return {"goal": what, "target": target, "measured": measured, "met": measured >= target, "note": note}


def least(values: dict[str, float]) -> float:
    """The smallest; NaN if one was not measured, or none."""
    return math.nan if any(map(math.isnan, values.values())) else min(values.values(), default=math.nan)


def listed(values: dict[str, float], below: float = math.inf) -> str:
    """Names and figures, of those that are below a goal."""
    return ", ".join(f"{name} {value:.3g}" for name, value in values.items() if value < below)


def slowest_goal(results: Results) -> dict[str, Any]:
    """No single-hart workload may be slow, but for those that the host's memory holds up."""
    names = [w.name for w in WORKLOADS if w.harts == 1 and not w.host_bound]
    found = {name: rate(results, name, "full") / 1e6 for name in names}
    return goal("slowest workload but chase, timing full", least(found), 80, listed(found, 80))


def float_goal(results: Results) -> dict[str, Any]:
    """Floating point may cost, but not much."""
    mean = means(results).get("full", math.nan)
    found = {w.name: rate(results, w.name, "full") / mean for w in WORKLOADS if w.floating}
    return goal("slowest floating-point workload, of the integer mean", least(found), 0.333, listed(found))


def harts_goal(results: Results) -> dict[str, Any]:
    """Four harts together."""
    found = {w.name: rate(results, w.name, "full") / 1e6 for w in WORKLOADS if w.harts > 1}
    return goal("four harts in total, timing full", least(found), 100, listed(found))


def hook_goal(results: Results) -> dict[str, Any]:
    """Against what people do in Python today."""
    table = ratios(results)
    names = [w.name for w in WORKLOADS if w.harts == 1 and w.name not in ("alu", "mandelbrot")]
    found = {name: table.get(name, {}).get("unicorn-hook", math.nan) for name in names}
    return goal("times Unicorn with a Python memory hook, all that load or store", least(found), 20, listed(found, 20))
