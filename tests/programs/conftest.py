"""Run a guest program through the command line, in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from emu.cli.main import call
from emu.cli.progress import WHY

ROOT = Path(__file__).resolve().parents[2]


class Done(NamedTuple):
    """How a run ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """`run(64, "hello.s", *guest_args, options=[…], stdin="…")`, from the repository's root."""

    def run(
        xlen: int, program: str, *args: str, options: tuple[str, ...] = (), stdin: str = "", stat: bool = False
    ) -> Done:
        monkeypatch.chdir(ROOT)
        source = tmp_path / "stdin"
        source.write_text(stdin)
        capfd.readouterr()
        command = "stat" if stat else "run"
        line = [command, "--xlen", str(xlen), "--stdin", str(source), *options, f"programs/{program}", *args]
        code = call(line)
        out, err = capfd.readouterr()
        return Done(code, out, err.removeprefix(f"{WHY}…\n"))  # a cold compile cache is no matter

    return run
