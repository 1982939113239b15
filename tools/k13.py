#!/usr/bin/env python3
"""8 GB wanted on a machine that has 4: RV32, RV64 without swap, RV64 with swap; host time and memory of each.

    python tools/k13.py                 at full size: some minutes, 9 GB of disk for the swap area (TMPDIR says where)
    python tools/k13.py --smoke         1/256 of everything: seconds
    python tools/k13.py --only swap     one of: 32 no-swap swap

Exit code 1 when one of them ends in another way than it must, or the full size with swap misses its goals: 120 s of CPU
time and 9 GB.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = "programs/kernel/touch8g.s"
GOAL_SECONDS, GOAL_MB = 120, 9 * 1024


class Experiment(NamedTuple):
    """A run: how it is started, and how it must end."""

    name: str
    xlen: int
    swap: bool
    code: int
    says: str


EXPERIMENTS = (
    Experiment("32", 32, False, 12, "errno 12"),  # ENOMEM: no room for it below 3 GB
    Experiment("no-swap", 64, False, 137, "granted"),  # SIGKILL by the OOM killer
    Experiment("swap", 64, True, 0, " 0 of them damaged"),
)


class Outcome(NamedTuple):
    """What came of it, and what it cost the host."""

    code: int
    out: str
    seconds: float
    cpu: float
    megabytes: int
    report: dict[str, Any]


def command(experiment: Experiment, scale: int, report: str) -> list[str]:
    """The command line. Addresses don't scale: the 32-bit run always asks for 8 GB, which costs nothing."""
    swap = ["--swap", f"{8192 // scale}M"] if experiment.swap else []
    ram = 4096 if experiment.xlen == 32 else 4096 // scale
    size = 8192 if experiment.xlen == 32 else 8192 // scale
    line = [sys.executable, "-m", "emu", "stat", "--xlen", str(experiment.xlen), "--timing", "off", "--json"]
    return [*line, "-o", report, "--ram", f"{ram}M", *swap, PROGRAM, str(size)]


def measure(experiment: Experiment, scale: int) -> Outcome:
    """Run it in a process of its own; wait4 tells what that one used."""
    with tempfile.TemporaryDirectory() as folder:
        out, err, report = (str(Path(folder) / name) for name in ("out", "err", "report"))
        begin = time.perf_counter()
        pid = os.fork()
        if not pid:
            start(command(experiment, scale, report), out, err)
        _, status, usage = os.wait4(pid, 0)
        seconds = time.perf_counter() - begin
        document = json.loads(Path(report).read_text()) if Path(report).exists() else {}
        code = os.waitstatus_to_exitcode(status)
        cpu = usage.ru_utime + usage.ru_stime
        return Outcome(code, Path(out).read_text(), seconds, cpu, usage.ru_maxrss // 1024, document)


def start(line: list[str], out: str, err: str) -> None:
    """In the child: become the command."""
    try:
        for number, path in ((1, out), (2, err)):
            os.dup2(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), number)
        os.chdir(ROOT)
        os.execv(line[0], line)
    finally:
        os._exit(127)


def verdict(experiment: Experiment, outcome: Outcome, full: bool) -> str:
    """What is wrong with it, or nothing."""
    if outcome.code != experiment.code:
        return f"exit code {outcome.code} instead of {experiment.code}"
    if experiment.says.strip() not in outcome.out:
        return f"it said {outcome.out.strip()!r}"
    if full and experiment.swap and outcome.cpu > GOAL_SECONDS:
        return f"more than {GOAL_SECONDS} s of CPU time"
    if full and outcome.megabytes > GOAL_MB:
        return f"more than {GOAL_MB} MB of host memory"
    return ""


def show(experiment: Experiment, outcome: Outcome, wrong: str) -> None:
    """One paragraph."""
    print(f"{experiment.name}: {outcome.out.strip().splitlines()[-1] if outcome.out.strip() else 'no output'}")
    print(f"  {outcome.seconds:.1f} s, {outcome.cpu:.1f} s of CPU time, {outcome.megabytes} MB of host memory")
    if kernel := outcome.report.get("kernel"):
        faults, swap = kernel["faults"], kernel["swap_pages"]
        print(f"  faults: {faults['minor']:,} minor, {faults['major']:,} major", end="; ")
        print(f"pages swapped: {swap['in']:,} in, {swap['out']:,} out")
    print(f"  {'WRONG: ' + wrong if wrong else 'as it must be'}", flush=True)


def main() -> int:
    """All of them, or the one that --only names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="1/256 of the size")
    parser.add_argument("--only", choices=[e.name for e in EXPERIMENTS])
    chosen = parser.parse_args()
    bad = 0
    for experiment in EXPERIMENTS:
        if chosen.only in (None, experiment.name):
            outcome = measure(experiment, 256 if chosen.smoke else 1)
            wrong = verdict(experiment, outcome, not chosen.smoke)
            show(experiment, outcome, wrong)
            bad += bool(wrong)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
