"""The long campaigns run, and end well, in their small form."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import lockstep_float  # noqa: E402 - found by the path above


@pytest.mark.parametrize("judge", ["fractions", "unicorn"])
def test_float_smoke(judge, monkeypatch, capsys):
    """A small round of floating-point operands."""
    monkeypatch.setattr(sys, "argv", ["lockstep_float.py", "--smoke", "--judge", judge, "--xlen", "64"])
    assert lockstep_float.main() == 0
    assert "no difference" in capsys.readouterr().out
