"""LR and SC between harts: a reservation is a reservation, not a compared value; AMOs on every operand corner."""

import itertools

import pytest
from machine_box import CODE, DATA, GOOD, Box, op

from emu.isa.paging import PAGING_SV39
from emu.machine.execute import STOP_BUDGET

timings = pytest.mark.parametrize("timing", ["full", "simple", "off"])
LR, SC, STORE, AMO, LOAD, FAR, SC_FAR = range(CODE, CODE + 28, 4)


def two_harts(timing, **settings):
    """Both harts share the code: LR, SC, store, AMO, load through x10; and a store and SC a line further."""
    box = Box(harts=2, timing=timing, **settings)
    far = 256
    box.put(LR, op("lr.d", rd=5, rs1=10), op("sc.d", rd=6, rs2=7, rs1=10), op("sd", rs2=8, rs1=10))
    box.put(AMO, op("amoadd.d", rd=9, rs2=8, rs1=10), op("ld", rd=9, rs1=10), op("sd", rs2=8, rs1=10, imm=far))
    box.put(SC_FAR, op("sc.d", rd=6, rs2=7, rs1=11))
    for hart in box.harts:
        hart.x[10], hart.x[11] = DATA, DATA + far
    return box


def does(box, hart, *pcs, **x):
    """Runs the instructions at these addresses on a hart, one after another."""
    for pc in pcs:
        assert box.run(pc, 1, hart, **x) == STOP_BUDGET


def succeeds(box, value=0x77):
    """SC by hart 0 stores."""
    does(box, 0, SC, x6=9, x7=value)
    return box.harts[0].x[6] == 0 and box.machine.ram64[DATA // 8] == value


@timings
def test_undisturbed(timing):
    """LR then SC stores; a second SC does not."""
    box = two_harts(timing)
    does(box, 0, LR)
    assert succeeds(box)
    assert not succeeds(box, 0x78)
    assert box.machine.ram64[DATA // 8] == 0x77
    assert (box.machine.counters()["lock.reserve"], box.machine.counters()["lock.sc_fail"]) == (1, 1)


@timings
@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
@pytest.mark.parametrize("breaker", ["store", "amo", "sc"])
def test_broken_by_another_hart(breaker, warm, timing):
    """Any store of another hart to the line breaks the reservation, though it stores the value that was there (ABA)."""
    box = two_harts(timing)
    box.machine.ram64[DATA // 8] = 42
    if warm:
        does(box, 1, STORE, LOAD, STORE, x8=42)
    does(box, 0, LR)
    steps = {"store": [STORE], "amo": [AMO], "sc": [LR, SC]}[breaker]
    does(box, 1, *steps, x8=0 if breaker == "amo" else 42, x7=42)
    assert box.machine.ram64[DATA // 8] == 42
    assert not succeeds(box)
    assert box.machine.ram64[DATA // 8] == 42
    assert box.machine.counters(0)["lock.broken"] == 1


@timings
def test_aba_by_two_stores(timing):
    """A changes to B and back to A between LR and SC: the SC fails."""
    box = two_harts(timing)
    does(box, 1, STORE, x8=1)
    does(box, 0, LR)
    does(box, 1, STORE, x8=2)
    does(box, 1, STORE, x8=1)
    assert not succeeds(box)


@timings
def test_not_broken(timing):
    """Loads and LRs of other harts, stores to other lines, and the hart's own stores leave the reservation alone."""
    box = two_harts(timing)
    does(box, 0, LR)
    does(box, 1, LOAD, LR, FAR, x8=5)
    does(box, 0, STORE, x8=6)
    assert succeeds(box)
    does(box, 1, SC, x7=1)
    assert box.harts[1].x[6] == 1  # hart 0's SC broke hart 1's reservation


@timings
def test_misaligned_store_over_two_lines(timing):
    """A store that touches the reserved line with its last byte breaks the reservation."""
    box = two_harts(timing)
    does(box, 0, LR)
    does(box, 1, STORE, x10=DATA - 7, x8=0)
    assert not succeeds(box)


@timings
def test_other_address(timing):
    """SC to another address than LR's fails, and ends the reservation."""
    box = two_harts(timing)
    does(box, 0, LR, SC_FAR, x7=1)
    assert box.harts[0].x[6] == 1
    assert box.machine.ram64[(DATA + 256) // 8] == 0
    assert not succeeds(box)


@timings
def test_change_of_address_space(timing):
    """A context switch ends the reservation."""
    box = two_harts(timing)
    does(box, 0, LR)
    box.harts[0].set_address_space(0, 0, 0)
    assert not succeeds(box)


@timings
def test_same_frame_at_two_addresses(timing):
    """Reservations are on physical memory: a store through an alias breaks them."""
    box = Box(mode=PAGING_SV39, harts=2, timing=timing)
    box.map(0x10000000, CODE)
    box.map(0x20000000, DATA)
    box.map(0x30000000, DATA)
    box.put(CODE, op("lr.d", rd=5, rs1=10), op("sc.d", rd=6, rs2=7, rs1=10), op("sd", rs2=8, rs1=11))
    for hart in box.harts:
        hart.x[10], hart.x[11] = 0x20000000, 0x30000000
    assert box.run(0x10000008, 1, 1) == STOP_BUDGET  # warm
    assert box.run(0x10000000, 1, 0) == STOP_BUDGET
    assert box.run(0x10000008, 1, 1) == STOP_BUDGET
    assert box.run(0x10000004, 1, 0, x6=9) == STOP_BUDGET
    assert box.harts[0].x[6] == 1


@timings
def test_counter_of_two_harts(timing):
    """Two harts add with LR/SC loops under the machine's own schedule: no increment is lost."""
    box, rounds = Box(harts=2, timing=timing, quantum=1), 200
    box.put(CODE, op("lr.d", rd=5, rs1=10), op("addi", rd=5, rs1=5, imm=1), op("sc.d", rd=6, rs2=5, rs1=10))
    box.put(CODE + 12, op("bne", rs1=6, rs2=0, imm=-12), op("addi", rd=7, rs1=7, imm=-1), op("bne", rs1=7, imm=-20))
    box.put(CODE + 24, op("jal", rd=0, imm=0))
    for hart in box.harts:
        hart.x[10], hart.x[7], hart.pc = DATA, rounds, CODE
    box.machine.run(max_insns=20_000)
    assert [h.pc for h in box.harts] == [CODE + 24] * 2
    assert box.machine.ram64[DATA // 8] == 2 * rounds
    assert box.machine.counters()["lock.broken"] > 0


CORNERS = [0, 1, -1, 5, -5, (1 << 31) - 1, -(1 << 31), (1 << 63) - 1, -(1 << 63), 0x80000000, 0x123456789ABCDEF]
MEANING = {
    "swap": lambda old, b: b,
    "add": lambda old, b: old + b,
    "xor": lambda old, b: old ^ b,
    "and": lambda old, b: old & b,
    "or": lambda old, b: old | b,
    "min": min,
    "max": max,
}


@pytest.mark.parametrize("width", ["w", "d"])
@pytest.mark.parametrize("kind", [*MEANING, "minu", "maxu"])
def test_amos(kind, width):
    """Memory becomes what the name says and rd the old value, signed; .w leaves the other half alone."""
    box, bits = Box(timing="off"), 32 if width == "w" else 64
    box.put(CODE, op(f"amo{kind}.{width}", rd=5, rs1=10, rs2=6))

    def signed(value):
        value %= 1 << bits
        return value - (1 << bits) if value >> bits - 1 else value

    for old, operand in itertools.product(CORNERS, CORNERS):
        box.machine.ram64[DATA // 8] = old % (1 << 64)
        assert box.run(CODE, x6=operand, x10=DATA) == STOP_BUDGET
        if kind in MEANING:
            new = MEANING[kind](signed(old), signed(operand))
        else:
            new = {"minu": min, "maxu": max}[kind](old % (1 << bits), operand % (1 << bits))
        now = box.machine.ram64[DATA // 8]
        assert box.harts[0].x[5] == signed(old)
        assert now % (1 << bits) == new % (1 << bits)
        assert now >> bits == old % (1 << 64) >> bits


def test_amo_on_a_page_without_read_is_no_page_at_all():
    """W without R is reserved: an AMO there is a store page fault, as every store."""
    box = Box(mode=PAGING_SV39)
    box.map(0x10000000, CODE)
    box.map(0x20000000, DATA, GOOD & ~2)
    box.put(CODE, op("amoadd.w", rd=5, rs1=10, rs2=6))
    box.run(0x10000000, x10=0x20000000)
    assert box.trap() == (15, 0x20000000)
