#!/usr/bin/env python3
"""What going back in time costs: running with copies against running without, memory, and steps back from the end.

`ready` is what the stop at the end takes, to have copies shortly before it; all times are of CPU.

python tools/time_travel.py            the table below, on programs of programs/bench
python tools/time_travel.py --smoke    small sizes, in seconds
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Mapping
from pathlib import Path
from time import process_time
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.bench.program import build_source

HEAD = "program                 Minsn   plain  copied  cost  copies     MB  ready   from end, next   middle, next ms"
STEPS = 5  # back from the end, one tick each


class Row(NamedTuple):
    """A program, its sizes at full scale and for --smoke, and the machine's knobs."""

    name: str
    source: str
    full: Mapping[str, int]
    smoke: Mapping[str, int]
    harts: int = 1
    ram: str = "512M"
    swap: int = 0


ROWS = (
    Row("sieve", "sieve.s", {}, {"N": 2048, "TURNS": 1}),
    Row("quicksort", "quicksort.s", {}, {"N": 1000}),
    Row("memcpy", "memcpy.s", {}, {"BYTES": 8192, "TURNS": 1}),
    Row("mix", "mix.s", {}, {"TURNS": 2}),
    Row("first-touch faults", "faults.s", {"PAGES": 65536}, {"PAGES": 200}),
    Row("fork and copy", "fork.s", {"FORKS": 8, "PAGES": 8192, "WRITE": 1}, {"FORKS": 2, "PAGES": 64, "WRITE": 1}),
    Row("fork, exit, wait", "fork.s", {"FORKS": 500}, {"FORKS": 5}),
    Row("getpid", "getpid.s", {}, {"CALLS": 100}),
    Row("two harts", "sharing.s", {}, {"TURNS": 500}, harts=2),
    Row("swap", "swap.s", {"PAGES": 16384, "ROUNDS": 1}, {"PAGES": 1024, "ROUNDS": 1}, ram="32M", swap=256 << 20),
)  # fmt: skip


def boot(row: Row, elf: bytes, ram: str, *streams: Any) -> tuple[Any, Any]:
    """A machine and a kernel with the program as pid 1."""
    from emu.kernel import Kernel, Options
    from emu.kernel.fs.console import Capture
    from emu.machine import Machine, load_config

    machine = Machine(load_config("small", {"ram": ram, "harts": row.harts}))
    stdin, stdout, stderr = streams or (Capture(), Capture(), Capture())
    kernel = Kernel(machine, Options(swap=row.swap, stdin=stdin, stdout=stdout, stderr=stderr))
    kernel.spawn(elf, "/" + row.source, [row.source])
    return machine, kernel


def measure(row: Row, smoke: bool, repeat: int) -> dict[str, Any]:
    """One line of the table."""
    elf = build_source(row.source, row.smoke if smoke else row.full, 64, row.harts).elf
    ram = "4M" if smoke and row.swap else row.ram
    plain, copied, engine = [], [], None
    for _ in range(repeat):
        plain.append(run_plain(row, elf, ram))
        engine, seconds = run_engine(row, elf, ram)
        copied.append(seconds)
    assert engine is not None
    return {
        "program": row.name, "instructions": engine.insns, "plain": min(plain), "copied": min(copied),
        "copies": len(engine.checkpoints.copies), "ready": 1e3 * engine.prepared,
        "megabytes": engine.system.size(engine.checkpoints.copies) / 1e6, **steps(engine),
    }  # fmt: skip


def run_plain(row: Row, elf: bytes, ram: str) -> float:
    """Seconds of CPU without the engine."""
    machine, kernel = boot(row, elf, ram)
    machine.warm()
    begin = process_time()
    kernel.run()
    return process_time() - begin


def run_engine(row: Row, elf: bytes, ram: str) -> tuple[Any, float]:
    """The engine at the program's end, and seconds of CPU to get there."""
    from emu.debug.engine import Engine

    engine = Engine(lambda *streams: boot(row, elf, ram, *streams))
    engine.begin()
    begin = process_time()
    engine.run()
    return engine, process_time() - begin - engine.prepared


def steps(engine: Any) -> dict[str, float]:
    """Milliseconds of CPU of the first step back from the end, and of the following ones; the same from the middle."""
    out = {}
    for name, tick in (("end", engine.end_tick), ("middle", engine.end_tick // 2)):
        engine.goto(tick)
        times = []
        for _ in range(STEPS):
            begin = process_time()
            engine.goto(engine.tick - 1)
            times.append(1e3 * (process_time() - begin))
        out[f"{name} first"], out[f"{name} next"] = times[0], statistics.median(times[1:])
    return out


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="small sizes")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each, of which the fastest counts")
    parser.add_argument("--only", help="one program by name")
    options = parser.parse_args()
    print(HEAD)
    for row in ROWS:
        if options.only in (None, row.name):
            d = measure(row, options.smoke, 1 if options.smoke else options.repeat)
            cost = 100 * (d["copied"] / d["plain"] - 1) if d["plain"] else 0.0
            print(
                f"{d['program']:22}{d['instructions'] / 1e6:7.1f} {d['plain']:6.2f}s {d['copied']:6.2f}s {cost:5.1f}%"
                f"{d['copies']:7}{d['megabytes']:8.1f}{d['ready']:6.1f} {d['end first']:11.1f} {d['end next']:6.1f}"
                f"{d['middle first']:9.1f} {d['middle next']:6.1f}"
            )
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
