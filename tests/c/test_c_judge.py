"""C programs, compiled by clang against musl, print what they print on QEMU's RISC-V: as recorded, and where it is
installed, as it does now.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from judge_programs import ONLY_64, PROGRAMS, elf, expected, transcript
from judges import judge

CASES = [(name, xlen) for name in PROGRAMS for xlen in (64, 32) if xlen == 64 or name not in ONLY_64]
QEMU = [xlen for xlen in (64, 32) if judge(f"qemu-riscv{xlen}")]
NOT_ON_QEMU = {"fork_exec_pipe.c", "posix_timers.c", "epoll_timers.c"}
"""User-mode emulation can't execute itself, and its timers are those of a host that may be busy."""


@pytest.mark.parametrize(("name", "xlen"), CASES, ids=lambda value: str(value))
def test_prints_what_was_recorded(name: str, xlen: int, emulate: Callable[..., tuple[int, str, str]]) -> None:
    """Output and exit code are those of the recording, and the kernel has nothing to complain of."""
    code, out, err = emulate(elf(name, xlen))
    assert transcript(code, out) == expected(name, xlen)
    assert "not implemented" not in err


def prints_elsewhere(name: str, xlen: int, folder: Path) -> str:
    """The transcript of a run on QEMU."""
    program, work = folder / Path(name).stem, folder / f"{name}.d"
    program.write_bytes(elf(name, xlen))
    program.chmod(0o755)
    work.mkdir()
    command = ["/usr/bin/env", "-i", judge(f"qemu-riscv{xlen}"), str(program)]
    streams = {"stdin": subprocess.DEVNULL, "capture_output": True}
    done = subprocess.run(command, cwd=work, umask=0o022, timeout=300, check=False, **streams)
    return transcript(done.returncode if done.returncode >= 0 else 128 - done.returncode, done.stdout.decode())


if QEMU:

    @pytest.mark.parametrize("xlen", QEMU)
    def test_recordings_hold_on_qemu(xlen: int, tmp_path: Path) -> None:
        """The recordings are what QEMU says: nobody has adjusted them."""
        names = [name for name, width in CASES if width == xlen and name not in NOT_ON_QEMU]
        assert not [name for name in names if prints_elsewhere(name, xlen, tmp_path) != expected(name, xlen)]


def test_there_are_enough_programs() -> None:
    """At least thirty, each with a question in its first line."""
    assert len(PROGRAMS) >= 30
