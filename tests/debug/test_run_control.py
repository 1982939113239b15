"""Steps, calls, breakpoints and conditions on real programs of both widths, forwards and backwards."""

from __future__ import annotations

import json

import pytest
from debugged import Typist, assembled, debugged, text_of

from emu.debug.session import Session
from emu.errors import EmuError

WIDTHS = pytest.mark.parametrize("xlen", [64, 32])


def here(session: Session) -> tuple[str, int]:
    """Where the selected task stands: symbol and line."""
    pc = session.registers().pc
    source = session.source(pc)
    return session.symbolize(pc).partition("+")[0], source[1] if source else 0


@WIDTHS
def test_break_continue_backtrace(xlen: int) -> None:
    """A breakpoint is met, hits are counted, and the caller is found though the program has no frame information."""
    session = debugged("fib.s", xlen=xlen)
    view = Typist(session)("break fib", "continue")
    assert view.stop.reason == "breakpoint"
    assert view.stop.breakpoint == 1
    assert here(session) == ("fib", 29)
    assert [row["function"] for row in Typist(session)("backtrace").data] == ["fib", "_start"]
    stop = session.cont()
    assert session.evaluate("$a0") == 46
    assert (stop.breakpoint, session.breaks.get(1).hits) == (1, 2)


@WIDTHS
def test_stepping_by_lines_and_instructions(xlen: int) -> None:
    """`next` passes a call, `step` enters it, `finish` tells what it returned."""
    session = debugged("fib.s", xlen=xlen)
    assert here(session) == ("_start", 12)
    session.next(3)
    assert here(session) == ("_start", 15)
    session.step()
    assert here(session) == ("fib", 29)
    stop = session.finish()
    assert (stop.reason, stop.detail["value"]) == ("finished", 1134903170)
    assert here(session) == ("_start", 16)
    session.reverse_next(1)
    assert here(session) == ("_start", 15)
    session.next()
    assert here(session) == ("_start", 16)


@WIDTHS
def test_single_steps_are_undone_exactly(xlen: int) -> None:
    """n steps and n steps back are where they began, with the same state."""
    session = debugged("fib.s", xlen=xlen)
    session.stepi(40)
    before, tick = session.engine.state_hash(), session.engine.tick
    session.stepi(25)
    session.stepi(-25)
    assert session.engine.tick == tick
    assert session.engine.state_hash() == before


def test_nexti_passes_a_call() -> None:
    """A call counts as one instruction; backwards too."""
    session = debugged("fib.s")
    session.advance(session.resolve("fib"))
    session.stepi(-1)
    assert "jalr" in text_of(Typist(session)("stepi 0"))
    pc = session.registers().pc
    session.nexti()
    assert session.registers().pc == pc + 4
    session.nexti(reverse=True)
    assert session.registers().pc == pc


def test_conditions_ignore_counts_and_temporary_ones() -> None:
    """Each narrows where a breakpoint stops; a condition that can't be computed stops and says so."""
    session = debugged("fib.s")
    type_ = Typist(session)
    type_("break fib if $a0 == 48", "continue")
    assert session.evaluate("$a0") == 48
    type_("delete", "tbreak fib", "continue")
    assert session.evaluate("$a0") == 49
    assert len(session.breaks) == 0
    session.restart()
    type_("break fib --ignore=3", "continue")
    assert session.evaluate("$a0") == 48
    type_("delete", "break fib if *(u8 *) 8 == 0", "continue")
    assert "nothing is mapped" in text_of(type_.views[-1])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("break nosuch", "no symbol is called 'nosuch'"),
        ("break fib if", "the condition is missing"),
        ("break fib if $q0 == 1", "no register is called $q0"),
        ("break nosuch.s:3", "no source file"),
        ("break 9999", "no code at or behind line 9999"),
        ("break *3", "odd address"),
        ("break fib --hart=7", "there is no hart 7"),
        ("delete 7", "there is no breakpoint 7"),
        ("watch $a0", "is a register"),
        ("watch --length=99999999 fib", "can't be watched"),
        ("catch nosuch", "nosuch"),
        ("catch syscall wriet", "no system call is called 'wriet'"),
        ("catch signal SIGNO", "no signal is called"),
        ("catch cache-miss l9", "is no level"),
        ("catch fork 3", "takes nothing more"),
        ("attach 77", "there is no task 77"),
        ("hart 9", "there is no hart 9"),
        ("select-frame 50", "there is no frame 50"),
        ("finish", "outermost frame"),
        ("goto insn", "needs a number"),
        ("goto nowhere 3", "nowhere"),
        ("goto tick -1", "there is no tick -1"),
        ("goto start 1", "takes no number"),
        ("goto tick 9999999", "the program ends at tick"),
        ("goto cycle 99999999", "the program ends at cycle"),
        ("continue 0", "from 1 on"),
        ("continue -1", "from 1 on"),
        ("reverse-continue 0", "from 1 on"),
        ("reverse-continue 2", "no breakpoint stands here"),
        ("step 2 --stages", "one instruction at a time"),
        ("break fib if nosuch", "is called 'nosuch'"),
        ("set $nosuch% = 3", "can't be set"),
        ("set $cycle = 3", "can't be set"),
        ("set 5 = 3", "can't be assigned"),
        ("set $a0", "needs ="),
        ("set kernel.vm.swapiness = 3", "no tunable"),
        ("set kernel.vm.swappiness = 3000", "is 0 to 200"),
        ("set pte $sp Q", "changes no bit"),
        ("set line 0x10100 X", "no state of a line"),
        ("set memory 1 0 01", "nothing is mapped"),
        ("set physical 0xffffffffff 01", "physical memory ends"),
        ("last-write 0", "nothing is mapped"),
        ("find next 3", "nothing was looked for"),
        ("find --type=i7 3", "no type"),
        ("print/q 3", "no format"),
    ],
)
def test_mistakes_are_explained(line: str, message: str) -> None:
    """What can't be done says why, and changes nothing."""
    session = debugged("fib.s")
    before = session.engine.state_hash()
    with pytest.raises(EmuError) as caught:
        Typist(session)(line)
    assert message in str(caught.value)
    assert session.engine.state_hash() == before
    assert len(session.breaks) == 0


def test_the_end_and_beyond() -> None:
    """A program that has ended can be looked at, goes back, and starts anew; it does not go on."""
    session = debugged("hello.s")
    type_ = Typist(session)
    stop = type_("run").stop
    assert (stop.reason, stop.exit.status) == ("exit", 0)
    assert session.engine.output == b"hello, world\n"
    for line in ("stepi", "next", "finish", "continue", "until", "advance *0x10100"):
        with pytest.raises(EmuError, match="has ended"):
            type_(line)
    for line in ("backtrace", "info locals", "info breakpoints", "info harts", "print $pc", "info frame"):
        assert type_(line).blocks
    assert type_("back").stop.symbol.startswith("_start")
    assert type_("goto end").stop.reason == "exit"
    assert type_("restart").stop.symbol == "_start"
    assert session.engine.output == b""


def test_a_crash_stands_at_its_instruction() -> None:
    """SIGSEGV: the fault card, and the state before the instruction; going on ends the program."""
    session = debugged("null_deref.s")
    type_ = Typist(session)
    view = type_("run")
    assert (view.stop.reason, view.stop.source[1]) == ("signal", 16)
    assert view.data["detail"]["card"]["address"] == 8
    assert session.evaluate("$t0") == 0
    assert type_("continue").stop.reason == "exit"
    assert type_("back").stop.source[1] == 16
    assert type_("back").stop.source[1] == 15
    assert type_("continue").stop.reason == "signal"
    assert type_("stepi").stop.reason == "exit"


def test_reverse_continue_meets_what_was_met() -> None:
    """Backwards through the hits of a breakpoint, in opposite order, to the start."""
    session = debugged("fib.s")
    type_ = Typist(session)
    type_("break fib")
    seen = [session.evaluate("$a0") for _ in range(3) if session.cont().breakpoint == 1]
    assert seen == [45, 46, 47]
    assert session.cont(reverse=True).breakpoint == 1
    assert session.evaluate("$a0") == 46
    session.cont(reverse=True)
    assert session.evaluate("$a0") == 45
    assert session.cont(reverse=True).reason == "start"
    assert session.engine.tick == session.engine.start_tick


def test_reverse_step_and_finish() -> None:
    """reverse-step enters the function that had returned; reverse-finish leaves it at its call."""
    session = debugged("fib.s")
    session.until(session.resolve("16"))
    assert here(session)[1] == 16
    session.step(reverse=True)
    assert here(session) == ("fib", 38)
    assert session.finish(reverse=True).reason == "finished"
    assert here(session) == ("_start", 15)
    session.step(2, reverse=True)
    assert here(session) == ("_start", 14)


def test_until_leaves_a_loop() -> None:
    """`until` at the end of a loop does not go round again."""
    session = debugged("fib.s")
    session.advance(session.resolve("fib.s:36"))
    session.until()
    assert here(session) == ("fib", 37)
    assert session.until(session.resolve("fib")).source[1] == 16


def test_goto_every_kind_of_point() -> None:
    """Ticks, instructions, cycles, events, both ends; forwards beyond what was seen, and back."""
    session = debugged("fib.s")
    session.goto("insn", 100)
    assert session.engine.insns == 100
    first = session.engine.state_hash()
    session.goto("cycle", session.engine.cycle + 5000)
    cycle = session.engine.cycle
    assert cycle >= 5000
    session.goto("insn", 100)
    assert session.engine.state_hash() == first
    session.goto("tick", 7)
    assert session.engine.tick == 7
    session.goto("cycle", cycle)
    assert session.engine.cycle == cycle
    session.goto("start")
    assert session.engine.tick == session.engine.start_tick
    assert session.goto("end").reason == "goto"
    session.goto("start")
    session.cont()
    session.goto("event", 1)
    assert session.goto("fault", 1).tick == 0
    assert session.goto("syscall", 2).symbol.startswith("print_bytes")
    with pytest.raises(EmuError, match="no event"):
        session.goto("event", 10**9)


def test_displays_and_start() -> None:
    """Expressions are shown at every stop, also where they can't be computed."""
    type_ = Typist(debugged("fib.s"))
    type_("display $a0", "display/x *(u8 *) ($a0 ? 8 : $sp)", "break fib")
    data = type_("continue").data
    assert [each["text"] for each in data["displays"]] == ["45", "<nothing is mapped at 0x8>"]
    assert [each["number"] for each in type_("undisplay 1").data] == [2]
    assert "displays" in type_("stepi").data
    type_("undisplay")
    assert "displays" not in type_("stepi").data
    assert type_("start").stop.symbol == "_start"
    with pytest.raises(EmuError, match="no display 7"):
        type_("undisplay 7")


def test_commands_of_a_breakpoint_run() -> None:
    """Lines that hang on a breakpoint are done when it is met."""
    type_ = Typist(debugged("fib.s"))
    type_("break fib", "commands 1", "print $a0 + 1", "end", "continue")
    assert type_.views[-1].data["value"] == 46
    seen = len(type_.views)
    type_("commands 1", "silent", "print $a0 + 2  # its argument", "end", "continue")
    assert [view.name for view in type_.views[seen:]] == ["commands", "print"]
    with pytest.raises(EmuError, match="slient"):
        type_("commands 1", "slient", "print 1", "end")
    assert next(iter(type_.session.breaks)).commands[0] == "silent"


def test_counts_of_reverse_continue() -> None:
    """reverse-continue n meets the breakpoint that n reverse-continues would."""
    session = debugged("fib.s")
    type_ = Typist(session)
    type_("break fib", "continue", "continue 3")
    there = session.engine.tick
    type_("reverse-continue", "reverse-continue")
    twice = session.engine.tick
    type_(f"goto tick {there}", "reverse-continue 2")
    assert session.engine.tick == twice
    assert type_("reverse-continue 9").stop.reason == "start"


SPIN = """
    .globl _start
_start:
    li a0, 0
1:  addi a0, a0, 1
    li a7, 178          # gettid
    ecall
    j 1b
"""


def test_a_system_call_is_one_step() -> None:
    """stepi over ecall stands behind it, with its result."""
    session = assembled(SPIN)
    session.stepi(3)
    assert session.evaluate("$a7") == 178
    stop = session.stepi()
    assert stop.symbol == "_start+0xa" or stop.source[1] == 8
    assert session.evaluate("$a0") == 1
    session.stepi(-1)
    assert session.source(session.registers().pc)[1] == 7


def test_interrupt_keeps_the_session() -> None:
    """Ctrl-C stops an endless program; everything can be looked at, and it goes on."""
    import threading

    session = assembled(SPIN)
    timer = threading.Timer(0.3, session.engine.interrupt)
    timer.start()
    stop = session.cont()
    timer.join()
    assert stop.reason == "interrupted"
    assert session.stepi().reason == "step"


LINES = ("print $a0 + 1", f"print {'1 + ' * 40}\t1")
LISTS = ("info breakpoints", "info display", "print $k", "print $f")


def test_save_and_load(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A saved session is where it was, with its breaks, displays and $names, in another session of the same program."""
    monkeypatch.chdir(tmp_path)
    session = debugged("fib.s")
    type_ = Typist(session)
    type_("break fib if $a0 == 47", "tbreak print_decimal", "ignore 2 1", "watch *($sp - 8)", "disable 3")
    type_("catch syscall write if $a0 == 1", "catch mesi M", "delete 5", "display/x $a0", "set $k = 42", "set $f = 1.5")
    type_("commands 1", *LINES, "end")
    type_("stepi 50", "set $s0 = 48", "stepi 10", "save x.emu")
    other = debugged("fib.s")
    again = Typist(other)
    for view in again("break digits", "load x.emu"), again("info breakpoints"):
        told = text_of(view)
        assert "breakpoint 1 does, only after `enable commands 1`:" in told
        assert all(f"    {line}" in told for line in LINES)
    again("enable commands")
    assert other.engine.state_hash() == session.engine.state_hash()
    assert [again(line).data for line in LISTS] == [type_(line).data for line in LISTS]
    assert again("continue").data == type_("continue").data
    assert again("catch fork").data["number"] == 6
    with pytest.raises(EmuError):
        Typist(debugged("hello.s"))("load x.emu")
    with pytest.raises(EmuError):
        type_("load nosuch")


def test_commands_of_a_file_wait_for_the_user(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where their breakpoint is met a note says so; once enabled, or given anew, they are run."""
    monkeypatch.chdir(tmp_path)
    type_ = Typist(debugged("fib.s"))
    type_("break fib", "commands 1", "silent", "print 1 + 1", "end", "save x.emu", "load x.emu", "continue")
    assert type_.views[-1].name == "continue" and "enable commands 1" in type_.views[-1].notes[-1]
    type_("enable commands 1", "goto start", "continue")
    assert type_.views[-1].name == "print"
    type_("load x.emu", "commands 1", "print 3", "end", "continue")
    assert type_.views[-1].data["text"] == "3"


WRONG = (
    {"breaks": [{}]}, {"displays": [[1, "$a0"]]}, {"names": {"k": [1, 7, True, ""]}},
    {"names": {"k": [1, 64, True, "int"]}}, {"pid": "1"}, {"last": -1}, {"breaks": 5},
)  # fmt: skip
WATCH = {"kind": "watchpoint", "low": 0, "high": 8, "access": 2}
WRONG_ROWS = (
    {"kind": "thing"}, {"number": 0}, {"addresses": ["x"]}, {"hart": -1}, {"condition": 7}, {"commands": [3]},
    {"commands": ["print 1\n"]}, {"commands": ["print \x1b[2K"]}, {"spec": "fib\n"}, {"condition": "\u202e1"},
    {"spec": "x" * 5000}, {"kind": "watchpoint"}, {**WATCH, "access": 9}, {**WATCH, "lifetime": {"pid": 1}},
    {"kind": "catchpoint", "spec": "nosuch"},
)  # fmt: skip


def test_damaged_lists_of_a_file_change_nothing(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Breaks and displays of a file are checked before anything is done."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "x.emu"
    type_ = Typist(debugged("fib.s"))
    type_("break fib", "stepi 9", "save x.emu")
    data = json.loads(path.read_text())
    row = data["session"]["breaks"][0]
    type_("back 5")
    here = type_("info breakpoints").data, type_.session.engine.tick
    for more in (*WRONG, *({"breaks": [{**row, **change}]} for change in WRONG_ROWS)):
        path.write_text(json.dumps({**data, "session": {**data["session"], **more}}))
        with pytest.raises(EmuError, match="is damaged"):
            type_("load x.emu")
        assert (type_("info breakpoints").data, type_.session.engine.tick) == here


def test_a_command_for_several_threads_or_harts() -> None:
    """thread apply as in gdb ("Threads"): all from the highest on, lists, ranges, flags; then all is as it was."""
    type_ = Typist(debugged("kernel/threads.s", harts=2))
    type_("catch fork", "continue", "continue 2", "thread 1")
    rows = type_("thread apply all print $sp").data
    assert [row["thread"] for row in rows] == [4, 3, 2, 1] and len({row["answer"]["value"] for row in rows}) == 4
    assert type_.session.pid == 1
    assert [row["thread"] for row in type_("thread apply 1.2-3 1 -ascending -q print $pc").data] == [1, 2, 3]
    assert "thread 3" not in text_of(type_("thread apply all -q disassemble --no-source"))
    assert [row["error"] for row in type_("thread apply 2 -c select-frame 9").data] == ["there is no frame 9"]
    assert type_("thread apply all -s select-frame 9").data == []
    assert {row["hart"] for row in type_("hart apply all print $hart").data} == {0, 1}
    for line, message in APPLIED.items():
        assert message in str(expected(type_, line))


APPLIED = {
    "thread apply 9 print 1": "there is no thread 9",
    "thread apply all": "the command is missing",
    "thread apply print 1": "which threads?",
    "thread apply all -q nosuch": "no command 'nosuch'",
    "thread apply all thread apply all print 1": "can't be applied to several",
    "hart apply 7 print 1": "there is no hart 7",
}


def expected(type_: Typist, *lines: str) -> EmuError:
    """The mistake that the last of these lines is."""
    type_(*lines[:-1]) if lines[1:] else None
    with pytest.raises(EmuError) as caught:
        type_(lines[-1])
    return caught.value
