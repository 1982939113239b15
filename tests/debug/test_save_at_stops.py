"""Saving and changing at breakpoints and watchpoints: a stop shows the state that every run comes by."""

from __future__ import annotations

from pathlib import Path

import pytest
from debugged import Typist, debugged

WAYS = {
    "breakpoint": ("break print_decimal", "continue"),
    "a step": ("stepi 40", "set $t6 = 1"),
    "changes": ("break print_decimal", "continue", "set $a0 = 7", "set $a1 = 3", "continue"),
    "watchpoint": ("watch *(long *) ($sp - 8)", "continue", "set $t5 = 7", "continue"),
    "backwards": ("break digits", "continue", "continue", "set $t6 = 9", "reverse-continue", "set $t5 = 4"),
}


@pytest.mark.parametrize("harts", [1, 2])
@pytest.mark.parametrize("way", WAYS)
def test_what_was_saved_can_be_loaded(way: str, harts: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the same session and in a fresh one; from there on both live through the same, to the last cycle."""
    monkeypatch.chdir(tmp_path)
    first, second = (Typist(debugged("fib.s", harts=harts)) for _ in "ab")
    first(*WAYS[way], "save session", "load session")
    second("load session")
    engines = first.session.engine, second.session.engine
    assert engines[0].tick == engines[1].tick and engines[0].state_hash() == engines[1].state_hash()
    for type_ in (first, second):
        type_("delete", "continue")
    assert engines[0].state_hash() == engines[1].state_hash()


def test_a_change_at_a_breakpoint_is_lived_through_again() -> None:
    """Going over it from far before leads to the state that it led to when it was made."""
    type_ = Typist(debugged("fib.s"))
    engine = type_.session.engine
    type_("break print_decimal", "continue", "set $t6 = 5", "stepi 20")
    tick, digest = engine.tick, engine.state_hash()
    type_("goto start", "delete", f"goto tick {tick}")
    assert engine.state_hash() == digest
