"""THE table of workloads: programs of programs/bench, their sizes for fast engines, slow peers and the smoke test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FULL, SLOW, SMOKE = SCALES = ("full", "slow", "smoke")
MB = 1 << 20
KB = 1 << 10
Sizes = Mapping[str, int]


@dataclass(frozen=True)
class Workload:
    """One row. Sizes are symbols for the assembler; at full scale only `fixed` is defined.

    The slow sizes keep each program's phases in proportion; a smaller memory makes a peer look faster, never slower.
    """

    name: str
    source: str
    what: str
    slow: Sizes
    smoke: Sizes
    integer: bool = False  # counts for the geometric mean
    floating: bool = False  # needs F and D
    harts: int = 1
    fixed: Sizes = field(default_factory=dict)
    host_bound: bool = False  # its speed is that of the host's own memory

    def defines(self, scale: str) -> dict[str, int]:
        """What the assembler is told for a scale."""
        return {**self.fixed, **{FULL: {}, SLOW: self.slow, SMOKE: self.smoke}[scale]}


WORKLOADS = (
    Workload("alu", "alu.s", "register instructions", {"TURNS": 200_000}, {"TURNS": 500}, integer=True),
    Workload("sieve", "sieve.s", "sieve of 4 MB", {"N": MB // 4, "TURNS": 1}, {"N": 2 * KB, "TURNS": 1}, integer=True),
    Workload(
        "memcpy",
        "memcpy.s",
        "copy 16 MB by ld and sd",
        {"BYTES": 2 * MB, "TURNS": 3},
        {"BYTES": 8 * KB, "TURNS": 1},
        integer=True,
    ),
    Workload(
        "stride",
        "stride.s",
        "sum 16 MB in steps of 8 to 64",
        {"BYTES": 4 * MB, "TURNS": 1},
        {"BYTES": 8 * KB, "TURNS": 1},
        integer=True,
    ),
    Workload("matmul", "matmul.s", "256 × 256 words, by column", {"N": 128, "ROWS": 16}, {"N": 8}, integer=True),
    Workload("quicksort", "quicksort.s", "sort a million words", {"N": 16 * KB}, {"N": 128}, integer=True),
    Workload("mix", "mix.s", "list, matrix, states, CRC", {"TURNS": 60}, {"TURNS": 1}, integer=True),
    Workload("matmul-ikj", "matmul.s", "256 × 256 words, by row", {"N": 128, "ROWS": 16}, {"N": 8}, fixed={"ORDER": 1}),
    Workload("nbody", "nbody.s", "five bodies, doubles", {"STEPS": 2000}, {"STEPS": 3}, floating=True),
    Workload("mandelbrot", "mandelbrot.s", "400 × 400 points", {"SIDE": 50}, {"SIDE": 8}, floating=True),
    Workload(
        "matmul-double",
        "matmul_double.s",
        "128 × 128 doubles, by row",
        {"N": 64, "TURNS": 1},
        {"N": 8, "TURNS": 1},
        floating=True,
    ),
    Workload(
        "matmul-exact",
        "matmul_double.s",
        "the same of whole numbers",
        {"N": 64, "TURNS": 1},
        {"N": 8, "TURNS": 1},
        fixed={"EXACT": 1},
        floating=True,
    ),
    Workload(
        "chase",
        "chase.s",
        "8 MB of pointers at random",
        {"STEPS": 500_000, "NODES": 32 * KB},
        {"NODES": 64, "STEPS": 1000},
        host_bound=True,
    ),
    Workload("pagetouch", "pagetouch.s", "a word a page of 256 MB", {"TURNS": 1}, {"PAGES": 16, "TURNS": 2}),
    Workload(
        "pagefill",
        "pagetouch.s",
        "512 words a page of 256 MB",
        {"PAGES": 1 * KB},
        {"PAGES": 4},
        fixed={"WORDS": 512, "TURNS": 1},
    ),
    Workload("false-sharing", "sharing.s", "4 harts, one line", {}, {"TURNS": 1000}, harts=4, fixed={"GAP": 8}),
    Workload("no-sharing", "sharing.s", "4 harts, a line each", {}, {"TURNS": 1000}, harts=4, fixed={"GAP": 64}),
)
BY_NAME = {w.name: w for w in WORKLOADS}
