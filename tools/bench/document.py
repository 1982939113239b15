"""A run of the benchmark as one JSON object, and the host it ran on."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path
from typing import Any

from emu import __version__

from . import cprograms, peer_qemu, peer_rvsim, peer_unicorn, summary
from .collect import Results

CPUINFO = Path("/proc/cpuinfo")


def host() -> dict[str, Any]:
    """What the figures depend on."""
    import numba

    return {
        "cpu": cpu_name(),
        "cpus": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": sys.version.split()[0],
        "numba": numba.__version__,
        "emu": __version__,
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def cpu_name() -> str:
    """The processor's name."""
    lines = CPUINFO.read_text(encoding="utf-8").splitlines() if CPUINFO.exists() else []
    return next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor()
    )


Rows = list[dict[str, Any]]


def document(results: Results, operations: Rows, startup: Rows, xlen: int, programs: Rows = ()) -> dict[str, Any]:
    """Everything that was measured. Rates are instructions a second of CPU time."""
    return {
        "host": host(),
        "xlen": xlen,
        "peers": {
            "qemu": peer_qemu.available(),
            "unicorn": peer_unicorn.available(),
            "rvsim": peer_rvsim.available(),
        },
        "results": [result_row(result) for result in results.values()],
        "rates": summary.rates(results),
        "geometric_means": summary.means(results),
        "ratios": summary.ratios(results),
        "operations": operations,
        "startup": startup,
        "programs": list(programs),
        "goals": summary.goals(results) + cprograms.goals(programs, summary.means(results)),
    }


def result_row(result) -> dict[str, Any]:
    """One engine's runs of one workload."""
    return {
        "workload": result.workload,
        "engine": result.engine,
        "scale": result.scale,
        "error": result.error,
        "runs": [
            {"seconds": r.seconds, "instructions": r.instructions, "cycles": r.cycles, "checksum": r.checksum}
            for r in result.runs
        ],
    }
