"""The options around the strace log: alone, with a choice, into a file; what follows PROG is the guest's."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HELLO = ROOT / "programs" / "hello.s"
ARGS = ROOT / "programs" / "args.s"
WRITE, EXIT = 'write(1, "hello, world\\n", 13)'.ljust(40) + "= 13", "exit(0)".ljust(40) + "= ?"
END = "+++ exited with 0 +++"
EXECVE = r'execve\("/hello.s", \["hello.s"\], 0x7\w+ /\* 1 var \*/\) = 0'


def test_alone_it_takes_nothing_from_what_follows(emu: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    """--strace PROG logs everything to stderr, from the execve on; stdout is the guest's."""
    monkeypatch.chdir(HELLO.parent)  # a short name: strace cuts arguments after 32 bytes
    for options in (["--strace"], ["--no-aslr", "--strace", "--harts", "2"], ["--strace=all"]):
        done = emu("run", "--env", "A=1", *options, "hello.s")
        first, *lines = done.err.splitlines()
        assert (done.code, done.out, lines) == (0, "hello, world\n", [WRITE, EXIT, END])
        assert re.fullmatch(EXECVE, first), first


def test_a_choice_and_a_file(emu: Callable, tmp_path: Path) -> None:
    """--strace=write leaves the rest out; -o writes to a file, also among strace's own options."""
    assert emu("run", "--strace=write", HELLO).err.splitlines() == [WRITE, END]
    log = tmp_path / "log"
    quoted = shlex.quote(str(log))
    for options in (("--strace=write,exit", "-o", log), (f"--strace=-f -e trace=write,exit -o {quoted}",)):
        done = emu("run", *options, HELLO)
        assert (done.out, done.err, log.read_text().splitlines()) == ("hello, world\n", "", [WRITE, EXIT, END])


def test_what_is_under_way_when_the_run_is_stopped(emu: Callable, tmp_path: Path) -> None:
    """Its line is ended, and the summary of -C comes in any case."""
    (tmp_path / "sleeps.s").write_text(
        "_start: li a7, 101\n la a0, second\n li a1, 0\n ecall\n .data\n .balign 8\nsecond: .8byte 1, 0\n"
    )
    done = emu("run", "--max-cycles", "500000", "--strace=-C", tmp_path / "sleeps.s")
    assert done.code == 124 and "nanosleep({tv_sec=1, tv_nsec=0},  <unfinished ...>\n% time " in done.err


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


def test_a_log_that_finds_no_room(emu: Callable) -> None:
    """The run is stopped, and it is said why."""
    if Path("/dev/full").exists():
        done = emu("run", "--strace", "-o", "/dev/full", HELLO)
        assert done.code == 74 and done.err == "error: the output cannot be written: no space left on device\n"


def test_cycles_are_the_same(emu: Callable) -> None:
    """Looking at arguments takes no time, and leaves no trace in caches."""
    plain = emu("run", "--stat", "--plain", HELLO).err
    logged = emu("run", "--strace", "--stat", "--plain", HELLO).err
    kept = [line for line in plain.splitlines() if "host" not in line]
    assert kept == [line for line in logged.splitlines()[4:] if "host" not in line]
