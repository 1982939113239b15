"""The prompt and the full screen as people meet them: on a pseudo-terminal, with keys, mouse, sizes and Ctrl-C."""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("no pseudo-terminals", allow_module_level=True)

from debug_terminal import Terminal

F5, F7, SHIFT_F7, F6, F8, F9, F10 = "\x1b[15~", "\x1b[18~", "\x1b[33~", "\x1b[17~", "\x1b[19~", "\x1b[20~", "\x1b[21~"


def test_the_prompt() -> None:
    """Greeting, status bar, completion, Enter repeats, function keys, a mistake with its caret, the exit code."""
    with Terminal("programs/hello.s") as t:
        t.until("hart 0  │  pid 1")
        assert "hello.s: 64-bit" in t.text
        t.type("stepi\r", "tick 1")
        t.type("\r", "tick 2")
        t.type(SHIFT_F7, "tick 1")
        t.type("regis\t", "(emu) registers")
        t.type(" $a\t", "argument")
        t.type("\x03", "(emu)")
        t.type("brekpoint main\r", "did you mean")
        t.type("print 3 *\r", "error:")
        assert "    ^" in t.text or " ^\n" in t.text
        t.child.send("quit 7\r")
        assert t.end() == 7


def test_ctrl_c_stops_the_guest_and_keeps_the_session() -> None:
    """A program that never ends."""
    with Terminal("programs/spin.s") as t:
        t.until("hart 0")
        t.child.send("continue\r")
        for _ in range(5):
            t.pump(0.2)
        t.type("\x03", "interrupted")
        t.type("print 40 + 2\r", "42")
        t.child.send("\x04")
        assert t.end() == 0


def test_long_answers_are_paged() -> None:
    """A screenful, then keys."""
    with Terminal("programs/hello.s", rows=20) as t:
        t.until("hart 0")
        t.type("help session\r", "-- more")
        t.type("q", "(emu)")
        t.type("set page off\r", "(emu)")
        t.type("help session\r", "unalias")


def test_blocks_span_lines() -> None:
    """define … end in one input."""
    with Terminal("programs/hello.s") as t:
        t.until("hart 0")
        t.type("define twice\r", "    >")
        t.type("echo 1 $arg0\r", "1 $arg0")
        t.child.send("end\r")
        t.type("twice x\r", "1 x\n")


def test_guest_reads_the_terminal() -> None:
    """A line that is typed while the program waits for it."""
    with Terminal("programs/echo.s") as t:
        t.until("hart 0")
        t.child.send("continue\r")
        for _ in range(5):
            t.pump(0.2)
        t.type("polly\r", "polly\npolly")


def test_full_screen_follows_the_program() -> None:
    """Panes for source and registers; stepping moves the arrow and marks registers; the answers are kept."""
    with Terminal("--tui", "programs/sum_array.s", columns=80, rows=24) as t:
        t.until("source")
        assert "=>   14" in t.text.replace("\n", " ")
        t.type("break sum\r", "reakpoint 1")
        t.type(F5, "=>   37")
        t.type(F7, "=>   38")
        t.type(SHIFT_F7, "=>   37")
        t.type(F8, "output")
        t.type("\x04", "(emu)")
        t.type("print 6 * 7\r", "42")


@pytest.mark.parametrize(("columns", "rows"), [(200, 50), (120, 34), (80, 24), (50, 16)])
def test_sizes(columns: int, rows: int) -> None:
    """Every size has its panes and its command line; a change of size is followed."""
    with Terminal("--tui", "programs/hello.s", columns=columns, rows=rows) as t:
        t.until("source")
        lines = t.type("print 0x1234\r", "4660").splitlines()
        assert lines[-1].startswith("(emu)")
        assert "hart 0" in lines[-2]
        assert max(map(len, lines)) <= columns
        t.resize(30, 8)
        t.until("at least 40")
        t.resize(90, 30)
        t.until("source")


def test_mouse_and_keys_choose_panes() -> None:
    """A click on a tab, the wheel, F9 for one pane alone."""
    with Terminal("--tui", "programs/sum_array.s", columns=100, rows=30) as t:
        t.until("source")
        row = next(i for i, line in enumerate(t.text.splitlines()) if " tlb " in line)
        column = t.text.splitlines()[row].index(" tlb ") + 2
        t.type(f"\x1b[<0;{column};{row + 1}M\x1b[<0;{column};{row + 1}m", "itlb")
        t.type(F9, "itlb")
        t.until("source", gone=True)
        t.type(F9, "source")
        before = t.text
        t.child.send("\x1b[<65;10;5M" * 3)
        while t.text == before:
            t.pump(0.2)
        assert "source" in t.text


def test_ctrl_c_in_full_screen() -> None:
    """Keys work while the program runs."""
    with Terminal("--tui", "programs/spin.s", columns=100, rows=30) as t:
        t.until("source")
        t.type("continue\r", "running")
        t.type("\x03", "interrupted")
        t.child.send("quit 3\r")
        assert t.end() == 3


def test_history_is_kept(tmp_path) -> None:
    """Lines of one session are found in the next one, by their beginning."""
    file = tmp_path / "history"
    with Terminal("programs/hello.s", EMU_HISTORY=str(file)) as t:
        t.until("hart 0")
        t.type("print 20 + 3\r", "23")
        t.child.send("quit\r")
        assert t.end() == 0
    assert "print 20 + 3" in file.read_text()
    with Terminal("programs/hello.s", EMU_HISTORY=str(file)) as t:
        t.until("hart 0")
        t.type("pr", "(emu) pr")
        t.type("\x1b[A", "(emu) print 20 + 3")
        t.type("\r", "23")
