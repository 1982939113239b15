"""Breakpoints and watchpoints of the machine: met in time, and without a trace."""

import pytest
from machine_box import CODE, DATA, SELF, Box, op, spinning

from emu.machine.execute import (
    STOP_BREAKPOINT,
    STOP_BUDGET,
    STOP_WATCHPOINT,
)

timings = pytest.mark.parametrize("timing", ["full", "simple", "off"])


# --------------------------------------------------------------------------------------------------------- breakpoints


@timings
def test_breakpoints(timing):
    """Execution stops before the instruction, each time it comes there; stepping over passes it."""
    box = spinning(timing)
    box.machine.run(max_insns=7)
    store = CODE + 0xF6 + 6
    box.machine.set_breakpoints([store])
    for _ in range(3):
        assert box.machine.run(max_insns=1000) == STOP_BREAKPOINT
        assert (box.harts[0].pc, box.machine.stopped) == (store, 0)
        before = box.harts[0].instret
        assert box.machine.run(max_insns=1000) == STOP_BREAKPOINT
        assert box.harts[0].instret == before
        assert box.machine.step_over(0) == STOP_BUDGET
        assert box.harts[0].instret == before + 1
    box.machine.set_breakpoints([])
    assert box.machine.run(max_insns=1000) == STOP_BUDGET


@timings
def test_breakpoints_change_nothing(timing):
    """A run with breakpoints that are stepped over ends in the same registers."""
    with_them, without = spinning(timing), spinning(timing)
    with_them.machine.set_breakpoints([CODE + 0xF6 + 4, CODE + 0xF6 + 14])
    done = 0
    while done < 200:
        reason = with_them.machine.run(max_insns=200 - done)
        done = with_them.harts[0].instret
        if reason == STOP_BREAKPOINT:
            with_them.machine.step_over(0)
            done += 1
    without.machine.run(max_insns=200)
    assert with_them.harts[0].x.tolist() == without.harts[0].x.tolist()
    assert with_them.machine.counters()["insn.retired"] == without.machine.counters()["insn.retired"] == 200


def test_breakpoint_on_an_instruction_over_two_pages():
    """Its address is that of its first half."""
    box = Box()
    box.put(CODE + 4094, op("addi", rd=5, rs1=5, imm=1), op("jal", **SELF))
    box.machine.set_breakpoints([CODE + 4094])
    assert box.run(CODE + 4094, 5) == STOP_BREAKPOINT
    assert box.machine.step_over(0) == STOP_BUDGET
    assert (box.harts[0].x[5], box.harts[0].pc) == (1, CODE + 4098)


def test_breakpoint_outlives_new_code():
    """Code written anew, or dropped by FENCE.I, still stops at the address."""
    box = Box()
    box.put(CODE, op("fence.i"), op("addi", rd=5, rs1=5, imm=1), op("jal", rd=0, imm=-8))
    box.machine.set_breakpoints([CODE + 4])
    for _ in range(3):
        assert box.run(CODE, 10) == STOP_BREAKPOINT
        box.put(CODE + 4, op("addi", rd=5, rs1=5, imm=2))


# --------------------------------------------------------------------------------------------------------- watchpoints

LOAD, STORE, BOTH = 1, 2, 3


@timings
@pytest.mark.parametrize(
    ("kinds", "low", "high", "va", "reads", "writes"),
    [
        (LOAD, 8, 16, 8, True, False),
        (STORE, 8, 16, 8, False, True),
        (BOTH, 8, 16, 15, True, True),
        (BOTH, 8, 16, 1, True, True),
        (BOTH, 8, 16, 0, False, False),
        (BOTH, 8, 16, 16, False, False),
        (BOTH, 4096, 4097, 4089, True, True),
        (BOTH, 4095, 4096, 4092, True, True),
    ],
)
def test_watchpoints(kinds, low, high, va, reads, writes, timing):
    """An access stops before it happens if it overlaps the range and is of the kind; stepping over lets it happen."""
    box = Box(timing=timing)
    box.put(CODE, op("ld", rd=5, rs1=10), op("sd", rs2=6, rs1=10))
    for warm in (CODE, CODE + 4):
        assert box.run(warm, x6=1, x10=DATA + va) == STOP_BUDGET
    box.machine.set_watchpoints([(DATA + low, DATA + high, kinds)])
    for pc, stops in ((CODE, reads), (CODE + 4, writes)):
        assert box.run(pc, x5=9, x6=0x55, x10=DATA + va) == (STOP_WATCHPOINT if stops else STOP_BUDGET)
        if stops:
            hart = box.harts[0]
            assert (hart.pc, hart.x[5], hart.watch_va, hart.watch_kind) == (pc, 9, DATA + va, pc != CODE)
            assert box.machine.ram[DATA + va] == 1
            assert box.machine.step_over(0) == STOP_BUDGET
            assert hart.pc == pc + 4
            assert box.run(pc, x10=DATA + va) == STOP_WATCHPOINT
    box.machine.set_watchpoints([])
    assert box.run(CODE, 2, x10=DATA + va) == STOP_BUDGET


def test_watchpoint_on_atomics():
    """An AMO is a store, LR a load, SC with a reservation a store."""
    box = Box()
    box.put(CODE, op("lr.d", rd=5, rs1=10), op("sc.d", rd=6, rs2=7, rs1=10), op("amoadd.d", rd=5, rs2=7, rs1=10))
    box.machine.set_watchpoints([(DATA, DATA + 1, STORE)])
    assert box.run(CODE, 3, x10=DATA) == STOP_WATCHPOINT
    assert box.harts[0].pc == CODE + 4
    assert box.machine.step_over(0) == STOP_BUDGET
    assert box.harts[0].x[6] == 0
    assert box.machine.run(max_insns=1) == STOP_WATCHPOINT
    box.machine.set_watchpoints([(DATA, DATA + 1, LOAD)])
    assert box.run(CODE + 8, 1, x10=DATA) == STOP_BUDGET
    assert box.run(CODE, 1, x10=DATA) == STOP_WATCHPOINT
