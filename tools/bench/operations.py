"""What the kernel does in a second of the host's CPU time: page faults, system calls, processes.

Each row runs a program twice, with and without the operations, and divides their number by the difference.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .program import Program, build_source


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
SWAPPED = 65536 - (64 << 8)  # pages that don't fit into 64 MB, about
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
        SWAPPED,
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
    """One figure: the median, and the share of the time that went by inside the machine."""
    more, base = (build_source(operation.source, defines) for defines in (operation.more, operation.base))
    head = {"what": operation.name, "target": operation.goal}
    try:
        runs = [difference(operation, more, base, timing) for _ in range(repeats)]
    except Exception as error:
        return {**head, "measured": 0.0, "met": False, "machine_share": 0.0, "error": str(error).splitlines()[0]}
    measured = operation.count / statistics.median(seconds for seconds, _ in runs)
    share = statistics.median(share for _, share in runs)
    return {**head, "measured": measured, "met": measured >= operation.goal, "machine_share": share, "error": ""}


def difference(operation: Operation, more: Program, base: Program, timing: str) -> tuple[float, float]:
    """CPU seconds that one program needs beyond the other, and how much of them the machine takes."""
    with_them = host_time(more, timing, operation.ram, operation.swap)
    without = host_time(base, timing, operation.base_ram, operation.swap)
    whole, inside = (a - b for a, b in zip(with_them, without, strict=True))
    return max(whole, 1e-9), inside / max(whole, 1e-9)


def host_time(program: Program, timing: str, ram: str, swap: int) -> tuple[float, float]:
    """CPU seconds of a run under the kernel: all of it, and what passes inside calls of Machine.run."""
    from .ours import boot_kernel

    machine, kernel, _ = boot_kernel(program, timing, ram, swap)
    run, inside = machine.run, 0.0

    def timed(*args: Any) -> int:
        nonlocal inside
        begin = time.thread_time()
        try:
            return run(*args)
        finally:
            inside += time.thread_time() - begin

    begin = time.process_time()
    end = kernel.run()
    plain = time.process_time() - begin
    if end.code:
        raise RuntimeError(f"{end.reason}, code {end.code}")
    machine, kernel, _ = boot_kernel(program, timing, ram, swap)
    run, machine.run = machine.run, timed
    kernel.run()
    return plain, inside
