"""Watchpoints on local variables live as long as the call (gdb: "Setting Watchpoints"); until and advance in C."""

from __future__ import annotations

from pathlib import Path

import pytest
from debugged import Typist, session_of, text_of

from emu.cli.compiler import compile_to_elf
from emu.debug.session import Session

SOURCE = Path(__file__).with_name("scopes.c")
LEFT = "deleted because the program has left the block in which its expression is valid"


@pytest.fixture(scope="module")
def program() -> bytes:
    """scopes.c with debug information."""
    return compile_to_elf((str(SOURCE),), 64, ("-g",))


@pytest.fixture
def type_(program: bytes) -> Typist:
    """A session at its beginning."""
    session = session_of(program, "/scopes")
    session.files.add(str(SOURCE.parent))
    return Typist(session)


def where(session: Session) -> str:
    """The function in which the selected task stands."""
    return session.symbolize(session.registers().pc).partition("+")[0]


def watched(type_: Typist) -> list[str]:
    """The expressions that are watched."""
    return [row.spec for row in type_.session.breaks if row.kind == "watchpoint"]


IN_TWICE = ("tbreak twice if n == 3", "continue", "watch a")
ENDS = {
    "forwards": (IN_TWICE, 2, "continue", "scope", "main"),
    "backwards": ((*IN_TWICE, "next"), 1, "reverse-continue", "scope", "main"),
    "finish": ((*IN_TWICE, "continue", "continue"), 0, "finish", "scope", "main"),
    "finish back": (IN_TWICE, 0, "reverse-finish", "scope", "main"),
    "another time": (IN_TWICE, 0, "goto start", "goto", "_start"),
    "another run": (IN_TWICE, 0, "restart", "goto", "_start"),
    "recursion": (("tbreak depth if n == 2", "continue", "next", "watch local"), 2, "continue", "scope", "depth"),
    "a caller's": (("tbreak depth if n == 1", "continue", "up", "watch local"), 2, "continue", "scope", "depth"),
    "a jump out": (("tbreak leap", "continue", "watch x"), 2, "continue", "scope", ""),
    "a pointer": (("tbreak twice if n == 3", "continue", "watch *&a"), 2, "continue", "scope", "main"),
}


@pytest.mark.parametrize("way", ENDS)
def test_the_block_is_left(type_: Typist, way: str) -> None:
    """The watchpoint stops as long as its call lives, each with its own variables; then it is gone, and says so."""
    begin, hits, last, reason, function = ENDS[way]
    type_(*begin)
    for _ in range(hits):
        assert type_(last).stop.reason == "watchpoint"
    view = type_(last)
    assert view.stop.reason == reason and (not function or where(type_.session) == function)
    assert LEFT in text_of(view) and "ended" in view.data["detail"]
    assert not watched(type_)
    type_("delete", "continue")
    assert type_.session.kernel.exit is not None


def test_what_stays(type_: Typist) -> None:
    """Statics, globals, and places (-location) outlive the call."""
    type_(
        "tbreak twice",
        "continue",
        "watch calls",
        "watch total",
        "watch -l a",
        "watch --location n",
        "watch *(int *) $sp",
    )
    type_("disable", "tbreak depth", "continue")
    assert len(watched(type_)) == 5


def test_steps_out_of_the_block(type_: Typist) -> None:
    """Single instructions end it too; what it was about is told once."""
    type_(*IN_TWICE, "next 4")
    said = []
    while where(type_.session) == "twice":
        said.append(text_of(type_("stepi")))
    assert [LEFT in text for text in said] == [False] * (len(said) - 1) + [True]


def test_until_stays_in_its_call(type_: Typist) -> None:
    """until LOCATION passes deeper calls of the same function; advance stops there (gdb: "Continuing and Stepping")."""
    type_("tbreak depth", "continue", "next 2")
    here = type_.session.registers().x[2]
    type_("until 12")
    assert (type_.session.registers().x[2], type_("print n").data["text"]) == (here, "3")
    type_("goto start", "tbreak depth", "continue", "next 2", "advance 12")
    assert type_("print n").data["text"] == "0"


@pytest.mark.parametrize("command", ["advance", "until", "tbreak"])
def test_a_line_in_a_prologue(type_: Typist, command: str) -> None:
    """The line of a function's head means behind its prologue, where arguments are in their places."""
    type_("tbreak main", "continue")
    if command == "until":
        type_("tbreak *depth", "continue")
    type_(f"{command} 7", *(["continue"] if command == "tbreak" else []))
    assert type_("info args").data[0]["value"] == "3" and type_("info symbol $pc").data["symbol"] != "depth"
