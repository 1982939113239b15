"""Command lines in this process: `emu("asm", "x.s")` gives exit code, stdout and stderr."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from emu.cli.main import call
from emu.cli.progress import WHY


class Done(NamedTuple):
    """How a command line ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def emu(capfd: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Run a command line; whatever happens, no traceback may be seen."""

    def run(*args: object) -> Done:
        capfd.readouterr()
        code = call([str(arg) for arg in args])
        out, err = capfd.readouterr()
        done = Done(code, out, err.removeprefix(f"{WHY}…\n"))  # a cold compile cache is no matter
        assert "Traceback" not in done.out + done.err
        return done

    return run


@pytest.fixture
def source(tmp_path: Path) -> Callable[..., Path]:
    """Write a source file and give its path."""

    def write(text: str, name: str = "prog.s") -> Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    return write
