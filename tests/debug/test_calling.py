"""print f(x): functions of the guest run on its stack, and leave its registers alone (gdb: "Calling")."""

from __future__ import annotations

from pathlib import Path

import pytest
from debugged import Typist, assembled, debugged, session_of

from emu.cli.compiler import compile_to_elf
from emu.errors import EmuError

SOURCE = Path(__file__).with_name("called.c")
VALUES = {
    "square(7)": "49", "square(local) + 1": "145", "half(3)": "1.5", "third(1.5)": "0.5", "factorial(10)": "3628800",
    "big(5000000000, 3)": "15000000000", "square(square(3))": "81", "sizeof square(3)": "4", "0 && bump(9)": "0",
    "word(0x1ffffffff)": "-1", "word(-1)": "-1", "byte(300)": "44", "all_ones(-1)": "1", "all_ones(0xffffffff)": "1",
    "truth(256)": "1", "truth(0.25)": "1", "truth(0)": "0", "bump(10)": "void", "handled()": "25", "bump(-10)": "void",
    "counter": "15",
}  # fmt: skip
REFUSED = {
    "print crash(8)": "crash was ended by SIGSEGV",
    "print stopped()": "stopped was stopped by SIGSTOP",
    "print leave(3)": "leave did not return: the program ended",
    "print both(1)": "returns a struct pair",
    "print square()": "too few arguments: square takes 1",
    "print square(1, 2)": "too many arguments",
    "print 5(3)": "is no function",
    "print square(3": "missing",
    "break square if square(3) == 9": "called by print and call only",
    "display square(3)": "called by print and call only",
    "x/s name(1)": "called by print and call only",
}


@pytest.fixture(scope="module", params=[64, 32])
def compiled(request: pytest.FixtureRequest) -> tuple[int, bytes]:
    """called.c for both widths."""
    return request.param, compile_to_elf((str(SOURCE),), request.param, ("-g",))


@pytest.fixture
def type_(compiled: tuple[int, bytes]) -> Typist:
    """A session that stands in main, behind its first statement."""
    xlen, data = compiled
    type_ = Typist(session_of(data, "/called", xlen=xlen))
    type_("break bump", "continue", "finish", "back 40", "break main", "reverse-continue", "next 2")
    type_("delete")
    return type_


def test_values_and_effects(type_: Typist) -> None:
    """Numbers, floating point, pointers; registers stay, memory changes, and that can be taken back."""
    tick, before = type_.session.engine.tick, type_.session.registers()
    type_("set $kept = local")
    assert {line: type_(f"print {line}").data["text"] for line in VALUES} == VALUES
    assert type_("print name(0)").data["text"].endswith(' "no"') and type_("print/d small(300)").data["text"] == "44"
    after = type_.session.registers()
    assert (after.x, after.f, after.pc) == (before.x, before.f, before.pc)
    assert type_("continue").stop.exit.status == 15 + int(VALUES["square(7)"]) - 49 + 12
    type_(f"goto tick {tick - 1}")
    assert type_("print counter").data["text"] == "5"


@pytest.mark.parametrize("line", REFUSED)
def test_what_does_not_return_has_not_been_called(type_: Typist, line: str) -> None:
    """A fault, an exit, a mistake: all is as it was."""
    digest = type_.session.engine.state_hash()
    with pytest.raises(EmuError) as caught:
        type_(line)
    assert REFUSED[line] in str(caught.value)
    assert type_.session.engine.state_hash() == digest and not len(type_.session.breaks)


TYPES = {
    "whatis square(3)": "int", "whatis half(1)": "double", "whatis name(0)": "const char *", "ptype 1.5 + big(2, 3)":
    "double", "whatis both(1)": "struct pair", "whatis both(1).b": "int", "whatis *name(0)": "const char",
    "whatis leave(1)": "void",
}  # fmt: skip


def test_types_are_told_without_a_call(type_: Typist) -> None:
    """ptype and whatis, of what would not even return."""
    digest = type_.session.engine.state_hash()
    assert {line: type_(line).data["type"] for line in TYPES} == TYPES
    assert type_.session.engine.state_hash() == digest


def test_a_loop_is_bounded(type_: Typist, monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that does not return is given up."""
    monkeypatch.setattr("emu.debug.control.calling.LONGEST", 20_000)
    digest = type_.session.engine.state_hash()
    with pytest.raises(EmuError, match="did not return within 20,000 instructions"):
        type_("call forever()")
    assert type_.session.engine.state_hash() == digest


@pytest.mark.parametrize("xlen", [64, 32])
def test_functions_of_assembly(xlen: int) -> None:
    """Without debug information: numbers in, a0 out; an ended program calls nothing."""
    type_ = Typist(debugged("fib.s", xlen=xlen))
    type_("stepi 3")
    assert type_("call fib(10)").data["value"] == 55
    assert type_("run").stop.exit.status == 0
    with pytest.raises(EmuError, match="has ended"):
        type_("call fib(10)")


def test_a_child_is_asked() -> None:
    """The task that is selected runs the function; a signal that would kill it alone is told, too."""
    type_ = Typist(assembled(FORKED))
    type_("catch fork", "continue", "attach 2")
    assert type_("print twice(21)").data["value"] == 42
    with pytest.raises(EmuError, match="SIGSEGV"):
        type_("print broken()")
    with pytest.raises(EmuError, match="quit did not return: the process ended"):
        type_("print quit()")
    assert type_.session.pid == 2 and type_("continue").stop.exit.status == 0


FORKED = """
    .globl _start, twice, broken, quit
_start:
    li a7, 220          # clone
    li a0, 17
    li a1, 0
    ecall
    beqz a0, 1f
    li a0, -1
    li a1, 0
    li a2, 0
    li a3, 0
    li a7, 260          # wait4
    ecall
1:  li a0, 0
quit:
    li a7, 93           # exit
    ecall
twice:
    slli a0, a0, 1
    ret
broken:
    lw a0, 0(zero)
    ret
"""


def test_what_is_assigned_to_a_truth_value(type_: Typist) -> None:
    """Anything but 0 is true: in memory, and as a condition."""
    type_("set flag = 256")
    assert type_("print flag").data["text"] in ("true", "1") and type_("print/d flag").data["text"] == "1"
    type_("set var flag = 0.0", "break bump if -0.0", "tbreak bump if 0.5")
    assert type_("print/d flag").data["text"] == "0"
    assert type_("continue").stop.reason == "breakpoint" and type_("info breakpoints").data[0]["hits"] == 0
