"""`run`: budgets to the instruction, deadlines, stops, breakpoints, watchpoints; and code that changes itself."""

import threading

import pytest
from machine_box import CODE, DATA, Box, op

from emu.isa.causes import BREAKPOINT
from emu.isa.paging import PAGING_SV39
from emu.machine.execute import (
    STOP_BREAKPOINT,
    STOP_BUDGET,
    STOP_DEADLINE,
    STOP_EXTERNAL,
    STOP_TRAP,
    STOP_WATCHPOINT,
)

timings = pytest.mark.parametrize("timing", ["full", "simple", "off"])
SELF = {"rd": 0, "imm": 0}  # jal to itself


def spinning(timing="full", harts=1, **settings):
    """All harts in a loop of five instructions, one of them a store and one compressed, over a line's end."""
    box = Box(harts=harts, timing=timing, **settings)
    loop = CODE + 0xF6
    box.put(
        loop, op("addi", rd=5, rs1=5, imm=1), op("c.addi", rd=6, imm=1), op("sd", rs2=5, rs1=10), op("add", rd=7, rs1=5)
    )
    box.put(loop + 14, op("jal", rd=0, imm=-14))
    for number, hart in enumerate(box.harts):
        hart.pc, hart.x[10] = loop, DATA + 64 * number
    return box


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


# ------------------------------------------------------------------------------------------------- code that changes


@timings
def test_self_modifying_code(timing):
    """What a store writes over code runs after FENCE.I."""
    box = Box(timing=timing)
    target = CODE + 64
    box.put(CODE, op("sw", rs2=6, rs1=10), op("fence.i"), op("jal", rd=0, imm=56))
    box.put(target, op("addi", rd=5, rs1=0, imm=1), op("jal", **SELF))
    assert box.run(target, 1) == STOP_BUDGET
    for value in (2, 3, -4):
        word = int.from_bytes(op("addi", rd=5, rs1=0, imm=value), "little")
        assert box.run(CODE, 4, x6=word, x10=target) == STOP_BUDGET
        assert box.harts[0].x[5] == value


@timings
def test_code_of_another_hart(timing):
    """A hart that FENCE.Is after another has written sees the new code."""
    box = Box(harts=2, timing=timing)
    target = CODE + 4096
    box.put(CODE, op("sw", rs2=6, rs1=10), op("fence.i"))
    box.put(target, op("addi", rd=5, rs1=0, imm=1))
    assert box.run(target, 1, 1) == STOP_BUDGET
    word = int.from_bytes(op("addi", rd=5, rs1=0, imm=7), "little")
    assert box.run(CODE, 1, 0, x6=word, x10=target) == STOP_BUDGET
    assert box.run(CODE + 4, 1, 1) == STOP_BUDGET
    assert box.run(target, 1, 1) == STOP_BUDGET
    assert box.harts[1].x[5] == 7


def test_kernel_fills_a_frame():
    """code_changed makes the machine forget a frame's old instructions, at whichever address it is mapped."""
    box = Box(mode=PAGING_SV39)
    for va in (0x10000000, 0x20000000):
        box.map(va, CODE)
    for value in (1, 2, 3):
        box.put(CODE, op("addi", rd=5, rs1=0, imm=value))
        for va in (0x10000000, 0x20000000):
            assert box.run(va) == STOP_BUDGET
            assert box.harts[0].x[5] == value


def test_more_code_pages_than_records():
    """Code in more frames than can be predecoded at once runs all the same."""
    pages = 4200
    box = Box(ram=(pages + 16) * 4096, timing="off")
    for page in range(8, pages + 8):
        box.machine.ram64[page * 512] = int.from_bytes(
            op("addi", rd=5, rs1=5, imm=1) + op("add", rd=1, rs1=1, rs2=2), "little"
        )
        box.machine.ram64[page * 512 + 1] = int.from_bytes(op("jalr", rd=0, rs1=1), "little")
    box.machine.ram64[(pages + 8) * 512] = int.from_bytes(op("ebreak"), "little")
    for lap in (1, 2):
        assert box.run(8 << 12, 10 * pages, x1=8 << 12, x2=4096) == STOP_TRAP
        assert box.trap()[0] == BREAKPOINT
        assert box.harts[0].x[5] == lap * pages


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
