"""The prompt and the full screen as people meet them: on a pseudo-terminal, with keys, mouse, sizes and Ctrl-C."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("no pseudo-terminals", allow_module_level=True)

from debug_terminal import Terminal

F5, F8, F9, F11, SHIFT_F7, SHIFT_F11 = "\x1b[15~", "\x1b[19~", "\x1b[20~", "\x1b[23~", "\x1b[33~", "\x1b[23;2~"
UP = "\x1b[A"


def test_the_prompt(tmp_path: Path) -> None:
    """Greeting, status, completion, Enter, keys, blocks, pages, a mistake with its caret, history, the exit code."""
    history = tmp_path / "history"
    with Terminal("programs/hello.s", rows=24, EMU_HISTORY=str(history)) as t:
        t.until("hart 0  │  pid 1")
        assert "hello.s: 64-bit" in t.text
        t.type("stepi\r", "tick 2")
        t.type("\r", "tick 3")
        t.type(SHIFT_F7, "tick 2")
        t.type("regis\t", "(emu) registers")
        t.type(" $a\t", "argument")
        t.type("\x03", "(emu)")
        t.type("brekpoint main\r", "did you mean")
        t.type("print 3 *\r", "error:")
        assert " ^\n" in t.text
        t.type("define twice\r", "    >")
        t.type("echo 1 $arg0\r", "1 $arg0")
        t.child.send("end\r")
        t.type("twice x\r", "1 x\n")
        t.type("apropos a\r", "-- more")
        t.child.send("q")
        t.until("-- more", gone=True)
        t.type("pri", "(emu) pri")
        t.type(UP, "(emu) print 3 *")
        t.type("\x03", "(emu)")
        t.child.send("quit 7\r")
        assert t.end() == 7
    assert "print 3 *" in history.read_text()


def test_ctrl_c_stops_the_guest_and_keeps_the_session() -> None:
    """A program that never ends."""
    with Terminal("programs/spin.s") as t:
        t.until("hart 0")
        t.child.send("continue\r")
        t.running()
        t.type("\x03", "interrupted")
        t.type("print 40 + 2\r", "42")
        t.child.send("\x04")
        assert t.end() == 0


def test_the_guest_reads_the_terminal() -> None:
    """A line that is typed while the program waits for it; Ctrl-C there is no end of input."""
    with Terminal("programs/echo.s") as t:
        t.until("hart 0")
        t.child.send("continue\r")
        t.running()
        t.type("polly\r", "polly\npolly")
        t.type("\x03", "interrupted")
        t.until("│  cycle")
        t.child.send("continue\r")
        t.running()
        t.type("again\r", "again\nagain")


def test_full_screen() -> None:
    """Panes follow the program both ways; tabs by key and mouse, one pane alone, the wheel; back to the prompt."""
    with Terminal("--tui", "programs/sum_array.s", columns=80, rows=24) as t:
        t.until("=>   14")
        t.type("break sum\r", "breakpoint 1")
        t.type(F5, "=>   37")
        t.type(F11, "=>   38")
        t.type(SHIFT_F11, "=>   37")
        row = next(i for i, line in enumerate(t.text.splitlines()) if " tlb " in line)
        column = t.text.splitlines()[row].index(" tlb ") + 2
        t.type(f"\x1b[<0;{column};{row + 1}M\x1b[<0;{column};{row + 1}m", "itlb")
        t.type(F8, "set.way")
        t.type(F9, "set.way")
        t.until("source", gone=True)
        t.type(F9, "source")
        t.child.send("\x1b[<65;10;5M" * 9)
        t.until("=>   37", gone=True)
        t.type("\x04", "(emu)")
        t.type("print 6 * 7\r", "42")


def test_sizes_and_ctrl_c() -> None:
    """Every size has its panes and its command line, a change of size is followed; keys work while the program runs."""
    with Terminal("--tui", "programs/spin.s", columns=200, rows=50) as t:
        t.until("source")
        for columns, rows in ((120, 34), (80, 24), (50, 16), (200, 50)):
            t.resize(columns, rows)
            t.type(f"print 1000 * {columns}\r", f"{columns}000")
            lines = t.text.splitlines()
            assert lines[-1].startswith("(emu)")
            assert "hart 0" in lines[-2]
            assert max(map(len, lines)) <= columns
        t.resize(30, 8)
        t.until("at least 40")
        t.resize(100, 30)
        t.until("source")
        t.type("continue\r", "running")
        t.type("\x03", "interrupted")
        t.child.send("quit 3\r")
        assert t.end() == 3
