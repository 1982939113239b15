"""`emu run` and its streams: input that ends or waits, readers that go away, Ctrl-C, closed descriptors."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from emu.cli import exitcodes

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 300  # seconds: a busy host that compiles the machine first
EMU = [sys.executable, "-m", "emu"]
SPIN = """
    .globl _start
_start:
    li a7, 64
    li a0, 1
    la a1, text
    li a2, 3
    ecall
    j .
text: .ascii "go\\n"
"""
FLOOD = """
    .globl _start
_start:
    li a7, 64
    li a0, 1
    la a1, text
    li a2, 64
    ecall
    j _start
text: .fill 64, 1, 'x'
"""


def start(*args: object, **options) -> subprocess.Popen:
    """An emu process of its own."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.Popen([*EMU, *map(str, args)], cwd=ROOT, text=True, **pipes)


def test_max_output(emu, source) -> None:
    """A flood is cut off at the byte."""
    done = emu("run", "--max-output", "1000", source(FLOOD))
    assert (done.code, len(done.out)) == (exitcodes.LIMIT, 1000)
    assert "stopped: the limit --max-output was reached" in done.err


def test_stdin_of_a_file(emu, tmp_path: Path) -> None:
    """--stdin, and what is said when there is no such file."""
    path = tmp_path / "input"
    path.write_bytes(b"abc\xff\n")
    assert emu("run", "--stdin", path, ROOT / "programs" / "echo.s").code == 0
    done = emu("run", "--stdin", tmp_path / "imput", ROOT / "programs" / "echo.s")
    assert done.code == exitcodes.USAGE
    assert "did you mean 'input'?" in done.err
    assert emu("run", "--stdin", tmp_path, ROOT / "programs" / "echo.s").code == exitcodes.USAGE


def test_stdin_of_the_host() -> None:
    """A pipe into emu is a pipe into the guest."""
    with start("run", "programs/echo.s", stdin=subprocess.PIPE) as process:
        out, err = process.communicate("good morning\n", timeout=PATIENCE)
    assert out == "good morning\n"
    assert not [line for line in err.splitlines() if not line.startswith("compiling")]


@pytest.mark.skipif(os.name == "nt", reason="signals are sent differently there")
@pytest.mark.parametrize("waits", [False, True], ids=["computes", "waits for input"])
def test_ctrl_c_stops_the_guest(source, waits: bool) -> None:
    """Wherever it is: a summary, exit code 130, no traceback."""
    program = "programs/echo.s" if waits else source(SPIN)
    with start("run", program, stdin=subprocess.PIPE) as process:
        process.stdin.write("go\n")
        process.stdin.flush()
        assert process.stdout.read(3) == "go\n"
        process.send_signal(signal.SIGINT)
        code = process.wait(timeout=PATIENCE)
        text = process.stderr.read()
    assert code == exitcodes.INTERRUPTED
    assert "stopped: Ctrl-C; " in text
    assert "Traceback" not in text


def test_a_reader_that_goes_away() -> None:
    """`emu … | head` ends without complaint."""
    with start("help", "insn") as process:
        process.stdout.close()
        assert process.wait(timeout=PATIENCE) in (0, exitcodes.PIPE)
        assert process.stderr.read() == ""


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams(closed: str) -> None:
    """What the caller closed leads nowhere; the run is the same."""
    shell = ["sh", "-c", f'"$@" run programs/echo.s {closed}', "sh", *EMU]
    done = subprocess.run(shell, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    assert "rror" not in done.stderr


def test_a_flood_ends_when_nobody_reads(source) -> None:
    """`emu run … | head` stops the guest, as SIGPIPE would."""
    with start("run", source(FLOOD)) as process:
        assert process.stdout.read(64) == "x" * 64
        process.stdout.close()
        assert process.wait(timeout=PATIENCE) == exitcodes.PIPE
        assert "stopped" not in process.stderr.read()
