"""Instructions per second of CPU time: this emulator, and its peers, on the programs of programs/bench."""

from __future__ import annotations

import argparse
import io
import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from . import cprograms, operations, startup
from .collect import Results, collect, present_peers
from .document import document
from .engines import OURS, TIMINGS, Engine
from .report import show
from .workloads import BY_NAME, SMOKE

WIDTH = 118


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(prog="tools/bench.py", description=__doc__, epilog="See docs/bench.md.")
    made.add_argument(
        "--smoke", action="store_true", help="tiny sizes, in seconds: do all engines agree on the checksums?"
    )
    made.add_argument("--workload", action="append", choices=sorted(BY_NAME), help="only this one; may be repeated")
    made.add_argument("--timing", action="append", choices=TIMINGS, help="only this one; may be repeated")
    made.add_argument("--repeat", type=int, default=3, help="runs of each, of which the median counts (default 3)")
    made.add_argument("--xlen", type=int, choices=(64, 32), help="width (default 64; --smoke: both)")
    made.add_argument("--no-peers", action="store_true", help="this emulator only")
    made.add_argument("--no-kernel", action="store_true", help="only the machine, not the runs under the kernel")
    made.add_argument("--no-startup", action="store_true", help="leave out start-up times and memory")
    made.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    made.add_argument("--show", metavar="FILE", type=Path, help="measure nothing: print the tables of such an object")
    made.add_argument("--into", metavar="FILE", type=Path, help="with --show: into the last code block of a document")
    return made


def main(argv: list[str] | None = None) -> int:
    """Run, print; the exit code is 1 if an engine failed or disagreed."""
    options = parser().parse_args(argv)
    if options.show:
        return show_again(json.loads(options.show.read_text(encoding="utf-8")), options.into)
    return smoke(options) if options.smoke else bench(options)


def engines(options: argparse.Namespace, xlen: int) -> list[Engine]:
    """Who takes part."""
    timings = options.timing or TIMINGS
    ours = [e for e in OURS if e.name.split("-")[-1] in timings and not (options.no_kernel and "kernel" in e.name)]
    return ours if options.no_peers else [*ours, *present_peers(xlen)]


def bench(options: argparse.Namespace) -> int:
    """The measurement."""
    xlen = options.xlen or 64
    chosen = engines(options, xlen)
    names = options.workload or list(BY_NAME)
    warm_up(chosen, xlen)
    results = collect(names, chosen, options.repeat, None, xlen)
    every = not options.workload
    kernel = operations.measure(options.repeat) if every and xlen == 64 and not options.no_kernel else []
    starts = startup.measure(max(options.repeat, 3)) if every and not options.no_startup else []
    programs = cprograms.measure(options.repeat) if every and xlen == 64 and not options.no_kernel else []
    write(document(results, kernel, starts, xlen, programs), options.json)
    return failed(results)


def warm_up(chosen: list[Engine], xlen: int) -> None:
    """Compile, and load libraries, before anything is timed."""
    collect(["alu"], chosen, 1, SMOKE, xlen)


def smoke(options: argparse.Namespace) -> int:
    """Every workload on every engine, once, at sizes that say nothing about speed."""
    worst = 0
    for xlen in (options.xlen,) if options.xlen else (64, 32):
        results = collect(options.workload or list(BY_NAME), engines(options, xlen), 1, SMOKE, xlen)
        for result in results.values():
            if result.error:
                print(f"RV{xlen} {result.workload} on {result.engine}: {result.error}")
        worst |= failed(results)
        agreed = sum(not result.error for result in results.values())
        who = dict.fromkeys(engine for _, engine in results)
        print(f"RV{xlen}: {agreed} of {len(results)} runs gave the expected checksum ({', '.join(who)})")
    return worst


def failed(results: Results) -> int:
    """The exit code."""
    return int(any(result.error for result in results.values()))


def show_again(made: dict[str, Any], into: Path | None) -> int:
    """The tables of a saved document: to stdout, or as the last code block of a Markdown file."""
    if into is None:
        write(made, False)
        return 0
    before, _, _ = into.read_text(encoding="utf-8").rstrip().removesuffix("```").rpartition("```\n")
    into.write_text(f"{before}```\n{as_text(made)}```\n", encoding="utf-8")
    return 0


def as_text(made: dict[str, Any]) -> str:
    """The tables without colours and trailing spaces."""
    out = io.StringIO()
    show(made, Console(file=out, width=WIDTH))
    return "".join(line.rstrip() + "\n" for line in out.getvalue().splitlines())


def write(made: dict[str, Any], as_json: bool) -> None:
    """To stdout."""
    if as_json:
        json.dump(made, sys.stdout, indent=1, allow_nan=False)
        print()
    elif sys.stdout.isatty():
        show(made, Console())
    else:
        print(as_text(made), end="")
