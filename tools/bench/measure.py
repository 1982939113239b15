"""One run of a program on an engine, several runs, their median."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Run:
    """Seconds of CPU time, instructions completed, the program's checksum, cycles if the engine counts them."""

    seconds: float
    instructions: int
    checksum: int
    cycles: int = 0

    @property
    def rate(self) -> float:
        """Instructions per second of CPU time."""
        return self.instructions / max(self.seconds, 1e-9)


@dataclass
class Result:
    """Runs of one workload at one scale on one engine."""

    workload: str
    engine: str
    scale: str
    runs: list[Run] = field(default_factory=list)
    error: str = ""

    @property
    def rate(self) -> float:
        """The median of the runs' rates."""
        return statistics.median(run.rate for run in self.runs)


def geometric_mean(values: Iterable[float]) -> float:
    """The geometric mean; NaN of nothing."""
    logs = [math.log(value) for value in values]
    return math.exp(sum(logs) / len(logs)) if logs else math.nan
