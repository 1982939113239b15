"""What isn't needed isn't loaded: help, errors and the assembler must not pay for numba."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("numba", "llvmlite", "numpy", "rich", "prompt_toolkit", "elftools")
PROBE = """
import sys
from emu.cli.main import call
code = call(sys.argv[2:])
print(code, *(name for name in sys.argv[1].split(",") if name in sys.modules), file=sys.stderr)
"""


def probe(*args: str, heavy: tuple[str, ...] = HEAVY) -> tuple[int, set[str], str]:
    """Run a command line in a fresh interpreter: its exit code, the heavy packages it loaded, all it printed."""
    command = [sys.executable, "-c", PROBE, ",".join(heavy), *args]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300, stdin=subprocess.DEVNULL)
    code, *loaded = done.stderr.splitlines()[-1].split()
    return int(code), set(loaded), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["--help"], 0),
        (["--version"], 0),
        (["version"], 0),
        (["run", "--help"], 0),
        (["stat", "--help"], 0),
        (["debug", "--help"], 0),
        (["debug", "no-such-file.s"], 2),
        (["debug", "--preset", "nonsense", "programs/hello.s"], 2),
        (["help"], 0),
        (["help", "insn", "addi"], 0),
        (["help", "exit-codes"], 0),
        (["help", "counters"], 0),
        (["config"], 0),
        (["asm", "programs/hello.s", "-o", "/dev/null"], 0),
        (["nonsense"], 2),
        (["run"], 2),
        (["run", "no-such-file.s"], 2),
        (["run", "README.md"], 2),
        (["run", "--preset", "nonsense", "programs/hello.s"], 2),
        (["run", "--mount", "x", "programs/hello.s"], 2),
        (["run", "programs/two_files/main.s"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_light_paths_load_nothing_heavy(args: list[str], code: int) -> None:
    """Neither the jit nor the table drawer is imported where none is used."""
    found, loaded, output = probe(*args)
    assert (found, loaded) == (code, set()), output


def test_the_disassembler_needs_only_the_elf_reader() -> None:
    """`emu dis` reads ELF files with pyelftools, and that is all."""
    assert probe("dis", "programs/hello.s")[:2] == (0, {"elftools"})


def test_help_is_quick() -> None:
    """`emu --help` computes for a tenth of a second; the bound is generous for slow hosts."""
    begin = os.times()
    probe("--help")
    end = os.times()
    assert end.children_user + end.children_system - begin.children_user - begin.children_system < 2


def test_help_imports_no_command() -> None:
    """The list of commands comes from a table, not from the commands."""
    commands = tuple(f"emu.cli.{name}" for name in ("run", "stat", "asm", "dis", "config", "help"))
    assert probe("--help", heavy=commands)[:2] == (0, set())


def test_the_package_is_a_command() -> None:
    """`python -m emu` is `emu`, with its name in messages and its exit codes."""
    command = [sys.executable, "-m", "emu", "rn"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300, stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean 'run'?" in done.stderr
