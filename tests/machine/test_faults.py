"""Every exception of the manual: its cause, its tval, pc on the instruction, registers as they were. Those of paging:
test_page_faults.py.
"""

import pytest
from machine_box import CODE, DATA, RAM, Box, op
from machine_faults import ACCESS, HERE, kinds, timings

from emu.isa import causes
from emu.isa.paging import (
    PAGING_SV32,
)
from emu.machine.execute import STOP_BUDGET, STOP_TRAP


@pytest.mark.parametrize(("name", "number"), [("lr.w", 4), ("sc.w", 6), ("amoadd.w", 6), ("lr.d", 4), ("amomaxu.d", 6)])
def test_misaligned_atomics(name, number):
    """LR, SC and AMOs need natural alignment."""
    box = Box()
    box.put(CODE, op(name, rd=5, rs1=10, rs2=6))
    for offset in (1, 2, 3) + ((4,) if name.endswith("d") else ()):
        assert box.run(CODE, x5=7, x10=DATA + offset) == STOP_TRAP
        assert box.trap() == (number, DATA + offset)
        assert (box.harts[0].pc, box.harts[0].x[5]) == (CODE, 7)
    assert box.machine.counters()["insn.amo"] == 0


@timings
@kinds
@pytest.mark.parametrize("address", [RAM, RAM + 8, 1 << 40, -8, -(1 << 63)])
def test_beyond_memory(kind, address, timing):
    """Bare addresses outside of memory are access faults."""
    box = Box(timing=timing)
    box.put(CODE, op("ld", rd=5, rs1=10), op("sd", rs2=5, rs1=10))
    pc = {"load": CODE, "store": CODE + 4, "fetch": address}[kind]
    assert box.run(pc, x5=9, x10=address) == STOP_TRAP
    assert box.trap() == (ACCESS[kind][0], address)
    assert (box.harts[0].pc, box.harts[0].x[5]) == (pc, 9)


@timings
def test_last_bytes_of_memory(timing):
    """The last doubleword works; one that reaches over the end faults at the end, and stores nothing."""
    box = Box(timing=timing)
    box.put(CODE, op("ld", rd=5, rs1=10), op("sd", rs2=6, rs1=10), op("sd", rs2=6, rs1=11))
    assert box.run(CODE, 2, x6=-1, x10=RAM - 8) == STOP_BUDGET
    assert box.machine.ram64[RAM // 8 - 1] == (1 << 64) - 1
    assert box.run(CODE + 8, x6=0, x11=RAM - 5) == STOP_TRAP
    assert box.trap() == (causes.STORE_ACCESS_FAULT, RAM)
    assert box.machine.ram64[RAM // 8 - 1] == (1 << 64) - 1


def test_instruction_over_the_end():
    """A 4-byte instruction in memory's last two bytes: the fault is at its upper half, pc at its lower."""
    box = Box()
    box.put(RAM - 2, op("addi", rd=5, rs1=5, imm=1)[:2])
    assert box.run(RAM - 2) == STOP_TRAP
    assert (box.trap(), box.harts[0].pc) == ((causes.INSN_ACCESS_FAULT, RAM), RAM - 2)
    box.put(RAM - 2, op("c.addi", rd=5, imm=1))
    assert box.run(RAM - 2, x5=1) == STOP_BUDGET
    assert box.harts[0].x[5] == 2


@pytest.mark.parametrize("xlen", [32, 64])
def test_illegal_instructions(xlen):
    """tval holds the instruction: its 16 or 32 bits, RV32's sign-extended as every register."""
    box = Box(xlen)
    for bits, size in (
        (0, 2),
        (0xFFFFFFFF, 4),
        (0x0000007F, 4),
        (0x9C61 if xlen == 64 else 0x9C01, 2),
        (0x30200073, 4),
    ):
        box.put(CODE, bits.to_bytes(4, "little"))
        assert box.run(CODE) == STOP_TRAP
        number, tval = box.trap()
        assert (number, tval & 0xFFFFFFFF) == (causes.ILLEGAL_INSN, bits & ((1 << 8 * size) - 1)), hex(bits)
        assert tval >= 0 or xlen == 32


def test_calls_and_breaks():
    """ECALL names the privilege it came from, EBREAK its own address; c.ebreak too."""
    box = Box()
    box.put(CODE, op("ecall"), op("ebreak"), op("c.ebreak"))
    for priv, number in ((0, causes.ECALL_U), (1, causes.ECALL_S), (3, causes.ECALL_M)):
        box.harts[0].priv = priv
        assert (box.run(CODE), box.trap()) == (STOP_TRAP, (number, 0))
    for pc in (CODE + 4, CODE + 8):
        assert (box.run(pc), box.trap()) == (STOP_TRAP, (causes.BREAKPOINT, pc))
    assert box.harts[0].instret == 0 and box.harts[0].pc == CODE + 8


@pytest.mark.parametrize(
    ("name", "csr", "rs1", "priv", "legal"),
    [
        ("csrrs", 0xC00, 0, 0, True),
        ("csrrs", 0xC00, 1, 0, False),
        ("csrrw", 0xC00, 0, 3, False),
        ("csrrs", 0x7C0, 0, 3, False),
        ("csrrw", 0x140, 1, 0, False),
        ("csrrw", 0x140, 1, 1, True),
        ("csrrw", 0x340, 1, 1, False),
        ("csrrw", 0x340, 1, 3, True),
        ("csrrs", 0xC80, 0, 3, False),
    ],
)
def test_registers_with_rules(name, csr, rs1, priv, legal):
    """Absent, read-only and more privileged CSRs are illegal; reading a read-only one is not (RV64 has no cycleh)."""
    box = Box()
    box.put(CODE, op(name, rd=5, csr=csr, rs1=rs1))
    box.harts[0].priv = priv
    assert box.run(CODE, x1=1, x5=77) == (STOP_BUDGET if legal else STOP_TRAP)
    assert legal or (box.trap()[0], box.harts[0].x[5]) == (causes.ILLEGAL_INSN, 77)


def test_rv32_middle_of_the_address_space():
    """Code and data run from 0x7fff_ffff into 0x8000_0000: addresses are 32-bit, registers sign-extended."""
    box = Box(32, PAGING_SV32)
    low, high = 0x7FFFF000, -0x80000000
    box.map(low, DATA)
    box.map(high, DATA + 8192)
    box.put(DATA + 4092, box.op("jal", rd=1, imm=8))
    box.put(
        DATA + 8196, box.op("lw", rd=6, rs1=10), box.op("auipc", rd=7, imm=-4096), box.op("jalr", rd=1, rs1=11, imm=4)
    )
    box.machine.ram32[DATA // 4] = 0x89ABCDEF
    assert box.run(low + 4092, 4, x10=low, x11=low + 4092) == STOP_BUDGET
    hart = box.harts[0]
    assert (hart.x[6], hart.x[7]) == (0x89ABCDEF - (1 << 32), low + 8)
    assert (hart.x[1], hart.pc) == (high + 16, high)
    assert box.run(low + 4092, 1) == STOP_BUDGET
    assert hart.x[1] == high  # the return address of a call in the last word below the middle


def test_rv32_jump_to_an_unmapped_upper_half():
    """The fault's pc and tval are sign-extended whichever way execution got there."""
    box = Box(32, PAGING_SV32)
    box.map(0x7FFFF000, DATA)
    box.put(DATA + 4092, box.op("addi", rd=5, rs1=5, imm=1))
    assert box.run(0x7FFFFFFC, 2) == STOP_TRAP
    assert (box.trap(), box.harts[0].pc) == ((causes.INSN_PAGE_FAULT, -0x80000000), -0x80000000)
    box.put(DATA, box.op("jalr", rd=0, rs1=10, imm=8))
    assert box.run(0x7FFFF000, 2, x10=0x7FFFFFFC) == STOP_TRAP
    assert (box.trap(), box.harts[0].pc) == ((causes.INSN_PAGE_FAULT, -0x7FFFFFFC), -0x7FFFFFFC)


def test_rv32_wraps_at_zero():
    """Addresses beyond 0xffff_ffff are those from 0 on."""
    box = Box(32, PAGING_SV32)
    box.map(HERE, CODE)
    box.map(-4096, DATA)
    box.map(0, DATA + 8192)
    box.put(
        CODE, box.op("sw", rs2=5, rs1=10, imm=2), box.op("lw", rd=6, rs1=10, imm=2), box.op("lw", rd=7, rs1=10, imm=8)
    )
    assert box.run(HERE, 3, x5=0x11223344, x10=-4) == STOP_BUDGET
    assert bytes(box.machine.ram[DATA + 4094 : DATA + 4096]) == b"\x44\x33"
    assert bytes(box.machine.ram[DATA + 8192 : DATA + 8194]) == b"\x22\x11"
    assert box.harts[0].x[6] == 0x11223344
    box.put(DATA + 4094, box.op("addi", rd=5, rs1=0, imm=77)[:2])
    box.put(DATA + 8192, box.op("addi", rd=5, rs1=0, imm=77)[2:])
    assert box.run(-2) == STOP_BUDGET
    assert (box.harts[0].x[5], box.harts[0].pc) == (77, 2)
