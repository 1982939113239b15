"""tools/time_travel.py at small sizes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TOOL = Path(__file__).absolute().parents[2] / "tools" / "time_travel.py"


def test_smoke():
    """Every row runs with copies and without, goes back, and says what that took."""
    done = subprocess.run([sys.executable, str(TOOL), "--smoke"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    head, *rows = done.stdout.splitlines()
    assert head.startswith("program")
    assert [row.split("  ")[0] for row in rows][:3] == ["sieve", "quicksort", "memcpy"]
    assert len(rows) == 10
    assert all(len(row.split()) >= 10 for row in rows)
