"""What the kernel does in a second of the host's CPU time: page faults, system calls, processes.

Each row runs a program twice, with and without the operations, and divides their number by the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .program import Program, build_source
from .split import Split, host_time


@dataclass(frozen=True)
class Operation:
    """`count` operations more are done with the symbols `more` than with `base`. `goal`: operations a second."""

    name: str
    source: str
    count: int
    goal: int
    more: Mapping[str, int]
    base: Mapping[str, int]
    ram: str = "512M"
    base_ram: str = "512M"
    swap: int = 0  # bytes


TEN_MB = 2560
FITTING = 15_000  # pages that 64 MB hold
OPERATIONS = (
    Operation("first-touch faults", "faults.s", 65536, 150_000, {"PAGES": 65536}, {"PAGES": 0}),
    Operation(
        "copy-on-write faults",
        "fork.s",
        8 * 8192,
        100_000,
        {"FORKS": 8, "PAGES": 8192, "WRITE": 1},
        {"FORKS": 8, "PAGES": 8192},
    ),
    Operation("fork, exit, wait", "fork.s", 500, 1_000, {"FORKS": 500}, {"FORKS": 0}),
    Operation(
        "the same with 10 MB touched",
        "fork.s",
        200,
        500,
        {"FORKS": 200, "PAGES": TEN_MB},
        {"FORKS": 0, "PAGES": TEN_MB},
    ),
    Operation(
        "pages swapped out",
        "swap.s",
        65536 - FITTING,
        60_000,
        {"PAGES": 65536},
        {"PAGES": 65536},
        ram="64M",
        swap=1 << 30,
    ),
    Operation(
        "pages swapped in",
        "swap.s",
        65536,
        60_000,
        {"PAGES": 65536, "ROUNDS": 1},
        {"PAGES": 65536},
        ram="64M",
        base_ram="64M",
        swap=1 << 30,
    ),
    Operation("getpid", "getpid.s", 200_000, 400_000, {"CALLS": 200_000}, {"CALLS": 0}),
)


def measure(repeats: int, timing: str = "full") -> list[dict[str, Any]]:
    """All rows; one that the kernel can't run yet says why."""
    return [row(operation, repeats, timing) for operation in OPERATIONS]


def row(operation: Operation, repeats: int, timing: str) -> dict[str, Any]:
    """One figure: the median, and how the time divides (see split)."""
    more, base = (build_source(operation.source, defines) for defines in (operation.more, operation.base))
    head = {"what": operation.name, "target": operation.goal}
    try:
        runs = [difference(operation, more, base, timing) for _ in range(repeats)]
    except Exception as error:
        none = dict.fromkeys(Split._fields, 0.0)
        return {**head, "measured": 0.0, "met": False, "shares": none, "error": str(error).splitlines()[0]}
    runs.sort(key=sum)
    middle = runs[len(runs) // 2]
    measured = operation.count / max(sum(middle), 1e-9)
    shares = middle.shares()._asdict()
    return {**head, "measured": measured, "met": measured >= operation.goal, "shares": shares, "error": ""}


def difference(operation: Operation, more: Program, base: Program, timing: str) -> Split:
    """CPU seconds that one program needs beyond the other."""
    with_them = host_time(more, timing, operation.ram, operation.swap)
    return with_them - host_time(base, timing, operation.base_ram, operation.swap)
