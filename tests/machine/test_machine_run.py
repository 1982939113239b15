"""`run`: budgets to the instruction, deadlines, stops; and the counters that a program reads."""

import threading

import pytest
from machine_box import CODE, Box, op, spinning

from emu.machine.execute import (
    STOP_BUDGET,
    STOP_DEADLINE,
    STOP_EXTERNAL,
)

timings = pytest.mark.parametrize("timing", ["full", "simple", "off"])


# ------------------------------------------------------------------------------------------------------------- budgets


@timings
def test_budget_is_exact(timing):
    """run(n) executes n instructions, whatever n is and wherever that leaves pc."""
    box, total = spinning(timing), 0
    for count in [*range(40), 63, 64, 65, 1000]:
        assert box.machine.run(max_insns=count) == STOP_BUDGET
        total += count
        assert box.harts[0].instret == total
        assert box.harts[0].x[5] == (total + 4) // 5
        assert box.machine.counters()["insn.retired"] == total


@timings
def test_budget_of_several_harts(timing):
    """The budget is that of all harts together, and they advance alike."""
    box, total = spinning(timing, harts=3, quantum=5), 0
    for count in [*range(30), 500]:
        assert box.machine.run(max_insns=count) == STOP_BUDGET
        total += count
        assert box.machine.instructions == total
    box.machine.run(max_insns=30_000)
    clocks = [h.cycle for h in box.harts]
    assert max(clocks) - min(clocks) < 400


def test_budget_beyond_a_chunk():
    """Budgets larger than the chunk that Python sees in one go are as exact."""
    box = spinning("off")
    assert box.machine.run(max_insns=9_000_001) == STOP_BUDGET
    assert box.harts[0].instret == 9_000_001


@timings
def test_one_by_one_is_the_same_program(timing):
    """Stepping gives the registers and counts of instructions that one long run gives."""
    one, many = spinning(timing), spinning(timing)
    one.machine.run(max_insns=500)
    for _ in range(500):
        assert many.machine.run(max_insns=1) == STOP_BUDGET
    assert one.harts[0].x.tolist() == many.harts[0].x.tolist()
    names = ("insn.retired", "insn.store", "insn.taken", "l1d.access", "l1d.write_miss", "l1i.miss")
    assert [one.machine.counters()[n] for n in names] == [many.machine.counters()[n] for n in names]


# ----------------------------------------------------------------------------------------------------------- deadlines


@timings
def test_deadline(timing):
    """run(until_cycle) ends at the first chance after that cycle, and at once if it has passed."""
    box = spinning(timing)
    for until in (1, 10, 500, 501, 5000):
        assert box.machine.run(until_cycle=until) == STOP_DEADLINE
        assert until <= box.harts[0].cycle < until + 300
    before = box.harts[0].cycle
    assert box.machine.run(until_cycle=100) == STOP_DEADLINE
    assert box.harts[0].cycle == before


@timings
def test_deadline_of_several_harts(timing):
    """It is met when each online hart has reached it; a hart that is offline stands still."""
    box = spinning(timing, harts=3)
    box.harts[1].online = 0
    assert box.machine.run(until_cycle=4000) == STOP_DEADLINE
    assert all(4000 <= box.harts[k].cycle < 4400 for k in (0, 2))
    assert (box.harts[1].cycle, box.harts[1].instret) == (0, 0)


def test_deadline_with_misses():
    """A run of cache misses does not carry a hart far beyond its deadline."""
    box = Box()
    box.put(CODE, op("ld", rd=5, rs1=10), op("addi", rd=10, rs1=10, imm=64), op("jal", rd=0, imm=-8))
    box.harts[0].x[10], box.harts[0].pc = 0, CODE
    for until in (1000, 10_000, 100_000):
        assert box.machine.run(until_cycle=until) == STOP_DEADLINE
        assert until <= box.harts[0].cycle < until + 300


def test_nobody_online():
    """With no hart to run, run returns."""
    box = spinning(harts=2)
    for hart in box.harts:
        hart.online = 0
    assert box.machine.run(max_insns=100) == STOP_DEADLINE
    assert box.machine.instructions == 0


# --------------------------------------------------------------------------------------------------------------- stops


@timings
def test_stop(timing):
    """stop() makes run return; clear_stop lets it go on."""
    box = spinning(timing)
    box.machine.stop()
    assert box.machine.run(max_insns=1_000_000) == STOP_EXTERNAL
    assert box.harts[0].instret < 100
    box.machine.clear_stop()
    assert box.machine.run(max_insns=10) == STOP_BUDGET


@timings
def test_stop_from_a_thread(timing):
    """An endless loop ends soon after another thread asks for it."""
    box = spinning(timing, harts=2)
    timer = threading.Timer(0.1, box.machine.stop)
    timer.start()
    assert box.machine.run() == STOP_EXTERNAL
    timer.join()


# ------------------------------------------------------------------------------------------------------------ counters


@timings
@pytest.mark.parametrize("xlen", [32, 64])
def test_cycle_and_instret(xlen, timing):
    """rdcycle and rdinstret give what had been counted when the instruction began; RV32 reads halves."""
    box = Box(xlen, timing=timing)
    box.put(CODE, *[box.op("csrrs", rd=5 + k, csr=csr) for k, csr in enumerate((0xC02, 0xC00, 0xC01, 0xC02))])
    hart = box.harts[0]
    hart.charge(0, (5 << 32) + 7)
    box.run(CODE, 1)
    before = hart.cycle
    box.run(CODE + 4, 3)
    assert (hart.x[5], hart.x[8]) == (0, 3)
    low = before if xlen == 64 else before % (1 << 32)
    assert low <= hart.x[6] < hart.x[7] < low + 300
    if xlen == 32:
        box.put(CODE, box.op("csrrs", rd=5, csr=0xC80))
        box.run(CODE, 1)
        assert hart.x[5] == 5
