"""Run an executable on the emulator, in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emu.cli.main import call
from emu.cli.progress import WHY


@pytest.fixture
def emulate(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., tuple[int, str, str]]:
    """`emulate(elf, *args, options=[…], stdin="…")`: exit code, stdout, stderr."""

    def run(
        elf: bytes | str | Path, *args: str, options: tuple[str, ...] = (), stdin: str = "", name: str = "program"
    ) -> tuple[int, str, str]:
        path = Path(elf) if isinstance(elf, (str, Path)) else tmp_path / name
        if isinstance(elf, bytes):
            path.write_bytes(elf)
        source = tmp_path / "stdin"
        source.write_text(stdin)
        capfd.readouterr()
        code = call(["run", "--stdin", str(source), *options, str(path), *args])
        out, err = capfd.readouterr()
        return code, out, err.removeprefix(f"{WHY}…\n")  # a cold compile cache is no matter

    return run
