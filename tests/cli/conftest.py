"""Command lines in this process: `emu("asm", "x.s")` gives exit code, stdout and stderr."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from emu.cli.main import call


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
        done = Done(call([str(arg) for arg in args]), *capfd.readouterr())
        assert "Traceback" not in done.out + done.err
        return done

    return run
