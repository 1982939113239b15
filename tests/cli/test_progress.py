"""The bar of the first compile: a line for files, a bar for people, nothing when nothing is compiled."""

from __future__ import annotations

import os
import sys

import pytest

from emu.cli.progress import WHY, CompileProgress

SCRIPT = """
from emu.cli.progress import CompileProgress
with CompileProgress() as progress:
    progress("run_timed", 0.25)
    progress("run_untimed", 1.0)
"""


def on_a_terminal(term: str) -> str:
    """What the script draws on one."""
    import pexpect

    env = os.environ | {"TERM": term}
    child = pexpect.spawn(sys.executable, ["-c", SCRIPT], encoding="utf-8", dimensions=(24, 120), timeout=300, env=env)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    return child.before


def test_nothing_is_said_when_nothing_is_compiled(capsys: pytest.CaptureFixture[str]) -> None:
    """A warm cache is silent."""
    with CompileProgress():
        pass
    assert capsys.readouterr() == ("", "")


def test_one_plain_line_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """In a log, one line that says why."""
    with CompileProgress() as progress:
        progress("a", 0.1)
        progress("b", 1.0)
    assert capsys.readouterr() == ("", f"{WHY}…\n")


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_a_bar_on_a_terminal() -> None:
    """Drawn, and wiped out at the end; on one that only types, a line."""
    seen = {term: on_a_terminal(term) for term in ("xterm-256color", "dumb")}
    assert all("compiling the machine" in text for text in seen.values())
    assert "\x1b[2K" in seen["xterm-256color"] and "\x1b" not in seen["dumb"]
