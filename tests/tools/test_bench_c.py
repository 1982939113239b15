"""The benchmark's C programs: rows, goals, and what is said without the compiler. No test here is timed."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from rich.console import Console

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from emu.errors import EmuError
from tools.bench import cprograms, report

ROW = {"what": "lua", "rates": {"off": 300e6, "full": 150e6}, "qemu_ratio": 0.25, "error": ""}


def test_goal_is_a_third_of_the_integer_mean() -> None:
    """Met at a half, missed at a quarter, left out when nothing was measured."""
    assert [row["met"] for row in cprograms.goals([ROW], {"full": 300e6})] == [True]
    assert [row["met"] for row in cprograms.goals([ROW], {"full": 600e6})] == [False]
    assert cprograms.goals([{**ROW, "rates": {}}], {"full": 300e6}) == cprograms.goals([ROW], {}) == []


def test_table() -> None:
    """Millions a second, and how many times as long QEMU needs."""
    out = io.StringIO()
    Console(file=out, width=100).print(report.programs_table([ROW]))
    assert "300" in out.getvalue() and "150" in out.getvalue() and "0.25" in out.getvalue()


def test_without_the_compiler_there_is_a_row_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is made up, and the rest of the benchmark goes on."""

    def missing() -> bytes:
        raise EmuError("there is no C compiler")

    monkeypatch.setattr(cprograms, "executable", missing)
    (row,) = cprograms.measure(1)
    assert row["rates"] == {} and "no C compiler" in row["error"]
