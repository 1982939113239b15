"""What the command line takes to do next to nothing: wall time, since that is what people wait for, and memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
EMU = [sys.executable, "-c", "from emu.cli.main import main; main()"]  # as the installed script does
UNNOTICED = 4  # MB by which resident memory differs from run to run anyway
LAUNCHER = Path(__file__).with_name("launcher.py")
HELLO = [*EMU, "run", str(ROOT / "programs" / "hello.s")]


def launch(command: list[str], **environment: str) -> tuple[float, float, int]:
    """Run a command, with bytecode as in an installation. Returns (wall seconds, CPU seconds, peak resident bytes)."""
    settings = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "", **environment}
    done = subprocess.run(
        [sys.executable, "-I", str(LAUNCHER), *command], env=settings, capture_output=True, text=True, timeout=300
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[3:])} failed: {done.stderr.strip()}")
    wall, cpu, resident = done.stdout.split()
    return float(wall), float(cpu), int(resident)


def row(what: str, unit: str, target: float, values: list[float], cpu: list[float]) -> dict[str, Any]:
    """One figure: the median."""
    measured = statistics.median(values)
    out = {"what": what, "unit": unit, "target": target, "measured": measured, "met": measured < target}
    return {**out, "cpu_seconds": statistics.median(cpu)}


def measure(repeats: int) -> list[dict[str, Any]]:
    """All rows. The cold one compiles into a fresh folder."""
    launch(HELLO)
    warm = [launch(HELLO) for _ in range(repeats)]
    large = [launch([*HELLO[:4], "--ram", "16G", *HELLO[4:]]) for _ in range(repeats)]
    helps = [launch([*EMU, "--help"]) for _ in range(repeats)]
    with tempfile.TemporaryDirectory() as folder:
        cold = [launch(HELLO, EMU_CACHE_DIR=folder)]
    mb = 1 << 20
    rows = (
        ("warm `emu run programs/hello.s`", "s", 0.8, warm, 0),
        ("`emu --help`", "s", 0.15, helps, 0),
        ("cold `emu run programs/hello.s` (compiles)", "s", 25, cold, 0),
        ("resident memory of hello", "MB", 250, warm, 2),
        ("the same with --ram 16G", "MB", 250, large, 2),
    )
    table = [
        row(what, unit, target, [run[field] / (mb if field else 1) for run in runs], [run[1] for run in runs])
        for what, unit, target, runs, field in rows
    ]
    growth = table[-1]["measured"] - table[-2]["measured"]
    return [*table, row("growth with --ram 16G", "MB", UNNOTICED, [growth], [table[-1]["cpu_seconds"]])]
