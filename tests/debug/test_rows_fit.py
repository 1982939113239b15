"""Tables that are read line by line: a row is one line of 100 columns. And what small views say in words."""

from __future__ import annotations

import pytest
from debugged import Typist, debugged

from emu.debug.complete import complete
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


@pytest.fixture(scope="module")
def two_harts() -> Typist:
    """cow.s before its first instruction."""
    return Typist(debugged("kernel/cow.s", harts=2))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("tlb ", ["0", "1", "itlb", "dtlb", "l2tlb"]),
        ("tlb dtlb ", ["0", "1"]),
        ("cache 1 l2", ["l2"]),
        ("catch fault m", ["minor", "major"]),
        ("catch syscall writ", ["write", "writev"]),
        ("catch signal SIGSE", ["SIGSEGV"]),
        ("proc self/statu", ["self/status"]),
        ("proc /proc/1/statu", ["/proc/1/status"]),
        ("proc sys/vm/swapp", ["sys/vm/swappiness"]),
        ("set kernel.vm.swapp", ["kernel.vm.swappiness"]),
        ("pagecache /pro", ["/programs/kernel/cow.s"]),
        ("registers a1", ["a1"]),
        ("registers $a1", ["$a1"]),
        ("counters dtlb.m", ["dtlb.miss"]),
        ("diff s", ["start"]),
        ("walk 0x1", ["0x10000", "0x11000", "0x12000"]),
        ("vmmap ", ["1"]),
    ],
)
def test_arguments_are_completed_as_what_they_are(two_harts: Typist, line: str, words: list[str]) -> None:
    """Symbols and registers are for expressions; all else has names of its own."""
    assert [row.text for row in complete(two_harts.shell, line)] == words


@pytest.mark.parametrize("line", ["tlb 1 dtlb", "tlb dtlb 1", "cache 1 l1i", "cache l1i 1", "cache 1", "tlb 1"])
def test_a_hart_and_a_unit_in_either_order(two_harts: Typist, line: str) -> None:
    """A number is no unit."""
    assert two_harts(line).data["hart"] == 1


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("info tlb", "tlb is a command of its own"),
        ("info float", "registers f"),
        ("history 0x1000", "history line"),
        ("set clour on", "did you mean 'colour'?"),
        ("tlb l1d", "one of itlb, dtlb, l2tlb"),
        ("frame", "of calls: f N"),
    ],
)
def test_what_was_meant(two_harts: Typist, line: str, hint: str) -> None:
    """Words of other debuggers, and slips."""
    with pytest.raises(EmuError) as raised:
        two_harts(line)
    assert hint in raised.value.hint


def test_layouts_as_in_gdb(two_harts: Typist, monkeypatch: pytest.MonkeyPatch) -> None:
    """src, asm, split, regs."""
    shown: list[list[str]] = []
    monkeypatch.setattr(two_harts, "fullscreen", shown.append, raising=False)
    for name in ("src", "asm", "split", "regs"):
        two_harts(f"layout {name}")
    assert shown == [["source"], ["code"], ["source", "code"], ["registers", "source"]]


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
