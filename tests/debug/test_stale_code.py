"""Code that was changed without fence.i: what is shown, and what is foretold, is what the hart will execute."""

from __future__ import annotations

import pytest
from debugged import Typist, assembled, debugged, text_of

from emu.debug.control import predecoded
from emu.debug.look.code import fetch

CHANGED = """
    .globl _start
_start:
    li   a0, 0
    li   a1, 4096
    li   a2, 7
    li   a3, 0x22
    li   a4, -1
    li   a5, 0
    li   a7, 222                    # mmap
    ecall
    mv   s0, a0
    la   t0, first
    call copy
    fence.i
    addi s1, s0, 1024
    li   t3, 0x55
    li   t4, 0x77
    jalr s0
    la   t0, second
    call copy                       # no fence.i
    jalr s0
    fence.i
    jalr s0
    li   a7, 93
    ecall
copy:
    lw   t1, 0(t0)
    sw   t1, 0(s0)
    lw   t1, 4(t0)
    sw   t1, 4(s0)
    ret
    .option norvc
    .balign 4
first:
    sb   t3, 0(s1)
    ret
second:
    sb   t4, 0(s1)
    ret
"""


def test_stale_instructions_are_marked() -> None:
    """The stop and the disassembly show memory's bytes, and say what runs instead, until fence.i."""
    type_ = Typist(assembled(CHANGED))
    type_("until 22", "stepi")
    shown = text_of(type_("thread"))
    assert "sb t4, 0(s1)" in shown and "still runs sb, rs1 s1, rs2 t3, imm 0" in shown
    row = type_("disassemble $pc 1").data["instructions"][0]
    assert (row["text"], row["runs"]) == ("sb t4, 0(s1)", "sb, rs1 s1, rs2 t3, imm 0")
    assert "runs" not in type_("until 24", "stepi", "disassemble $pc 1").data["instructions"][0]


def test_a_watchpoint_backwards_foretells_the_stale_store() -> None:
    """The value that reverse-continue says will be stored is the one that was stored."""
    type_ = Typist(assembled(CHANGED))
    type_("until 22", "awatch *(u8 *) $s1")
    told = [type_(line).stop.detail["new"] for line in ("continue", "reverse-continue", "continue", "continue")]
    assert told == [0x55, 0x55, 0x55, 0x77]


@pytest.mark.parametrize("xlen", [64, 32])
@pytest.mark.parametrize("program", ["bench/mix.s", "fp_rounding.s", "atomics.s"])
def test_nothing_else_is_marked(program: str, xlen: int) -> None:
    """What the machine has decoded from memory as it is, is the same instruction by its own table."""
    session = debugged(program, xlen=xlen)
    session.engine.run(max_insns=50_000)
    session.engine.goto(session.engine.tick - 5)
    held = [
        va
        for low, high in session.program.code
        for va in range(low, high, 2)
        if predecoded.record(session.machine, session.mm, va)
    ]
    assert len(held) > 30
    assert not [va for va in held if predecoded.stale(session.machine, session.mm, va, fetch(session.read, va))]
