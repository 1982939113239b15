"""`emu debug` without a terminal: scripts, commands, pipes, forms of the answers, exit codes."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

HELLO = "programs/hello.s"


def feed(monkeypatch: pytest.MonkeyPatch, text: bytes) -> None:
    """Let the command read this as its standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))


@pytest.fixture
def debug(emu, monkeypatch: pytest.MonkeyPatch):
    """`emu debug --batch …`, with nothing on stdin."""
    feed(monkeypatch, b"")
    return lambda *args: emu("debug", "--batch", *args)


def test_scripts_then_commands(debug, tmp_path: Path) -> None:
    """Each -x, then each -ex, in order."""
    script = tmp_path / "a file's name.dbg"
    script.write_text("# a comment\nprint 1; print 2\n")
    done = debug("-ex", "print 3", "-x", script, "-ex", "continue", HELLO)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[:5] == ["1", "2", "3", "hello, world", "exited with status 0"]


def test_the_first_mistake_ends_a_batch(debug, tmp_path: Path) -> None:
    """Exit code 2, the place, and nothing after it."""
    script = tmp_path / "s.dbg"
    script.write_text("print 1\nprnit 2\nprint 3\n")
    done = debug("-x", script, "-ex", "print 4", HELLO)
    assert (done.code, done.out) == (2, "1\n")
    assert f"{script}:2:1: error: no command 'prnit'" in done.err
    assert "did you mean 'print'" in done.err
    assert debug("-x", tmp_path / "none", HELLO).code == 2


@pytest.mark.parametrize(("line", "code"), [("quit", 0), ("quit 3", 3), ("quit $a0", 1), ("quit 256 + 4", 4)])
def test_quit_is_the_exit_code(debug, line: str, code: int) -> None:
    """An expression of the program's state may be it."""
    assert debug("-ex", "stepi 2", "-ex", line, HELLO).code == code


def test_json_is_one_object_a_line(debug) -> None:
    """Answers, what the guest writes, mistakes."""
    done = debug("--json", "-ex", "x/2xb 0x10100", "-ex", "continue", "-ex", "nonsense", HELLO)
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert [row["name"] for row in rows] == ["memory", "output", "continue", "error"]
    assert rows[0]["data"]["values"] == [0x93, 0x08]
    assert rows[1]["data"] == {"stream": "stdout", "text": "hello, world\n"}
    assert rows[2]["data"]["reason"] == "exit"
    assert rows[3]["data"]["message"] == "no command 'nonsense'"
    assert (done.code, done.err) == (2, "")


def test_plain_has_no_drawing(debug) -> None:
    """One fact a line."""
    done = debug("--plain", "-ex", "registers a0", "-ex", "walk $sp", HELLO)
    assert done.code == 0
    assert not set("─│━┃") & set(done.out)
    assert "\x1b" not in done.out


def test_commands_from_a_pipe(emu, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read to the end; a mistake is the exit code, the others are carried out; the guest reads none of it."""
    feed(monkeypatch, b"set echo on\nprint 1\nnonsense\n\xff\xfe\nprint 2\n")
    done = emu("debug", HELLO)
    assert done.code == 2
    assert done.out == "(emu) print 1\n1\n(emu) nonsense\n(emu) \ufffd\ufffd\n(emu) print 2\n2\n"
    feed(monkeypatch, b"continue\n")
    assert emu("debug", "programs/echo.s").out.startswith("exited with status 0")


def test_limits(debug) -> None:
    """--max-insns bounds every run; what is not kept is refused."""
    done = debug("--max-insns", "1000", "-ex", "continue", "-ex", "info time --json", "programs/spin.s")
    assert json.loads(done.out.splitlines()[-1])["data"]["insns"] == 1000
    done = debug("--max-cycles", "1000", HELLO)
    assert (done.code, "no --max-cycles" in done.err) == (2, True)


def test_a_program_that_cannot_be_started(debug, tmp_path: Path) -> None:
    """The error of the loader, not of the debugger."""
    elf = tmp_path / "x.elf"
    elf.write_bytes(b"\x7fELF" + bytes(12) + b"\x02\x00\xf3\x00" + bytes(60))
    done = debug("-ex", "stepi", elf)
    assert (done.code, done.out) == (2, "")
    assert "error:" in done.err
    assert "internal error" not in done.err


def test_options_behind_the_program_are_the_guests(emu, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are handed on, and a note says so: a forgotten order would be a silent success."""
    feed(monkeypatch, b"x/s *(char **) ($sp + 16)\n")
    done = emu("debug", "programs/args.s", "--batch")
    assert done.code == 0 and done.out.endswith('"--batch"\n')
    assert done.err.startswith("note: --batch behind PROG is an argument of the program")
    feed(monkeypatch, b"")
    assert emu("debug", "programs/args.s", "--other").err == ""
