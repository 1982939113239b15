"""The same source as machine code, as plain Python, and with every index checked: one story, event by event."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from naive_digest import digest

SEEDS = 14
HERE = Path(__file__).parent


@pytest.mark.parametrize(
    "variable", ["NUMBA_DISABLE_JIT", "NUMBA_BOUNDSCHECK"], ids=["interpreted", "with bounds checked"]
)
def test_same_story(variable):
    """Registers, clocks, counters, ledger and all events of random worlds are the same, to the last bit."""
    env = {**os.environ, variable: "1", "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    command = [sys.executable, "-W", "ignore", str(HERE / "naive_digest.py"), "0", str(SEEDS)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines() == [digest(seed) for seed in range(SEEDS)]
