"""One run of one program on one engine, several of them, and their median."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """What an engine did: seconds of CPU time, instructions, the program's checksum, cycles if it counts them."""

    seconds: float
    instructions: int
    checksum: int | None
    cycles: int = 0

    @property
    def rate(self) -> float:
        """Instructions per second."""
        return self.instructions / max(self.seconds, 1e-9)


@dataclass(frozen=True)
class Result:
    """Runs of the same program on the same engine."""

    runs: tuple[Run, ...]

    @property
    def rate(self) -> float:
        """The median rate."""
        return statistics.median(r.rate for r in self.runs)


def repeat(times: int, once: Callable[[], Run]) -> Result:
    """Run so often."""
    return Result(tuple(once() for _ in range(times)))
