"""Hostile guests in a process of their own, so that a crash is a failed test and not the end of the tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "naive_fuzz.py"


@pytest.mark.parametrize(("kind", "seeds"), [("judged", 60), ("wild", 20)])
def test_hostile_guests(kind, seeds):
    """Garbage neither crashes nor hangs the host nor breaks an invariant; judged, it does what slow does."""
    command = [sys.executable, "-X", "faulthandler", str(SCRIPT), kind, "0", str(seeds)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=900, check=False)
    last = done.stdout.split()[-1:] or ["none"]
    assert done.returncode == 0, f"{kind}, seed {last[0]}, ended with {done.returncode}\n{done.stderr[-3000:]}"
