"""C programs, compiled by clang against musl, print what they print on QEMU's RISC-V: as recorded, and where it is
installed, as it does now.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from judge_programs import ONLY_64, PROGRAMS, elf, expected, transcript

CASES = [(name, xlen) for name in PROGRAMS for xlen in (64, 32) if xlen == 64 or name not in ONLY_64]
QEMU = [xlen for xlen in (64, 32) if shutil.which(f"qemu-riscv{xlen}")]
EXECUTE_THEMSELVES = {"fork_exec_pipe.c"}


@pytest.mark.parametrize(("name", "xlen"), CASES, ids=lambda value: str(value))
def test_prints_what_was_recorded(name: str, xlen: int, emulate: Callable[..., tuple[int, str, str]]) -> None:
    """Output and exit code are those of the recording, and the kernel has nothing to complain of."""
    code, out, err = emulate(elf(name, xlen))
    assert transcript(code, out) == expected(name, xlen)
    assert "not implemented" not in err


@pytest.mark.parametrize("xlen", QEMU)
def test_recordings_hold_on_qemu(xlen: int, tmp_path: Path) -> None:
    """The recordings are what QEMU says: nobody has adjusted them."""
    differ = []
    for name in PROGRAMS:
        if name in EXECUTE_THEMSELVES or (name, xlen) not in CASES:
            continue
        program, folder = tmp_path / Path(name).stem, tmp_path / f"{name}.d"
        program.write_bytes(elf(name, xlen))
        program.chmod(0o755)
        folder.mkdir()
        command = ["/usr/bin/env", "-i", shutil.which(f"qemu-riscv{xlen}"), str(program)]
        done = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
        )
        code = done.returncode if done.returncode >= 0 else 128 - done.returncode
        if transcript(code, done.stdout.decode()) != expected(name, xlen):
            differ.append(name)
    assert not differ


def test_there_are_enough_programs() -> None:
    """At least thirty, each with a question in its first line."""
    assert len(PROGRAMS) >= 30
