"""tools/fuzz_debugger.py runs, and finds nothing in its smoke run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_smoke_run_finds_nothing() -> None:
    """Every program is walked through, with and without changes."""
    command = [sys.executable, str(ROOT / "tools" / "fuzz_debugger.py"), "--smoke"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
