"""tools/k13.py in small: all three runs end as they must."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_smoke() -> None:
    """ENOMEM, the OOM killer, and with swap every page intact."""
    done = subprocess.run([sys.executable, ROOT / "tools" / "k13.py", "--smoke"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("as it must be") == 3
    assert "3008 MB granted, then no more: errno 12" in done.stdout
    assert "0 of them damaged" in done.stdout
