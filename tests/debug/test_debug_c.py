"""Compiled C: backtraces by frame information, arguments, variables, structures; lines; optimised code."""

from __future__ import annotations

from pathlib import Path

import pytest
from debugged import Typist, session_of, text_of

from emu.cli.compiler import compile_to_elf
from emu.debug.session import Session
from emu.errors import EmuError

SOURCE = Path(__file__).with_name("shapes.c")


@pytest.fixture(scope="module")
def programs() -> dict[str, bytes]:
    """shapes.c compiled for both widths, and optimised."""
    name = str(SOURCE)
    return {
        "64": compile_to_elf((name,), 64, ("-g",)),
        "32": compile_to_elf((name,), 32, ("-g",)),
        "O2": compile_to_elf((name,), 64, ("-g", "-O2")),
    }


def start(programs: dict[str, bytes], which: str) -> tuple[Session, Typist]:
    """A session that may read the source."""
    session = session_of(programs[which], "/shapes", xlen=32 if which == "32" else 64)
    session.files.add(str(SOURCE.parent))
    return session, Typist(session)


@pytest.mark.parametrize("which", ["64", "32"])
def test_calls_and_variables(programs: dict[str, bytes], which: str) -> None:
    """A breakpoint stands behind the prologue, where arguments are in their places."""
    _, type_ = start(programs, which)
    stop = type_("break leaf", "run").stop
    assert stop.source[1] == 10
    rows = type_("backtrace").data
    assert [row["function"] for row in rows[:3]] == ["leaf", "middle", "main"]
    assert [(each["name"], each["value"]) for each in rows[0]["arguments"]] == [("a", "3"), ("b", "4")]
    assert rows[1]["arguments"][1]["value"].endswith('"hello"')
    assert rows[0]["how"] == "innermost"
    assert rows[1]["how"] == "cfi"
    type_("up")
    asked = ("p->x", "p->next->y", "p->name", "text[1]", "counter", "table")
    values = {line: type_(f"print {line}").data["text"] for line in asked}
    assert values == {
        "p->x": "3", "p->next->y": "4", "p->name": '"pt"', "text[1]": "101 'e'", "counter": "7",
        "table": "{1, 2, 3, 4}",
    }  # fmt: skip
    assert type_("print *p").data["text"].startswith('{x = 3, y = 4, name = "pt", next = 0x')
    assert type_("print &table[2]").data["value"] == type_("print &table").data["value"] + 8
    type_("up", "info locals")
    assert {row["name"] for row in type_.views[-1].data} == {"q", "r"}


def test_a_line_where_a_function_begins(programs: dict[str, bytes]) -> None:
    """A breakpoint on it stands behind the prologue, as one on the function; conditions name what is local there."""
    session, type_ = start(programs, "64")
    line = session.source(session.symbols.by_name["leaf"].start)[1]
    type_("break leaf", f"break shapes.c:{line} if a == 3 && b == 4", "catch fork")
    by_name, by_line, _ = session.breaks
    assert by_line.addresses == by_name.addresses
    type_("condition 1 a == 3", "condition 1")
    for line in ("condition 1 nosuch", "break leaf if a && nosuch", "watch counter if nosuch", "catch fork if nosuch"):
        with pytest.raises(EmuError, match="is called 'nosuch'"):
            type_(line)
    assert len(session.breaks) == 3
    type_("delete 1", "run")
    assert [(each["name"], each["value"]) for each in type_("info args").data] == [("a", "3"), ("b", "4")]


def test_lines_of_c(programs: dict[str, bytes]) -> None:
    """next passes calls, step enters those whose source is at hand, finish returns; and all of it backwards."""
    session, type_ = start(programs, "64")
    type_("break main", "run")
    assert [type_(line).stop.source[1] for line in ("next", "step", "next", "next")] == [29, 17, 18, 19]
    assert type_("finish").data["detail"]["function"] == "middle"
    assert session.evaluate("(int) $a0") == 160
    assert [type_(line).stop.source[1] for line in ("next", "next")] == [30, 31]
    assert type_("reverse-next").stop.source[1] == 30
    assert type_("reverse-next").stop.source[1] == 29
    assert type_("reverse-step").stop.source[1] == 28
    assert type_("until 31").stop.source[1] == 31


def test_watching_and_setting_variables(programs: dict[str, bytes]) -> None:
    """By their names and types; the writer is found."""
    session, type_ = start(programs, "64")
    type_("break middle", "run", "watch counter", "continue")
    detail = type_.views[-1].stop.detail
    assert (detail["old"], detail["new"], session.source(detail["by"])[1]) == (7, 13, 11)
    assert type_("last-write &counter").data["source"].endswith("shapes.c:11")
    type_("delete", "finish", "set sum = 100", "set p->y = 9")
    assert (type_("print sum").data["text"], type_("print p->y").data["text"]) == ("100", "9")
    with pytest.raises(EmuError, match="assign to its parts"):
        type_("set *p = 3")
    assert type_("continue").stop.reason == "exit"


def test_optimised_code_is_honest(programs: dict[str, bytes]) -> None:
    """What is optimised away says so; nothing breaks."""
    _, type_ = start(programs, "O2")
    type_("break main", "run")
    for _ in range(6):
        text_of(type_("backtrace"))
        rows = type_("info locals").data
        assert all(row["value"] for row in rows)
        type_("step")
    assert type_("continue").stop.reason == "exit"


@pytest.mark.parametrize("xlen", [32, 64])
def test_what_functions_return(xlen: int) -> None:
    """finish: from a0 or fa0, in the function's own type; nothing of void."""
    source = Path(__file__).with_name("results.c")
    type_ = Typist(session_of(compile_to_elf((str(source),), xlen, ("-g",)), "/results", xlen=xlen))
    returned = {}
    for name in ("half", "minus", "word", "chosen", "nothing", "large"):
        view = type_(f"break {name}", "continue", "finish")
        returned[name] = text_of(view).splitlines()[0].removeprefix(f"{name} returned").strip()
        assert view.data["detail"]["function"] == name and ("value" in view.data["detail"]) == (name != "nothing")
    assert returned.pop("word").endswith(' "abc"')
    assert returned == {
        "half": "(double) 1.5", "minus": "(int) -4", "chosen": "(enum colour) GREEN", "nothing": "",
        "large": "(long long) -5000000000",
    }  # fmt: skip
