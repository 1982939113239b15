"""tools/fuzz_syscalls.py in small."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TOOL = Path(__file__).resolve().parents[2] / "tools" / "fuzz_syscalls.py"


def test_smoke() -> None:
    """Ten thousand calls and a few histories, and it says so."""
    done = subprocess.run([sys.executable, TOOL, "--smoke"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no exception, no hang, no broken invariant" in done.stdout
    assert "as the model says" in done.stdout
