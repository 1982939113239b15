"""Chains foretell what an access costs, cause by cause; here they are set against what the ledger says afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from debugged import assembled, debugged
from look_helpers import data
from look_world import World

from emu.debug.control import alter_raw
from emu.debug.look import chain, faults, observe, outcome, turns, walk, why
from emu.errors import EmuError
from emu.isa.causes import LOAD_ACCESS_FAULT, LOAD_PAGE_FAULT

MEMORY = ("l1i", "l1d", "l2", "llc", "dram", "walk", "coherence")
KERNEL = ("trap", "sched", "idle", "ipi", "irq", "softirq")
TINY = {
    "l1d.size": "1K", "l1d.ways": 2, "l1i.size": "512", "l1i.ways": 1, "l2.size": "2K", "l2.ways": 2,
    "llc.size": "8K", "llc.ways": 4, "dtlb.entries": 4, "dtlb.ways": 2,
    "itlb.entries": 2, "itlb.ways": 1, "l2tlb.entries": 8, "l2tlb.ways": 2,
}  # fmt: skip
ODD = {
    **TINY,
    "l1d.latency": 2,
    "l1i.latency": 1,
    "llc.replacement": "random",
    "l2.inclusive": False,
    "llc.inclusive": False,
}
THROUGH = {"l1d.write_through": True, "l1d.write_allocate": False}
TWICE = {"l1d.write_through": True, "l2.write_through": True}


def told(links: list[Any]) -> dict[str, int]:
    """Cycles by cause."""
    sums: dict[str, int] = {}
    for link in links:
        for cause, cycles in link.costs.items():
            sums[cause] = sums.get(cause, 0) + cycles
    return {cause: cycles for cause, cycles in sums.items() if cycles}


def step(world: World) -> tuple[int | None, Any]:
    """Select the hart and task that come next."""
    hart = turns.next_hart(world.machine)
    task = world.kernel.sched.running[hart] if hart is not None else None
    if task is not None:
        world.hart, world.pid = hart, task.pid
    return hart, task


def difference(world: Any, hart: int, before: dict[str, int], causes: tuple[str, ...]) -> dict[str, int]:
    """What the ledger has more."""
    after = world.machine.ledger(hart)
    return {cause: after[cause] - before[cause] for cause in causes if after[cause] != before[cause]}


CASES = [
    ("demand.s", 64, {}, 0, 600),
    ("loop_order.s", 64, TINY, 0, 1500),
    ("bench/mix.s", 64, ODD, 3000, 1500),
    ("bench/sharing.s", 64, {"harts": 4}, 3000, 1500),
    ("kernel/threads.s", 32, {"harts": 2, **TINY}, 0, 3000),
    ("write_policy.s", 64, THROUGH, 2000, 1000),
    ("write_policy.s", 64, TWICE, 2000, 1000),
    ("tlb_reach.s", 32, {"timing": "simple"}, 20000, 800),
    ("misaligned.s", 64, {}, 0, 800),
]


@pytest.mark.parametrize(("program", "xlen", "knobs", "skip", "steps"), CASES)
def test_the_memory_system_is_foretold(program: str, xlen: int, knobs: dict[str, Any], skip: int, steps: int) -> None:
    """Every instruction that takes no trap costs, in memory, exactly what its chain said before."""
    world, checked = World(program, xlen=xlen, knobs=knobs).run(skip), 0
    for _ in range(steps):
        hart, task = step(world)
        if world.kernel.exit is not None:
            break
        links = chain.foretell(world, chain.instruction_at(world, hart, task.pid)) if task is not None else []
        before, retired = world.machine.ledger(hart or 0), world.machine.harts[hart or 0].instret
        world.run(1)
        done = world.machine.harts[hart or 0].instret - retired == 1
        if task is not None and done and not difference(world, hart, before, KERNEL):
            assert told(links) == difference(world, hart, before, MEMORY), links
            checked += 1
    assert checked > steps // 2


FAULTS = [("demand.s", 64, 400, 60), ("kernel/cow.s", 32, 1500, 60), ("kernel/stack_growth.s", 64, 1500, 150)]


@pytest.mark.parametrize(("program", "xlen", "steps", "least"), FAULTS)
def test_faults_are_foretold(program: str, xlen: int, steps: int, least: int) -> None:
    """`why ADDRESS` of an access that will fault: walk, kernel, the new frame, the second try; all cycles by cause."""
    world, faults = World(program, xlen=xlen), 0
    for _ in range(steps):
        hart, task = step(world)
        it = chain.instruction_at(world, hart, task.pid) if task is not None else None
        touched = it.access if it is not None and not turns.fetches(world.machine, hart) else None
        view = why.why_address(world, touched.va, touched.kind) if touched is not None else None
        before, retired = world.machine.ledger(hart or 0), world.machine.harts[hart or 0].instret
        world.run(1)
        if view is None or view.notes or world.machine.harts[hart].instret - retired != 1:
            continue
        causes = tuple(cause for cause in before if cause not in ("issue", "stall", "branch"))
        foretold = {cause: cycles for cause, cycles in view.data["by_cause"].items() if cycles}
        assert foretold == difference(world, hart, before, causes)
        faults += "fault" in foretold
    assert faults >= least


@pytest.mark.parametrize(("program", "xlen"), [("demand.s", 64), ("fib.s", 32)])
def test_a_fetch_that_faults_is_foretold(program: str, xlen: int) -> None:
    """`why next` of the first instruction, whose page isn't mapped yet: the second try finds what the first read."""
    session = debugged(program, xlen=xlen)
    before = session.machine.ledger(0)
    foretold = {cause: cycles for cause, cycles in why.why_next(session).data["by_cause"].items() if cycles}
    session.stepi()
    causes = tuple(cause for cause in before if cause not in ("issue", "stall", "branch"))
    assert foretold == difference(session, 0, before, causes) and foretold["fault"] == 900


def test_what_a_change_has_ruined_is_no_bug() -> None:
    """The code's frame is exchanged for a page table: the next fault ends the program, and the kernel dies of it."""
    session = debugged("demand.s")
    session.stepi(60)
    entry = data(walk.walk(session, session.registers().pc))["entries"][-1]
    alter_raw.set_physical(session, entry["address"], "0134000000000000")
    tick = session.engine.tick
    with pytest.raises(EmuError, match=observe.RUINED):
        faults.why(session)
    assert session.engine.tick == tick and data(faults.faults(session))["faults"]


CORRUPT = {  # an entry of the last but one level, by its width: what is wrong, and whether it is an access fault
    64: [
        ("U in a pointer", lambda old: old | 1 << 4, "U must be 0", False),
        ("A and D in a pointer", lambda old: old | 3 << 6, "A and D must be 0", False),
        ("reserved bits", lambda old: old | 1 << 63, "bits 54 to 63", False),
        ("W without R", lambda old: old | 1 << 2, "W without R is reserved", False),
        ("a huge page askew", lambda old: old | 0b11010, "no multiple of 2M", False),
        ("a table beyond memory", lambda old: 0xFFFF << 32 | 1, "points beyond memory", True),
        ("a huge page beyond memory", lambda old: 0xFFFFF8 << 16 | 0xDF, "points beyond memory", True),
        ("a huge page beyond memory, not for reading", lambda old: 0xFFFFF8 << 16 | 0xD9, "R is 0", False),
        ("a huge page for the kernel", lambda old: 0xCF, "U is 0", False),
    ],
    32: [
        ("U in a pointer", lambda old: old | 1 << 4, "U must be 0", False),
        ("W without R", lambda old: old | 1 << 2, "W without R is reserved", False),
        ("a huge page askew", lambda old: old | 0b11010, "no multiple of 4M", False),
        ("a table beyond memory", lambda old: 0x3FFFFF << 10 | 1, "points beyond memory", True),
    ],
}
READ = "_start: nop\n lw a0, 0(sp)\n nop\n ebreak\n"


@pytest.mark.parametrize(
    ("xlen", "change", "says", "access_fault"),
    [pytest.param(xlen, *row[1:], id=f"{xlen}: {row[0]}") for xlen, rows in CORRUPT.items() for row in rows],
)
def test_corrupt_tables_are_walked_as_by_the_hardware(xlen: int, change: Any, says: str, access_fault: bool) -> None:
    """`walk` and `why` name the bit; the machine then faults just so, and the kernel does just what was told."""
    session = assembled(READ, xlen=xlen)
    session.stepi()
    entry = data(walk.walk(session, session.registers().x[2]))["entries"][-2]
    value = change(entry["value"]) & (1 << xlen) - 1
    alter_raw.set_physical(session, entry["address"], value.to_bytes(xlen // 8, "little").hex())
    found = data(walk.walk(session, session.registers().x[2]))
    met = found["outcomes"][0]
    assert says in outcome.hardware(session.machine, session.mm, found["va"], "read")
    foretold = why.why_address(session, found["va"])
    end = "access fault: " if access_fault else "page fault: "
    assert any(link["text"].startswith(end) and says in link["text"] for link in data(foretold)["links"])
    session.engine.run(until_tick=session.engine.tick + 2)
    cause = session.machine.harts[0].cause
    assert cause == (LOAD_ACCESS_FAULT if access_fault else LOAD_PAGE_FAULT)
    if met["signal"]:
        assert session.kernel.exit is not None and session.kernel.exit.signal == 11
    else:
        assert met["what"] == outcome.FOREVER and session.kernel.exit is None


LEAF = {  # bits that the last entry loses or gains: whether the kernel's spurious fault gives the area's own back
    "-U": (lambda old: old & ~(1 << 4), True),
    "-R -W": (lambda old: old & ~6, True),
    "-R -W -X": (lambda old: old & ~14, True),
    "-R": (lambda old: old & ~2, True),
    "a reserved bit": (lambda old: old | 1 << 60, False),
    "-X": (lambda old: old & ~8, True),
}
TOUCH = {"read": "lw a0, 0(sp)", "write": "sw a0, 0(sp)", "execute": "nop"}
DAMAGED = [
    *[(64, "read", name) for name in LEAF if name != "-X"],
    *[(32, "read", name) for name in ("-U", "-R", "-R -W")],
    *[(xlen, access, name) for xlen in (64, 32) for access, name in (("write", "-U"), ("execute", "-X"))],
]


@pytest.mark.parametrize(("xlen", "access", "name"), DAMAGED)
def test_a_damaged_leaf_is_mended_as_foretold(xlen: int, access: str, name: str) -> None:
    """`why next` foretells the kernel's one spurious fault and the second try, or the fault that never ends."""
    change, mends = LEAF[name]
    session = assembled(f"_start: sw zero, 0(sp)\n nop\n {TOUCH[access]}\n nop\n ebreak\n", xlen=xlen)
    session.stepi(2)
    here = session.registers()
    va = here.pc if access == "execute" else here.x[2]
    entry = data(walk.walk(session, va))["entries"][-1]
    alter_raw.set_physical(session, entry["address"], change(entry["value"]).to_bytes(xlen // 8, "little").hex())
    rows = {(row["access"], row["mode"]): row for row in data(walk.walk(session, va))["outcomes"]}
    user, kernel = rows[access, "user"], rows[access, "kernel"]
    view, before = why.why_next(session), session.machine.ledger(0)
    session.engine.run(until_tick=session.engine.tick + 2)
    assert user["what"] == (outcome.MENDED if mends else outcome.FOREVER)
    assert (session.registers().pc != here.pc) == mends
    if mends:
        assert kernel["kind"] == ("never" if access == "execute" else "spurious")
        causes = tuple(cause for cause in before if cause not in ("issue", "stall", "branch"))
        told = {cause: cycles for cause, cycles in view.data["by_cause"].items() if cycles}
        assert told == difference(session, 0, before, causes)
