"""Views that live time through again: chains of what happened, logs, biographies, accounts, classes of misses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from debugged import assembled, debugged

from emu.debug.look import compare, events, explain, faults, history, misses, observe, relive, replay, stages, syscalls
from emu.debug.session import Session
from emu.debug.view import View
from emu.errors import EmuError

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


def stepped(session: Session, count: int) -> Session:
    """After some instructions."""
    session.stepi(count)
    return session


def ran(session: Session) -> Session:
    """To the end."""
    session.cont()
    return session


def data(view: View) -> Any:
    """What --json prints, as it arrives."""
    return json.loads(json.dumps(view.data))


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


def test_why_a_fault(demand: Session) -> None:
    """Fault 5, the fourth page: two TLB misses, four entries, the kernel, the new frame, again; 1,115 cycles in all."""
    found = data(faults.why(demand, 5))
    assert found["cycles"] == 1115 == sum(found["spent"].values())
    assert found["by_cause"] == found["spent"]
    assert found["by_cause"] == {"walk": 14, "trap": 60, "fault": 900, "l2": 10, "llc": 30, "dram": 100, "issue": 1}
    layers = [link["layer"] for link in found["links"]]
    assert layers.count("pte") == 8 and layers.count("fault") == layers.count("retry") == 1
    assert [link["pte"] for link in found["links"] if link.get("level") == "PTE"] == [0, 0x4CD7]
    kernel = next(link for link in found["links"] if link.get("record") == "fault")
    assert "mapped a fresh zeroed frame, frame 0x13" in kernel["text"]
    with pytest.raises(EmuError, match="no fault 99"):
        faults.why(demand, 99)


def test_why_a_major_fault() -> None:
    """The first try finds a swap entry and sleeps; 200,000 cycles later it is mapped, then loaded."""
    session = debugged("kernel/working_set.s", "6", knobs={"ram": "4M"}, swap=32 << 20)
    session.engine.goto(11_500)
    major = data(faults.faults(session, "major"))["faults"][-1]
    found = data(faults.why(session, major["number"]))
    records = [link["record"] for link in found["links"] if "record" in link]
    assert records == ["swap_in", "fault_wait", "block", "fault"]
    (wait,) = (link for link in found["links"] if link["layer"] == "wait")
    assert wait["passed"] >= 200_000
    assert [link["layer"] for link in found["links"]].count("retry") == 2
    assert found["cycles"] == sum(found["spent"].values()) < 3000 and found["by_cause"]["trap"] == 120


def test_every_last_instruction_adds_up() -> None:
    """Along a run of two harts: the chain's sum is the ledger's, and nothing is left unforeseen."""
    session = debugged("kernel/threads.s", harts=2)
    for tick in range(2000, 12000, 400):
        session.engine.goto(tick)
        session.select_hart(tick // 400 % 2)
        found = replay.why_last(session).data
        assert found["cycles"] == sum(found["spent"].values())
        assert not [link for link in found["links"] if link["layer"] == "other"]


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


def test_cycles_by_line(demand: Session) -> None:
    """`touch` took 9,938 cycles, nearly all in the store of line 49; lines, instructions and causes agree."""
    found = data(explain.explain(demand, explain.place_of(demand, demand.resolve("touch")), "touch"))
    assert found["cycles"] == 9938 == sum(found["by_cause"].values()) == sum(row["cycles"] for row in found["by_line"])
    store = next(row for row in found["by_line"] if row["line"].endswith("demand.s:49"))
    assert (store["count"], store["cycles"], store["by_cause"]["fault"]) == (8, 9620, 7200)
    whole = data(explain.explain(demand, lambda pc: True, "all"))
    assert whole["all_cycles"] == sum(row["cycles"] for row in whole["instructions"])
    one = data(explain.explain(demand, explain.place_of(demand, demand.resolve("demand.s:49")), "a line"))
    assert one["cycles"] == 9620
    with pytest.raises(EmuError, match="nothing has run"):
        explain.explain(debugged("hello.s"), lambda pc: True, "all")


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


FIGHT = """
        .data
        .balign 64
left:   .word 0
right:  .word 0
        .text
        .globl _start
_start: li a0, 0x10900
        la sp, stack + 4096
        la a1, stack + 2048
        li a2, 0
        li a3, 0
        li a4, 0
        li a7, 220
        ecall
        la t0, left
        beqz a0, 1f
        addi t0, t0, 4
1:      li t1, 400
2:      lw t2, 0(t0)
        addi t2, t2, 1
        sw t2, 0(t0)
        addi t1, t1, -1
        bnez t1, 2b
        li a0, 0
        li a7, 93
        ecall
        .bss
        .balign 4096
stack:  .space 4096
"""


def test_false_sharing_has_both_symbols() -> None:
    """Two threads that write neighbouring words: no miss is true sharing, and each names what the other wrote."""
    session = stepped(assembled(FIGHT, harts=2), 600)
    found = data(misses.misses(session))
    assert found["classes"]["false sharing"] >= 5 and found["classes"]["true sharing"] == 0
    pairs = {(row["wants"], row["wrote"]) for row in found["sharing"]}
    assert pairs <= {("left", "right"), ("right", "left")} and pairs


def test_conflict_and_capacity() -> None:
    """A stride that falls into one set conflicts; going round more lines than there are is capacity."""
    walk = "_start: la t0, room\n li t3, 3\n1: mv t1, t0\n li t2, {n}\n2: lw a0, 0(t1)\n li a1, {stride}\n"
    walk += "add t1, t1, a1\n addi t2, t2, -1\n bnez t2, 2b\n addi t3, t3, -1\n bnez t3, 1b\n ebreak\n"
    walk += ".bss\n .balign 4096\nroom: .space 65536\n"
    small = {"l1d.size": "1K", "l1d.ways": 1}
    for n, stride, kind in ((4, 1024, "conflict"), (32, 64, "capacity")):
        session = assembled(walk.format(n=n, stride=stride), knobs=small)
        session.cont()
        found = data(misses.misses(session))["classes"]
        assert found[kind] >= 2 * n - 3 and found["cold"] >= n - 2
        assert found["conflict" if kind == "capacity" else "capacity"] <= 4


def test_classes_of_tlb_misses() -> None:
    """New pages are cold; entries that the kernel dropped for fork are flushed; going round 80 pages is capacity."""
    session = stepped(debugged("demand.s"), 60)
    assert data(misses.misses(session))["dtlb"] == {"cold": 11, "capacity": 0, "conflict": 0, "flushed": 0}
    session = stepped(debugged("kernel/cow.s"), 1100)
    assert data(misses.misses(session))["dtlb"] == {"cold": 80, "capacity": 0, "conflict": 0, "flushed": 12}
    loop = "_start: la t0, room\n li t3, 3\n1: mv t1, t0\n li t2, 80\n2: sd t2, 0(t1)\n li a1, 4096\n add t1, t1, a1\n"
    loop += "addi t2, t2, -1\n bnez t2, 2b\n addi t3, t3, -1\n bnez t3, 1b\n ebreak\n"
    loop += ".bss\n.balign 4096\nroom: .space 327680\n"
    session = assembled(loop)
    session.cont()
    found = data(misses.misses(session))["dtlb"]
    assert found["cold"] >= 80 and found["capacity"] >= 150 and found["conflict"] <= 4


def test_stages_of_an_instruction() -> None:
    """A store that faults: executed once, with its trap and its second try; then what comes next."""
    session = stepped(debugged("demand.s"), 50)
    assert session.registers().pc == 0x10186
    before = session.engine.insns
    view = stages.stages(session)
    found = data(view)
    assert (found["text"], found["tries"], found["cycles"]) == ("sw t1, 0(t0)", 2, 1115)
    assert session.engine.insns == before + 1 and view.stop.pc == 0x1018A
    found = data(stages.stages(session))
    assert found["write_back"] == {"t0": session.registers().x[5]} and found["by_cause"] == {"issue": 1}
    with pytest.raises(EmuError, match="ended"):
        stages.stages(ran(debugged("hello.s")))


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
