"""Where the host's time goes in a run under the kernel: jitted code, crossings, the kernel in Python."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import numpy as np

from .program import Program

CALLS = 20_000  # of a crossing that does nothing, to know its price


class Split(NamedTuple):
    """CPU seconds. They add up to the run's."""

    jitted: float
    crossing: float
    kernel: float

    def __sub__(self, other: Split) -> Split:
        """What this run needs beyond another."""
        return Split(*(a - b for a, b in zip(self, other, strict=True)))

    def shares(self) -> Split:
        """Of the whole."""
        whole = max(sum(self), 1e-9)
        return Split(*(part / whole for part in self))


class Meter:
    """Stands in for Machine.run and adds up the time that passes inside, and the calls."""

    def __init__(self, machine: Any) -> None:
        self.run, self.calls, self.inside = machine.run, 0, 0.0

    def __call__(self, *args: Any) -> int:
        begin = time.thread_time()
        try:
            return self.run(*args)
        finally:
            self.inside += time.thread_time() - begin
            self.calls += 1


def host_time(program: Program, timing: str, ram: str, swap: int) -> Split:
    """Two runs: one for the whole time, one in which calls of the machine are measured. RuntimeError."""
    whole = run_plain(program, timing, ram, swap)
    meter, empty = run_metered(program, timing, ram, swap)
    crossing = min(meter.calls * empty, meter.inside)
    return Split(meter.inside - crossing, crossing, max(whole - meter.inside, 0.0))


def run_plain(program: Program, timing: str, ram: str, swap: int) -> float:
    from .ours import boot_kernel

    machine, kernel, _ = boot_kernel(program, timing, ram, swap)
    if swap:
        have_memory(machine)
    begin = time.process_time()
    end = kernel.run()
    seconds = time.process_time() - begin
    if end.code:
        raise RuntimeError(f"{end.reason}, code {end.code}")
    return seconds


def have_memory(machine: Any) -> None:
    """Have the host give all memory now: its page faults are not the question when sizes of RAM are compared."""
    words = np.frombuffer(machine.ram, dtype=np.uint64)
    words[::512] += 0


def run_metered(program: Program, timing: str, ram: str, swap: int) -> tuple[Meter, float]:
    """The meter after the run, and the time inside of a call that has nothing to do: its deadline is over."""
    from .ours import boot_kernel

    machine, kernel, _ = boot_kernel(program, timing, ram, swap)
    if swap:
        have_memory(machine)
    empty = Meter(machine)
    kernel.sched.fill_idle_harts()
    for _ in range(CALLS):
        empty(1, 0)
    meter = machine.run = Meter(machine)
    kernel.run()
    return meter, empty.inside / CALLS
