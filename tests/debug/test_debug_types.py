"""Types of C in expressions, ptype and x; calls that were inlined; lines that go round; what gdb's users type."""

from __future__ import annotations

from pathlib import Path

import pytest
from debugged import Typist, debugged, session_of, text_of

from emu.cli.compiler import compile_to_elf
from emu.debug.habits import HABITS
from emu.debug.registry import NoSuchCommand, registry
from emu.debug.source.spelling import characters
from emu.errors import EmuError

SOURCE = Path(__file__).with_name("kinds.c")


@pytest.fixture(scope="module")
def program() -> bytes:
    """kinds.c, compiled once."""
    return compile_to_elf((str(SOURCE),), 64, ("-g",))


@pytest.fixture
def type_(program: bytes) -> Typist:
    """A session that may read the source."""
    session = session_of(program, "/kinds")
    session.files.add(str(SOURCE.parent))
    return Typist(session)


def test_values_of_all_kinds(type_: Typist) -> None:
    """Members, bit-fields, floating point, enumerators, arrays with @, casts to the program's own types."""
    type_("break 36", "run")
    shown = {
        "items[1].low": "5", "items[1].high": "-3", "items[1].weight * 2": "5", "items[1].ratio": "0.1",
        "items[1].colour": "GREEN", "items[1].colour == GREEN": "1", "items[1].a": "7",
        "((item_t *) &items[1])->weight": "2.5", "&items[1].b - &items[1].a": "1", "(int) 2.75": "2", "-GREEN": "-5",
        "items[1].a@2": "{7, 0}", "sizeof items": "144",
    }  # fmt: skip
    for line, text in shown.items():
        assert type_(f"print {line}").data["text"] == text, line
    assert type_("print items[1].next").data["value"] == type_("print &items[2]").data["value"]
    assert type_("print items[1]").data["text"].startswith("{low = 5, high = -3, weight = 2.5, ratio = 0.1, ")
    assert type_("print/x items[1].colour@2").data["text"] == "{0x5, 0x7}"
    assert "plain>" in text_of(type_("print items[1].handler"))
    with pytest.raises(EmuError, match="no type is called 'struct nosuch'"):
        type_("print (struct nosuch *) 0")
    with pytest.raises(EmuError) as raised:
        type_("break main if plain(3)")
    assert "functions of the guest are called by print and call only" in raised.value.message


@pytest.fixture(scope="module")
def cplusplus() -> bytes:
    """referred.cpp, compiled once."""
    return compile_to_elf((str(SOURCE.with_name("referred.cpp")),), 64, ("-g",))


def test_references_are_what_they_stand_for(cplusplus: bytes) -> None:
    """C++: in arithmetic, comparisons, casts, conditions and assignments; shown alone with the place they refer to."""
    type_ = Typist(session_of(cplusplus, "/referred"))
    type_("break 33", "run")
    shown = {
        "*moving": "3", "moving[0] + 1": "4", "row[1] + 0": "5", "ratio * 2": "5", "!ratio": "0", "held.kept + 1": "4",
        "held.small": "8", "(char) held.kept": "3", "~L.kept": "-4", "sizeof held": "16", "e == ns::E::B": "1",
        "plain == ns::LOW && ns::Plain::LOW == 3": "1", "held.bytes": r'"\000\000\200?"', "L.kept == *place": "1",
    }  # fmt: skip
    for line, text in shown.items():
        assert type_(f"print {line}").data["text"] == text, line
    with pytest.raises(EmuError, match="'ns::A'"):
        type_("print ns::A")
    assert type_("print held.kept").data["text"] == f"@{type_('print &n').data['value']:#x}: 3"
    found = type_("last-write &L.small").data
    assert (found["length"], found["old"], found["new"]) == (2, 7, 8)
    type_("print moving = &numbers[2]", "set var ratio = 7")
    assert [type_(f"print {name}").data["text"] for name in ("*place", "real")] == ["6", "7"]
    type_("break refto if r == 4", "break 16 if r == 3")
    assert type_("continue").stop.source[1] == 16
    assert [
        type_(f"print {line}").data["text"] for line in ("r + 1", "(long) r", "-r", "r ? 5 : 6")
    ] == "4 3 -3 5".split()
    assert type_("print refto").data["value"] == type_("info line refto").data[0]["start"]
    assert [text_of(type_(f"whatis {name}")) for name in ("r", "refto")] == ["type = int &", "type = int (int &)"]
    type_("set var r = 9")
    assert type_("print r").data["text"].endswith(": 9")
    assert type_("up", "print n").data["text"] == "9"


def test_characters_behind_a_nul() -> None:
    """As gdb writes arrays of char: NULs at the end are left out, long runs are written once."""
    shown = {b"pt" + bytes(6): '"pt"', bytes(4): '""', b"\0\0\x80?": r'"\000\000\200?"'}
    shown[b"a" + bytes(20) + b"b"] = '"a", ' + r"'\000' <repeats 20 times>, " + '"b"'
    for data, text in shown.items():
        assert characters(data) == text


def test_assignments_keep_the_form(type_: Typist) -> None:
    """A bit-field among its neighbours, a double from a whole number, an int from a double; print x = y as in C."""
    type_("break 36", "run", "set items[1].low = 2", "set items[1].weight = 3", "print total = 9.75")
    assert type_.views[-1].data["text"] == "9"
    texts = [type_(f"print items[1].{name}").data["text"] for name in ("low", "high", "weight")]
    assert texts == ["2", "-3", "3"]
    with pytest.raises(EmuError, match="that has no address"):
        type_("print &items[1].low")


def test_what_types_consist_of(type_: Typist) -> None:
    """ptype, with offsets; whatis; info types, address, scope; x of a structure."""
    lines = text_of(type_("ptype item_t")).splitlines()
    assert lines[0] == "type = struct item {" and lines[-1] == "}"
    assert {"    unsigned int low : 3;", "    int (*handler)(int);", "    struct item *next;"} <= set(lines)
    members = {row["name"]: row for row in type_("ptype/o struct item").data["members"]}
    assert (members["weight"]["offset"], members["high"]["first_bit"], members["high"]["bits"]) == (8, 3, 5)
    assert text_of(type_("whatis &items[1].weight")) == "type = double *"
    assert text_of(type_("whatis plain")) == "type = int (int)"
    assert text_of(type_("ptype enum colour")) == "type = enum colour {RED = 0, GREEN = 5}"
    assert {row["name"] for row in type_("info types item").data} == {"struct item", "item_t"}
    type_("break 36", "run")
    rows = {row["member"]: row for row in type_("x items[1]").data["members"]}
    assert (rows["weight"]["offset"], rows["weight"]["value"], rows["b"]["value"]) == (8, "2.5", "0")
    assert type_("info address total").data["where"].startswith("at 0x")
    assert type_("info scope").data[0]["name"] == "got"


def test_inlined_calls_are_frames(type_: Typist) -> None:
    """A breakpoint in one, its frames, their variables, and finish out of it."""
    stop = type_("break twice", "run").stop
    assert stop.source[1] in (18, 19)
    type_("next 2")
    rows = type_("backtrace").data
    assert [row["function"] for row in rows[:3]] == ["twice", "outer", "main"]
    assert [row["inlined"] for row in rows[:3]] == [True, True, False]
    assert [row["line"] for row in rows[1:3]] == [26, 35]
    assert {row["name"]: row["value"] for row in type_("info locals").data} == {"result": "10"}
    assert type_("up", "print kept").data["text"] == "5"
    assert [row["name"] for row in type_("up", "info locals").data] == ["got"]
    assert type_("select-frame 0", "finish").data["detail"]["function"] == "twice"
    assert type_("backtrace").data[0]["function"] == "outer"


def test_lines_that_go_round(type_: Typist) -> None:
    """next and reverse-next over 60,000 rounds of one line take no time for each of them."""
    type_("break 36", "run")
    assert type_("next").stop.source[1] == 37
    assert type_("print total").data["value"] == 60_000 * 59_999 // 2 + 10
    assert type_("reverse-next").stop.source[1] == 36
    assert type_("print total").data["value"] == 10


def test_many_steps_back_are_one_jump() -> None:
    """Where single steps back lead, too: across system calls, faults and other tasks."""
    type_ = Typist(debugged("kernel/cow.s", harts=2))
    session = type_.session
    type_("goto insn 1400", "attach 1")
    for count in (9, 70):
        now = session.engine.tick
        jumped = (type_(f"back {count}").stop.pc, session.engine.tick)
        session.goto("tick", now)
        for _ in range(count):
            single = type_("back").stop.pc, session.engine.tick
        assert jumped == single
    assert type_("back 123456789").stop.reason == "start"


def test_the_last_thing_is_seen_from_the_end() -> None:
    """reverse-continue from the end stops at what ended the program, once."""
    type_ = Typist(debugged("fib.s"))
    type_("run", "catch syscall exit")
    assert type_("reverse-continue").stop.reason == "catch"
    here = type_.session.engine.tick
    assert type_("continue").stop.reason == "exit"
    assert type_("reverse-continue").stop.tick == here
    assert type_("reverse-continue").stop.reason == "start"


def test_lists_of_source() -> None:
    """A line, a range, what follows and what stood before; the program's own source before the first stop."""
    type_ = Typist(debugged("fib.s"))
    assert type_("list 20").data["first"] == 15
    numbers = [[row["number"] for row in type_(line).data["lines"]] for line in ("list 3,5", "list", "list -")]
    assert numbers == [[3, 4, 5], list(range(6, 16)), list(range(1, 6))]
    assert type_("break 29").data["addresses"]
    with pytest.raises(EmuError, match="ends with line"):
        type_("list 9000")


def test_what_gdbs_users_type_is_answered() -> None:
    """No row of the table is a command, and each is what the error's hint says."""
    commands = registry()
    for words, advice in HABITS.items():
        if not words.startswith(("set ", "show ")):
            with pytest.raises(NoSuchCommand) as raised:
                commands.find([*words.split(), "x"])
            assert raised.value.hint == advice
    with pytest.raises(EmuError) as refused:
        Typist(debugged("fib.s"))("set args 1 2")
    assert refused.value.hint == HABITS["set args"]
    assert commands.find(["info", "proc", "mappings"]) == (commands.find(["vmmap"])[0], 3)
    assert commands.find(["info", "registers"])[1] == 2
