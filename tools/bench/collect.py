"""Run what was chosen, and keep the results. Engines take turns, so that a drift of the host's speed meets all."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from .engines import PEERS, Engine, can_run, once
from .measure import Result
from .ours import Failed

Results = dict[tuple[str, str], Result]
ENOUGH = 5.0  # seconds after which a slow engine is not run again


def collect(workloads: Iterable[str], engines: Iterable[Engine], repeats: int, scale: str | None, xlen: int) -> Results:
    """Results by (workload, engine). `scale` overrides the engines' own."""
    results: Results = {}
    chosen = list(engines)
    for workload in workloads:
        for turn in range(repeats):
            for engine in chosen:
                if can_run(engine, workload, xlen):
                    one_more(results, workload, engine, scale or engine.scale, xlen, turn)
        progress("")
    return results


def one_more(results: Results, workload: str, engine: Engine, scale: str, xlen: int, turn: int) -> None:
    """Run once, unless the runs before have taken long enough. A run that fails costs only its own figure."""
    result = results.setdefault((workload, engine.name), Result(workload, engine.name, scale))
    if result.error or sum(run.seconds for run in result.runs) > ENOUGH:
        return
    progress(f"{workload} on {engine.name}, run {turn + 1}")
    try:
        result.runs.append(once(engine, workload, scale, xlen))
    except Exception as error:
        result.error = failure(error)


def failure(error: Exception) -> str:
    """What went wrong, in a line; a wrong checksum or trap is our own finding, anything else has its type named."""
    text = " ".join(str(error).split())
    return text if isinstance(error, Failed) else f"{type(error).__name__}: {text}"


def present_peers(xlen: int) -> list[Engine]:
    """The peers that are installed and know the width."""
    return [engine for engine in PEERS if xlen in engine.widths and engine.version()]


def progress(text: str) -> None:
    """What is going on, on one line of a terminal."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
