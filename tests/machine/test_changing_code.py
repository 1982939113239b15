"""Code that changes: by itself, by another hart, by the kernel; and more of it than can be predecoded at once."""

import pytest
from machine_box import CODE, SELF, Box, op

from emu.isa.causes import BREAKPOINT
from emu.isa.paging import PAGING_SV39
from emu.machine.execute import (
    STOP_BUDGET,
    STOP_TRAP,
)

timings = pytest.mark.parametrize("timing", ["full", "simple", "off"])


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
