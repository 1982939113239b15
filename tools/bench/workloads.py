"""THE table of workloads: a program of programs/bench, its sizes for fast engines, slow peers and the smoke test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SCALES = ("full", "slow", "smoke")


@dataclass(frozen=True)
class Workload:
    """One row. `sizes[scale]` are the symbols defined for the assembler; the code and its phases are the same at every scale."""

    name: str
    source: str
    what: str
    sizes: Mapping[str, Mapping[str, int]]
    geomean: bool = False
    harts: int = 1
    fixed: Mapping[str, int] = field(default_factory=dict)

    def defines(self, scale: str) -> dict[str, int]:
        """What the assembler is told for a scale."""
        return {**self.fixed, **self.sizes[scale]}


def sizes(full: Mapping[str, int], slow: Mapping[str, int], smoke: Mapping[str, int]) -> dict[str, Mapping[str, int]]:
    """The sizes by scale."""
    return dict(zip(SCALES, (full, slow, smoke), strict=True))


MB = 1 << 20
KB = 1 << 10

WORKLOADS = (
    Workload(
        "alu",
        "alu.s",
        "register instructions",
        sizes({}, {"TURNS": 300_000}, {"TURNS": 1000}),
        geomean=True,
    ),
    Workload(
        "sieve",
        "sieve.s",
        "sieve of 4 MB",
        sizes({}, {"N": MB // 4, "TURNS": 1}, {"N": 4 * KB, "TURNS": 1}),
        geomean=True,
    ),
    Workload(
        "memcpy",
        "memcpy.s",
        "copy 16 MB by ld and sd",
        sizes({}, {"TURNS": 1, "BYTES": 8 * MB}, {"TURNS": 1, "BYTES": 8 * KB}),
        geomean=True,
    ),
    Workload(
        "stride",
        "stride.s",
        "sum 16 MB in steps of 8 to 64",
        sizes({}, {"TURNS": 1, "BYTES": 4 * MB}, {"TURNS": 1, "BYTES": 8 * KB}),
        geomean=True,
    ),
    Workload(
        "matmul",
        "matmul.s",
        "256 × 256 words, row-column-sum",
        sizes({}, {"ROWS": 8}, {"N": 8}),
        geomean=True,
    ),
    Workload(
        "matmul-ikj",
        "matmul.s",
        "256 × 256 words, row-sum-column",
        sizes({}, {"ROWS": 8}, {"N": 8}),
        fixed={"ORDER": 1},
    ),
    Workload(
        "chase",
        "chase.s",
        "8 MB of pointers in random order",
        sizes({}, {"STEPS": 1_000_000}, {"NODES": 64, "STEPS": 1000}),
    ),
    Workload(
        "pagetouch",
        "pagetouch.s",
        "a word in each page of 256 MB",
        sizes({}, {"TURNS": 2}, {"PAGES": 16, "TURNS": 2}),
    ),
    Workload(
        "false-sharing",
        "sharing.s",
        "4 harts, neighbouring words",
        sizes({}, {"TURNS": 100_000}, {"TURNS": 1000}),
        harts=4,
        fixed={"GAP": 8},
    ),
    Workload(
        "no-sharing",
        "sharing.s",
        "4 harts, a line each",
        sizes({}, {"TURNS": 100_000}, {"TURNS": 1000}),
        harts=4,
        fixed={"GAP": 64},
    ),
)
BY_NAME = {w.name: w for w in WORKLOADS}
