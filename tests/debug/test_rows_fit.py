"""Tables that are read line by line: a row is one line of 100 columns. And what small views say in words."""

from __future__ import annotations

import pytest
from debugged import Typist, debugged

from emu.debug.registry import registry
from emu.debug.render import text
from emu.errors import EmuError


@pytest.mark.parametrize("xlen", [32, 64])
def test_a_register_is_a_line(xlen: int) -> None:
    """Whatever it is for."""
    type_ = Typist(debugged("kernel/segv_kinds.s", xlen=xlen))
    lines = text(type_("info registers")).splitlines()
    assert len(lines) == 2 + 1 + 32
    assert all(line[0] != " " and len(line) <= 100 for line in lines)
    says = {line.split()[0].rstrip("*"): line.split(maxsplit=3)[-1] for line in lines[2:]}
    assert (says["a1"], says["a2"], says["a7"]) == ("argument, result", "argument", "argument; system-call number")
    assert (says["s0"], says["s1"], says["tp"]) == ("saved; frame pointer", "saved over calls", "thread pointer")


def test_a_fault_names_its_area_shortly() -> None:
    """Rights and file: the range is in the data."""
    type_ = Typist(debugged("kernel/segv_kinds.s"))
    view = type_("continue", "faults")
    areas = [row["area"] for row in view.data["faults"]]
    shown = text(view)
    assert any(area.startswith("10000-11000 r-xp ") for area in areas)
    assert "segv_kinds.s" in shown and "10000-11000" not in shown


def test_the_caller_is_named_as_in_the_backtrace() -> None:
    """At the address that it goes on from."""
    type_ = Typist(debugged("fib.s"))
    caller = type_("break fib", "continue", "info frame").data["caller"]
    assert f"{caller:#x} {type_.session.symbolize(caller)}," in text(type_("info frame"))


def test_an_idle_hart_says_so() -> None:
    """The task that is shown runs elsewhere, or ran there last."""
    type_ = Typist(debugged("kernel/cow.s", harts=4))
    assert "hart 3 is idle" in type_("stepi", "hart 3").notes[0]
    busy = next(row["hart"] for row in type_("info harts").data if row["pid"])
    assert not type_(f"hart {busy}").notes


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("i r sp", "registers"), ("i registers", "registers"), ("info reg sp", "registers"),
        ("i b", "info breakpoints"),
        ("i th", "ps"), ("i locals", "info locals"), ("info ta", "ps"), ("i watch", "info breakpoints"),
    ],
)  # fmt: skip
def test_info_as_in_gdb(line: str, name: str) -> None:
    """`i` is info, and the words behind it may be cut short, those that are another name of a command, too."""
    assert registry().find(line.split())[0].name == name
    assert registry().find(line.split())[1] == 2


def test_layout_refuses_what_is_no_pane() -> None:
    """A misspelt name would fill the screen with its error; a command of one's own is welcome."""
    shown: list[list[str]] = []
    type_ = Typist(debugged("fib.s"))
    type_.fullscreen = shown.append  # type: ignore[method-assign]  # what would open the full screen
    with pytest.raises(EmuError, match="no pane is called 'sorce'") as raised:
        type_("layout registers sorce")
    assert "source" in raised.value.hint and not shown
    type_("layout source 'x/4i $pc' vmmap", "layout off")
    assert shown == [["source", "x/4i $pc", "vmmap"], ["off"]]


def test_back_before_the_selected_task_was_made() -> None:
    """Another is selected: one that lives."""
    type_ = Typist(debugged("kernel/cow.s", harts=4))
    first = type_("goto start").stop
    for line in ("goto start", "reverse-continue", "back 100000", "reverse-step 100000"):
        stop = type_("delete", "catch fork", "continue", "attach 2", "delete", line).stop
        assert (stop.pid, stop.pc, stop.symbol) == (first.pid, first.pc, "_start"), line


@pytest.mark.parametrize("lines", [("hart",), ("stepi 9", "restart"), ("continue", "restart", "hart")])
def test_the_first_task_is_selected_where_it_runs(lines: tuple[str, ...]) -> None:
    """Of several harts the first one may be idle."""
    type_ = Typist(debugged("kernel/cow.s", harts=4))
    type_.session.engine.begin()
    type_.session.choose(1)
    view = type_(*lines)
    rows = type_("info harts").data
    assert [row["hart"] for row in rows if row["pid"] == 1] == [row["hart"] for row in rows if row["selected"]]
    assert (view.stop.pid, view.notes) == (1, [])
