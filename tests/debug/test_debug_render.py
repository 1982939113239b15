"""Views to text: tables that fit, colours, one fact a line, JSON, and no escape of the guest's to the terminal."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emu.debug import draw, render
from emu.debug.highlight import code, command_line
from emu.debug.registry import registry
from emu.debug.style import LOOKS, prompt_style, sgr
from emu.debug.view import Facts, Table, Text, View, spell

VIEW = View(
    "demo",
    {"pages": 3, "raw": b"\x01\x02"},
    [
        Table(
            ["frame", "count", "owner"], [[[("0x5", "addr")], "12", "page table"], ["0x10", "3", ""]], "frames", (1,)
        ),
        Facts([("satp", [("0x8", "value")]), ("asid", "1")], "registers"),
        Text([[("=> ", "head"), ("addi a0, a0, 1", "insn")], "done"], plain=["at addi", "done"]),
    ],
    ["3 frames are shared"],
)


def test_text() -> None:
    """Columns flush as told, blocks apart, notes at the end, no blanks at ends of lines."""
    assert render.text(VIEW) == (
        "frames\n"
        "frame  count  owner\n"
        "────────────────────────\n"
        "0x5       12  page table\n"
        "0x10       3\n"
        "\n"
        "registers\n"
        "satp  0x8\n"
        "asid  1\n"
        "\n"
        "=> addi a0, a0, 1\n"
        "done\n"
        "note: 3 frames are shared\n"
    )


def test_plain() -> None:
    """One fact a line, no drawing."""
    assert render.plain(VIEW) == (
        "frames: frame 0x5: count 12, owner page table\n"
        "frames: frame 0x10: count 3\n"
        "registers: satp: 0x8\n"
        "registers: asid: 1\n"
        "at addi\n"
        "done\n"
        "note: 3 frames are shared\n"
    )


def test_plain_says_what_a_mark_means() -> None:
    """And an empty drawing leaves no title behind."""
    table = Table(["", "pid", "name"], [["*", "1", "sh"], ["", "2", "cat"]])
    drawing = Text(["..ff"], "a letter a frame", plain=[])
    assert render.plain(View("x", None, [table, drawing])) == "pid 1, name sh, selected\npid 2, name cat\n"


def test_json() -> None:
    """The data on one line, with the command."""
    assert json.loads(render.document(VIEW, "demo")) == {
        "command": "demo",
        "name": "demo",
        "data": {"pages": 3, "raw": "0102"},
        "notes": ["3 frames are shared"],
    }


def test_colours_are_of_the_sixteen() -> None:
    """Escapes for meanings; mnemonics and registers get their own."""
    text = render.text(VIEW, colour=True)
    assert "\x1b[34m0x5\x1b[0m" in text
    assert "\x1b[1;32maddi\x1b[0m" in text
    assert "\x1b[36ma0\x1b[0m" in text
    assert "38;" not in text


def test_what_a_guest_writes_cannot_command_the_terminal() -> None:
    """Escapes, carriage returns and overrides of direction are shown, not obeyed."""
    view = View("x", None, [Text(["a\x1b[2Jb\rc\x9bd\u202ee\x00"])])
    assert render.text(view) == render.plain(view) == "a^[[2Jb^Mc\\u009bd\\u202ee^@\n"
    assert "\\u001b" in json.dumps(render.document(View("x", "\x1b"), ""))


def test_narrow_screens_fold_the_widest_column() -> None:
    """The words stay, the width is kept."""
    table = Table(["name", "meaning"], [["swappiness", "how eagerly anonymous pages are swapped, against the cache"]])
    lines = [spell(line) for line in draw.lines(View("x", None, [table]), 40)]
    assert max(map(len, lines)) <= 40
    assert " ".join(" ".join(lines).split()).endswith("how eagerly anonymous pages are swapped, against the cache")


def test_narrow_screens_leave_numbers_and_words_whole() -> None:
    """Empty columns go first, then texts are cut at blanks, then paths behind a slash."""
    rows = [["0x7ff363fe1000", "", "/programs/kernel/cow.s", "mapped a fresh zeroed frame"]]
    view = View("x", None, [Table(["from", "swapped", "name", "the kernel"], rows)])
    assert [spell(line).rstrip() for line in draw.lines(view, 56)][2:] == [
        "0x7ff363fe1000  /programs/kernel/cow.s  mapped a fresh",
        "                                        zeroed frame",
    ]
    assert [spell(line).rstrip() for line in draw.lines(view, 45)][2:] == [
        "0x7ff363fe1000  /programs/     mapped a fresh",
        "                kernel/cow.s   zeroed frame",
    ]


def test_facts_and_notes_are_folded() -> None:
    """Below their beginning."""
    view = View("x", None, [Facts([("flags", "uptodate referenced active")])], ["what comes next is known later"])
    assert [spell(line) for line in draw.lines(view, 24)] == [
        "flags  uptodate",
        "       referenced active",
        "note: what comes next is",
        "  known later",
    ]


@settings(deadline=None)
@given(st.lists(st.lists(st.text(max_size=30), min_size=3, max_size=3), max_size=5), st.integers(1, 120))
def test_any_table_is_drawn(rows: list[list[str]], width: int) -> None:
    """No width and no text breaks the drawing; all three texts exist."""
    view = View("x", rows, [Table(["a", "b", "c"], rows, right=(1,))])
    assert render.text(view, width=width, colour=True)
    assert render.plain(view).count("\n") >= len(rows)
    assert json.loads(render.document(view))["data"] == rows


@pytest.mark.parametrize("style", LOOKS)
def test_every_style_has_both_looks(style: str) -> None:
    """Terminal and prompt_toolkit agree on which styles are plain."""
    assert bool(sgr(style)) == bool(prompt_style(style))


def test_code_is_coloured() -> None:
    """Labels, mnemonics, registers, numbers, comments; nothing is lost."""
    line = "1:  lw   t2, 0(t0)   # load <x>"
    spans = code(line)
    assert spell(spans) == line
    assert dict(spans)["lw"] == "insn"
    assert dict(spans)["t2"] == "operand"
    assert spans[-1] == ("# load <x>", "comment")


@settings(deadline=None)
@given(st.text(max_size=60))
def test_colouring_loses_nothing(text: str) -> None:
    """Whatever is typed or shown."""
    assert spell(code(text)) == text
    assert spell(command_line(text, registry())) == text
