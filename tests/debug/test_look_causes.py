"""Chains of what happened, stages, accounts by line, classes of misses."""

from __future__ import annotations

import pytest
from debugged import assembled, debugged
from look_helpers import data, ran, stepped

from emu.debug.look import accounts, events, explain, faults, misses, replay, stages, syscalls
from emu.debug.session import Session
from emu.errors import EmuError


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


COUNTED = {
    "walk_fault": "walk.fault", "dram_read": "dram.read", "dram_write": "dram.write", "bus_read": "bus.read",
    "bus_read_exclusive": "bus.read_exclusive", "bus_upgrade": "bus.upgrade", "intervention": "bus.intervention",
    "tlb_flush": "tlb.flush",
}  # fmt: skip


@pytest.mark.parametrize(("program", "harts", "xlen"), [("kernel/cow.s", 2, 64), ("demand.s", 1, 32)])
def test_all_views_have_the_same_figures(program: str, harts: int, xlen: int) -> None:
    """Events are as many as the counters say, faults and calls as the kernel counts, cycles as on the clock."""
    session = debugged(program, harts=harts, xlen=xlen)
    session.engine.begin()
    before, clock = session.machine.counters(), sum(hart.cycle for hart in session.machine.harts)
    faults_before = session.kernel.vm.minor
    session.cont()
    counted = {name: n - before[name] for name, n in session.machine.counters().items()}
    seen = data(events.events(session, "all"))["counts"]
    assert {kind: seen.get(kind, 0) for kind in COUNTED} == {kind: counted[name] for kind, name in COUNTED.items()}
    assert seen["walk"] + seen["walk_fault"] == counted["walk.count"]
    levels = ("l1i.miss", "l1d.read_miss", "l1d.write_miss", "l2.miss", "llc.miss")
    assert seen["cache_miss"] == sum(counted[name] for name in levels)
    assert data(faults.faults(session))["total"]["invalid"] == 0
    assert len(data(faults.faults(session))["faults"]) == session.kernel.vm.minor - faults_before
    assert sum(session.kernel.stats()["syscalls"].values()) == sum(
        "(" in line["text"] for line in data(syscalls.syscalls(session))["lines"]
    )
    whole = data(explain.explain(session, lambda pc: True, "all"))
    passed = sum(hart.cycle for hart in session.machine.harts) - clock
    assert whole["cycles"] + whole["other_cycles"] + whole["idle_cycles"] == whole["all_cycles"] == passed
    ledger = data(accounts.ledger(session))
    assert sum(ledger["total"].values()) == sum(ledger["clocks"].values())


def test_the_dearest_come_first() -> None:
    """Of a whole program; of a function all, as they stand."""
    session = debugged("kernel/cow.s")
    session.cont()
    view = explain.explain(session, lambda pc: True, "all", dearest=True)
    lines = view.blocks[2].rows
    cycles = sorted((row["cycles"] for row in view.data["by_line"]), reverse=True)
    assert [int(row[0].replace(",", "")) for row in lines] == cycles[:20]
    assert f"of {len(cycles)} lines" in view.notes[-1]


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
