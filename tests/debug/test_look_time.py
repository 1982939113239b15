"""Views that live time through again: logs, biographies, differences; and that they leave nothing behind."""

from __future__ import annotations

import json
from typing import Any

import pytest
from debugged import debugged
from look_helpers import data, ran, stepped

from emu.debug.engine import keeper
from emu.debug.look import compare, events, explain, faults, history, misses, observe, relive, replay, syscalls
from emu.debug.session import Session
from emu.errors import EmuError

EXECVE = 2  # faults of execve, which fills the stack before the program begins

LATE = {
    "why": replay.why_last,
    "why fault": faults.why,
    "faults": faults.faults,
    "syscalls": syscalls.syscalls,
    "events": events.events,
    "bus": events.bus,
    "history line": lambda s: history.line(s, 0x5000),
    "history frame": lambda s: history.frame(s, 3),
    "history page": lambda s: history.page(s, s.registers().x[2]),
    "explain": lambda s: explain.explain(s, lambda pc: True, "all", 2000),
    "misses": lambda s: misses.misses(s, 2000),
    "diff": lambda s: compare.diff(s, "start"),
}
SESSIONS: dict[str, Any] = {
    "one hart": lambda: stepped(debugged("demand.s"), 60),
    "rv32": lambda: stepped(debugged("kernel/cow.s", xlen=32), 500),
    "two harts": lambda: stepped(debugged("kernel/threads.s", harts=2), 300),
    "simple timing": lambda: stepped(debugged("fib.s", knobs={"timing": "simple"}), 200),
    "swap": lambda: stepped(debugged("kernel/working_set.s", "6", knobs={"ram": "4M"}, swap=32 << 20), 4000),
    "before a crash": lambda: ran(debugged("null_deref.s")),
    "ended": lambda: ran(debugged("hello.s", xlen=32)),
}


def test_what_an_exit_gives_back_is_its_doing() -> None:
    """The child's frame of the program's code, though the kernel told of a signal before it was seen."""
    session = debugged("kernel/cow.s", harts=2)
    session.engine.goto(1700)
    rows = data(history.frame(session, 3))["events"]
    assert [row["kind"] for row in rows] == ["so it began", "minor fault", "minor fault", "exit"]


def test_nothing_is_told_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the host took for the way: what an engine does so that going back is short is no part of a log."""
    monkeypatch.setattr(keeper, "TAIL", (0.0, 1e9))
    for ask in (faults.faults, lambda s: events.events(s, "walk"), lambda s: history.page(s, s.registers().x[2])):
        session = debugged("kernel/cow.s")
        session.engine.goto(1000)
        found = data(ask(session))
        cycles = [row["cycle"] for row in found.get("events") or found["faults"]]
        assert cycles == sorted(set(cycles)), ask
        assert len(cycles) == session.kernel.vm.minor - EXECVE or "events" in found


@pytest.mark.parametrize("name", SESSIONS)
def test_going_back_to_look_leaves_nothing(name: str) -> None:
    """After each of them time, state, selection and log are what they were; nothing raises but EmuError."""
    session = SESSIONS[name]()
    engine, seen = session.engine, 0
    before = (
        engine.state_hash(),
        engine.tick,
        engine.end_tick,
        session.pid,
        session.hart,
        len(engine.archive.kernel_rows),
    )
    for make in LATE.values():
        try:
            json.dumps(make(session).data)
            seen += 1
        except EmuError as error:
            assert error.message
    after = (
        engine.state_hash(),
        engine.tick,
        engine.end_tick,
        session.pid,
        session.hart,
        len(engine.archive.kernel_rows),
    )
    assert after == before
    assert seen >= 10


@pytest.fixture(scope="module")
def demand() -> Session:
    """demand.s after eight touched pages."""
    return stepped(debugged("demand.s"), 50)


def test_the_log_of_faults(demand: Session) -> None:
    """Nine of them, with instruction, area and cost; it follows time, backwards too."""
    found = data(faults.faults(demand))
    assert found["total"] == {"minor": 9, "major": 0, "cow": 0, "invalid": 0} and found["cycles"] == 8100
    first = found["faults"][1]
    assert (first["pc"], first["symbol"], first["access"], first["pfn"]) == (0x10186, "touch+0xc", "store", 0x10)
    here = demand.engine.tick
    demand.engine.goto(first["tick"])
    assert len(data(faults.faults(demand))["faults"]) == 1
    demand.engine.goto(here)
    assert len(data(faults.faults(demand))["faults"]) == 9
    assert data(faults.faults(demand, "cow"))["faults"] == []
    with pytest.raises(EmuError, match="no fault is"):
        faults.faults(demand, "mayor")


def test_system_calls_as_strace_has_them() -> None:
    """The whole run of hello, and only the named calls of a run with several processes."""
    session = ran(debugged("hello.s"))
    lines = [row["text"] for row in data(syscalls.syscalls(session))["lines"]]
    assert lines == ['write(1, "hello, world\\n", 13) = 13', "exit(0) = ?", "+++ exited with 0 +++"]
    session = ran(debugged("kernel/pipe.s"))
    text = "\n".join(row["text"] for row in data(syscalls.syscalls(session, ["clone", "write"]))["lines"])
    assert "clone(child_stack=NULL, flags=SIGCHLD) = 2" in text and "EPIPE" in text and "read(" not in text
    with pytest.raises(EmuError) as error:
        syscalls.syscalls(session, ["wriet"])
    assert "write" in error.value.hint


def test_events_by_kind(demand: Session) -> None:
    """Hardware and kernel on one clock, each with the tick to go to; groups, and what does not exist."""
    found = data(events.events(demand, "walk,fault"))
    assert found["counts"] == {"walk": 9, "fault": 9}
    assert [row["cycle"] for row in found["events"]] == sorted(row["cycle"] for row in found["events"])
    assert data(events.bus(demand))["counters"]["bus.read_exclusive"] == 8
    with pytest.raises(EmuError) as error:
        events.events(demand, "wlk")
    assert "walk" in error.value.hint


def test_biographies(demand: Session) -> None:
    """The first touched page: its frame was free, a store mapped it, its line came into all caches as Modified."""
    va = demand.registers().x[8]
    page = data(history.page(demand, va))["events"]
    assert [row["text"] for row in page] == ["no entry", "mapped: frame 0x10 DA-U-WRV"]
    assert page[1]["symbol"] == "touch+0xc" and page[1]["kind"] == "minor fault"
    frame = data(history.frame(demand, 0x10))["events"]
    assert frame[0]["text"] == "free" and f"pid 1 at {va:#x}" in frame[1]["text"]
    line = data(history.line(demand, 0x10000))["events"]
    assert [row["kind"] for row in line][:5] == [
        "cache_miss",
        "cache_miss",
        "bus_read_exclusive",
        "cache_miss",
        "dram_read",
    ]
    assert line[-1]["text"] == "l1d takes line 0x10000 in state M"


def test_a_page_is_shared_and_copied() -> None:
    """Written, shared by fork without W, copied at the next write."""
    session = stepped(debugged("kernel/cow.s"), 500)
    texts = [row["text"] for row in data(history.page(session, session.mm.vmas[2].vm_start))["events"]]
    assert [text.partition(":")[0] for text in texts] == ["no entry", "mapped", "bits", "another frame"]


def test_what_is_different(demand: Session) -> None:
    """Between two points: registers, one word of memory, the pages that were mapped, the cycles that passed."""
    end = demand.engine.tick
    found = data(compare.diff(demand, "22", "now"))
    assert {row["register"] for row in found["registers"]} == {"pc", "t0", "t1"}
    assert len(found["pagetable"]) == 7 and found["to"]["tick"] == end
    assert sum(found["ledger"].values()) == found["to"]["cycle"] - found["from"]["cycle"]
    assert data(compare.diff(demand, "now", "now"))["counters"] == {}
    for bad in ("nonsense", "999999999", "-99999"):
        with pytest.raises(EmuError):
            compare.diff(demand, bad)


def test_an_interruption_comes_back(demand: Session) -> None:
    """Ctrl-C in the middle of a long look: an error, and time is where it was."""
    engine, here = demand.engine, (demand.engine.tick, demand.engine.state_hash())
    with pytest.raises(EmuError, match="interrupted"), observe.travel(demand, engine.start_tick):
        engine.interrupt()
    assert (engine.tick, engine.state_hash()) == here
    with pytest.raises(EmuError, match="interrupted"):
        relive.relive(demand, engine.start_tick, poll=lambda record: engine.interrupt())
    assert (engine.tick, engine.state_hash()) == here
    assert data(faults.faults(demand))["total"]["minor"] == 9
