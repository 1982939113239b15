"""Watchpoints, catchpoints and breakpoints over several processes, harts, copies and swap."""

from __future__ import annotations

import pytest
from debugged import Typist, assembled, debugged, text_of

from emu.errors import EmuError

WIDTHS = pytest.mark.parametrize("xlen", [64, 32])
STORES = """
    .data
value: .word 5
other: .word 0
    .text
    .globl _start
_start:
    la t0, value
    lw t1, 0(t0)
    li t2, 5
    sw t2, 0(t0)        # the same value
    li t2, 6
    sw t2, 0(t0)        # another
    li t2, 9
    sw t2, 4(t0)        # its neighbour
    li t2, 7
    sb t2, 0(t0)
    li a0, 0
    la a1, value
    li a2, 4
    li a7, 63           # read(0, value, 4)
    ecall
    li a0, 0
    li a7, 93
    ecall
"""


@WIDTHS
def test_watch_stops_behind_changes_only(xlen: int) -> None:
    """Old and new value; storing what is there already does not count, nor does a neighbour."""
    session = assembled(STORES, xlen)
    type_ = Typist(session)
    assert "4 bytes" in text_of(type_("watch value"))
    stops = [type_("continue").stop for _ in range(3)]
    assert [stop.reason for stop in stops] == ["watchpoint", "watchpoint", "exit"]
    assert [(stop.detail["old"], stop.detail["new"]) for stop in stops[:2]] == [(5, 6), (6, 7)]
    assert [session.source(stop.detail["by"])[1] for stop in stops[:2]] == [13, 17]


def test_read_and_access_watchpoints() -> None:
    """rwatch meets the load, awatch everything that touches the place."""
    session = assembled(STORES)
    type_ = Typist(session)
    type_("rwatch value", "continue")
    assert session.source(type_.views[-1].stop.detail["by"])[1] == 9
    session.restart()
    type_("delete", "awatch value")
    lines = []
    while (stop := type_("continue").stop).reason == "watchpoint":
        lines.append(session.source(stop.detail["by"])[1])
    assert lines == [9, 11, 13, 17]


def test_watch_backwards() -> None:
    """reverse-continue stands before the access, and knows what it will do."""
    session = assembled(STORES)
    type_ = Typist(session)
    type_("watch value", "run", "continue", "continue")
    stop = session.cont(reverse=True)
    assert (stop.reason, stop.detail["old"], stop.detail["new"]) == ("watchpoint", 6, 7)
    assert stop.source[1] == 17
    stop = session.cont(reverse=True)
    assert (stop.detail["old"], stop.detail["new"], stop.source[1]) == (5, 6, 13)
    assert session.cont(reverse=True).reason == "start"


def test_writes_by_the_kernel_are_noticed() -> None:
    """A system call that fills a watched buffer stops behind it."""
    from debugged import session_of

    from emu.asm import Source, assemble
    from emu.kernel.fs.console import Capture

    session = session_of(assemble([Source("test.s", STORES)], xlen=64), "/test.s")
    session.engine.streams.source = session.engine.source = Capture(b"abcd")
    session.restart()
    type_ = Typist(session)
    type_("watch value if value != 0 || 1", "ignore 1 2", "continue")
    stop = type_.views[-1].stop
    assert stop.reason == "watchpoint"
    assert stop.detail["by"] == "the kernel, in read"
    assert stop.detail["new"] == int.from_bytes(b"abcd", "little")


def test_last_write() -> None:
    """Who wrote it: an instruction, the kernel, nobody; and afterwards we are where we were."""
    session = assembled(STORES)
    type_ = Typist(session)
    assert type_("last-write value").data["who"] == "nobody"
    session.advance(session.resolve("20"))
    here = session.engine.tick, session.engine.state_hash()
    found = type_("last-write value").data
    assert (found["who"], found["source"], found["old"], found["new"]) == ("store", "test.s:17", 6, 7)
    assert (session.engine.tick, session.engine.state_hash()) == here
    assert type_("last-write other").data["source"] == "test.s:15"
    assert len(session.breaks.rows) == 0


@WIDTHS
def test_breakpoints_follow_forked_and_copied_pages(xlen: int) -> None:
    """One breakpoint stops parent and child; one with a pid only that process."""
    session = debugged("kernel/cow.s", xlen=xlen)
    type_ = Typist(session)
    type_("catch fork", "continue")
    child = type_.views[-1].stop.detail["child"]
    type_("delete", "break exit")
    assert {session.cont().pid for _ in range(2)} == {1, child}
    session.restart()
    type_("delete", "catch fork", "continue", "delete", f"break exit --pid={child}")
    assert session.cont().pid == child
    assert session.cont().reason == "exit"


def test_breakpoints_wait_for_their_page_and_survive_swap() -> None:
    """A place whose page is not there yet, or was swapped out, is met all the same."""
    session = debugged("kernel/working_set.s", "12", ram=8 << 20, swap=32 << 20)
    type_ = Typist(session)
    type_("tcatch swap-out", "continue")
    stop = type_.views[-1].stop
    assert stop.detail["kind"] == "swap_out"
    assert stop.detail["slots"]
    type_("tcatch swap-in", "continue")
    assert type_.views[-1].stop.detail["kind"] == "swap_in"
    type_("tcatch fault major", "continue")
    assert (type_.views[-1].stop.detail["type"], type_.views[-1].stop.detail["did"]) == ("major", "swapped in")
    type_("tcatch reclaim", "continue")
    assert type_.views[-1].stop.detail["kind"] in ("kswapd", "direct_reclaim_begin")
    type_("break exit", "continue")
    assert type_.views[-1].stop.reason == "breakpoint"


def test_exec_brings_another_program() -> None:
    """Behind execve symbols are those of the new program; breakpoints of the old one stay where they were."""
    session = debugged("kernel/exec.s")
    type_ = Typist(session)
    type_("catch exec", "continue", "break _start")
    stop = type_.views[0 - 2].stop
    assert stop.reason == "catch"
    assert stop.detail["kind"] == "exec"
    assert session.registers(stop.pid).pc == stop.detail["pc"]
    while stop.reason != "exit":
        stop = type_("continue").stop
        assert stop.reason in ("catch", "breakpoint", "exit")


def test_system_calls_are_caught_before_they_are_made() -> None:
    """catch syscall stands at the ecall with its arguments; catch sysret behind it with the result."""
    session = debugged("hello.s")
    type_ = Typist(session)
    type_("catch syscall write", "catch sysret write", "continue")
    stop = type_.views[-1].stop
    assert (stop.detail["name"], stop.detail["args"][0]) == ("write", 1)
    assert session.engine.output == b""
    assert session.evaluate("$a7") == 64
    stop = type_("continue").stop
    assert (stop.detail["kind"], stop.detail["result"]) == ("sys_exit", 13)
    assert session.engine.output == b"hello, world\n"


@pytest.mark.parametrize(
    ("program", "line", "kind"),
    [
        ("demand.s", "catch fault minor", "minor"),
        ("kernel/cow.s", "catch fault cow", "cow"),
        ("null_deref.s", "catch fault invalid", "invalid"),
    ],
)
def test_faults_of_each_kind(program: str, line: str, kind: str) -> None:
    """The record says what the kernel did."""
    stop = Typist(debugged(program))(line, "continue").stop
    assert stop.reason == "catch"
    assert stop.detail["type"] == kind
    assert stop.detail["did"]


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("catch tlb-miss dtlb", "kind", "tlb_fill"),
        ("catch cache-miss llc", "c", 3),
        ("catch mesi M", "kind", "mesi"),
        ("catch walk", "kind", "walk_fault"),
    ],
)
def test_events_of_the_hardware(line: str, field: str, value: object) -> None:
    """They stop behind the instruction that made them."""
    stop = Typist(debugged("sum_array.s"))("advance sum", line, "continue").stop
    assert stop.reason == "catch"
    assert stop.detail[field] == value


def test_signals_and_ends() -> None:
    """A signal as it is delivered; the end of a task while it can still be looked at."""
    session = debugged("kernel/signal.s")
    type_ = Typist(session)
    stop = type_("catch signal", "continue").stop
    assert stop.detail["name"].startswith("SIG")
    session = debugged("hello.s")
    type_ = Typist(session)
    stop = type_("catch exit", "continue").stop
    assert (stop.reason, stop.detail["code"]) == ("catch", 0)
    assert session.evaluate("$a7") == 93
    assert type_("continue").stop.reason == "exit"


@WIDTHS
def test_a_handlers_frames(xlen: int) -> None:
    """Below a signal's handler lies the frame that it interrupted, registers and all."""
    session = debugged("kernel/signal.s", xlen=xlen)
    type_ = Typist(session)
    rows = type_("break handler", "continue", "backtrace").data
    assert [row["function"] for row in rows] == ["handler", "<signal handler called>", "_start"]
    assert rows[2]["how"] == "signal"
    type_("select-frame 2")
    saved = [session.evaluate(name) for name in ("$sp", "$s0", "$a7")]
    type_("back")
    assert [session.evaluate(name) for name in ("$sp", "$s0", "$a7")] == saved


def test_the_machines_watchpoints_are_counted() -> None:
    """There are sixteen; the next one is refused, and so are catches of the hardware."""
    type_ = Typist(debugged("fib.s"))
    for k in range(16):
        type_(f"watch *($sp + {8 * k})")
    with pytest.raises(EmuError, match="all taken"):
        type_("rwatch *$sp")
    for _ in range(8):
        type_("catch walk")
    with pytest.raises(EmuError, match="all taken"):
        type_("catch mesi")


@pytest.mark.parametrize("harts", [1, 2])
def test_threads_step_while_others_run(harts: int) -> None:
    """Each thread meets the breakpoint; steps stay with the selected one; a step back undoes one of its own."""
    session = debugged("kernel/threads.s", harts=harts)
    type_ = Typist(session)
    type_("break thread")
    pids = []
    for _ in range(4):
        pids.append(session.cont().pid)
    assert sorted(pids) == [2, 3, 4, 5]
    pid, pc = session.pid, session.registers().pc
    for _ in range(5):
        assert session.stepi().pid == pid
    for _ in range(5):
        assert session.stepi(-1).pid == pid
    assert session.registers().pc == pc
    type_("delete", "watch counter")
    first, second = session.cont().detail, session.cont().detail
    assert second["new"] == second["old"] + 1
    assert first["new"] <= second["old"]


def test_physical_watchpoints_see_every_mapping() -> None:
    """The same frame through whatever address it is written."""
    session = assembled(STORES)
    type_ = Typist(session)
    session.advance(session.resolve("12"))  # the store at 11 has made the page the process's own
    pa = type_("getphys value").data["pa"]
    assert pa is not None
    stop = type_(f"watch --physical --length=4 {pa:#x}", "continue").stop
    assert stop.reason == "watchpoint"
    assert session.source(stop.detail["by"])[1] == 13
