"""The options around the strace log: alone, with a choice, into a file; what follows PROG is the guest's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HELLO = ROOT / "programs" / "hello.s"
ARGS = ROOT / "programs" / "args.s"
LINES = ['write(1, "hello, world\\n", 13) = 13', "exit(0) = ?", "+++ exited with 0 +++"]


def test_alone_it_takes_nothing_from_what_follows(emu: Callable) -> None:
    """--strace PROG logs everything to stderr; stdout is the guest's."""
    for options in (["--strace"], ["--no-aslr", "--strace", "--harts", "2"], ["--strace=all"]):
        done = emu("run", *options, HELLO)
        assert (done.code, done.out, done.err.splitlines()) == (0, "hello, world\n", LINES)


def test_a_choice_and_a_file(emu: Callable, tmp_path: Path) -> None:
    """--strace=write leaves the rest out; -o writes to a file."""
    assert emu("run", "--strace=write", HELLO).err.splitlines() == [LINES[0], LINES[2]]
    log = tmp_path / "log"
    done = emu("run", "--strace", "-o", log, HELLO)
    assert (done.out, done.err, log.read_text().splitlines()) == ("hello, world\n", "", LINES)


def test_after_the_program_it_is_an_argument(emu: Callable) -> None:
    """What follows PROG belongs to the guest."""
    done = emu("run", ARGS, "--strace", "-o", "x")
    assert "--strace" in done.out and done.err == ""


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--strace=opne"], "did you mean 'open'"),
        (["-o", "log"], "-o without --strace"),
        (["--strace", "-o", "/no/such/folder/log"], "cannot be written"),
        (["--strace"], "missing argument"),
    ],
)
def test_mistakes(emu: Callable, options: list[str], text: str) -> None:
    """Each is told with a way out, before anything runs."""
    done = emu("run", *options, *([HELLO] if text != "missing argument" else []))
    assert done.code == 2 and text in done.err.lower() and done.out == ""


def test_cycles_are_the_same(emu: Callable) -> None:
    """Looking at arguments takes no time, and leaves no trace in caches."""
    plain = emu("run", "--stat", "--plain", HELLO).err
    logged = emu("run", "--strace", "--stat", "--plain", HELLO).err
    kept = [line for line in plain.splitlines() if "host" not in line]
    assert kept == [line for line in logged.splitlines()[len(LINES) :] if "host" not in line]
