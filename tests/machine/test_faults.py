"""Every exception of the manual: its cause, its tval, pc on the instruction, registers as they were."""

import itertools

import pytest
from machine_box import CODE, DATA, GOOD, RAM, Box, op

from emu.isa import causes
from emu.isa.paging import (
    PAGING_SV32,
    PAGING_SV39,
    PAGING_SV48,
    PTE_A,
    PTE_D,
    PTE_R,
    PTE_U,
    PTE_V,
    PTE_W,
    PTE_X,
    SCHEMES,
)
from emu.machine.execute import STOP_BUDGET, STOP_TRAP

ACCESS = {
    "load": (causes.LOAD_ACCESS_FAULT, causes.LOAD_PAGE_FAULT, PTE_R),
    "store": (causes.STORE_ACCESS_FAULT, causes.STORE_PAGE_FAULT, PTE_W),
    "fetch": (causes.INSN_ACCESS_FAULT, causes.INSN_PAGE_FAULT, PTE_X),
}
MODES = [(32, PAGING_SV32), (64, PAGING_SV39), (64, PAGING_SV48)]
modes = pytest.mark.parametrize(("xlen", "mode"), MODES, ids=["Sv32", "Sv39", "Sv48"])
kinds = pytest.mark.parametrize("kind", ACCESS)
timings = pytest.mark.parametrize("timing", ["full", "off"])
HERE = 0x40000000  # where the code of paged tests lies, one page
THERE = {PAGING_SV32: 0x50000000, PAGING_SV39: 0x1050000000, PAGING_SV48: 0x105050000000}  # not under HERE's entries


def paged(xlen, mode, **settings):
    """Code mapped at HERE: lw x5 at 0, sw x5 at 4, both through x10."""
    box = Box(xlen, mode, **settings)
    box.there = THERE[mode]
    box.map(HERE, CODE)
    box.put(CODE, box.op("lw", rd=5, rs1=10), box.op("sw", rs2=5, rs1=10))
    return box


def attempt(box, kind, va, hart=0):
    """One access of that kind to va; returns (reason, cause, tval, pc was kept)."""
    pc = {"load": HERE, "store": HERE + 4, "fetch": va}[kind]
    reason = box.run(pc, 1, hart, x5=0x1234, x10=va)
    kept = box.harts[hart].pc == pc and box.harts[hart].x[5] == 0x1234
    return reason, *box.trap(hart), kept


def refused(box, kind, va, number, tval=None):
    """The access traps with that cause, and changes nothing."""
    assert attempt(box, kind, va) == (STOP_TRAP, number, va if tval is None else tval, True)


# ------------------------------------------------------------------------------------------------------------- plain


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


# ------------------------------------------------------------------------------------------------------- permissions


@timings
@modes
@kinds
def test_permission_bits(kind, xlen, mode, timing):
    """All of V R W X U in both privileges: an access is granted exactly when the manual says so."""
    box = paged(xlen, mode, timing=timing)
    box.put(DATA, box.op("addi"))
    at = box.map(box.there, DATA)
    code_at = box.map(HERE, CODE)
    bits = [PTE_V, PTE_R, PTE_W, PTE_X, PTE_U]
    for priv, chosen in itertools.product((0, 1), itertools.product((0, 1), repeat=5)):
        flags = sum(bit for bit, on in zip(bits, chosen, strict=True) if on)
        box.harts[0].priv = priv
        box.cells()[code_at] = CODE >> 12 << 10 | GOOD & ~(PTE_U if priv else 0)
        box.cells()[at] = DATA >> 12 << 10 | flags | PTE_A | PTE_D
        box.harts[0].sfence()
        valid = flags & PTE_V and flags & (PTE_R | PTE_X) and not (flags & PTE_W and not flags & PTE_R)
        granted = valid and flags & ACCESS[kind][2] and bool(flags & PTE_U) == (priv == 0)
        if granted:
            assert attempt(box, kind, box.there)[0] == STOP_BUDGET, (priv, flags)
        else:
            refused(box, kind, box.there, ACCESS[kind][1])


@modes
@pytest.mark.parametrize("name", ["amoswap.w", "sc.w", "lr.w"])
def test_atomics_want_their_rights(name, xlen, mode):
    """An AMO or SC on a page that may only be read is a store page fault; LR only reads, and leaves D alone."""
    box = paged(xlen, mode)
    at = box.map(box.there, DATA, PTE_V | PTE_R | PTE_U)
    box.put(CODE, box.op("lr.w", rd=6, rs1=10), box.op(name, rd=5, rs1=10, rs2=6))
    reason = box.run(HERE, 2, x5=1, x10=box.there)
    if name == "lr.w":
        assert reason == STOP_BUDGET
    else:
        assert (reason, box.trap(), box.harts[0].x[5]) == (STOP_TRAP, (causes.STORE_PAGE_FAULT, box.there), 1)
    assert box.cells()[at] & (PTE_A | PTE_D) == PTE_A


# ------------------------------------------------------------------------------------------------------- table shapes


@modes
@kinds
def test_holes_at_every_level(kind, xlen, mode):
    """An invalid entry, a pointer at the last level, and reserved bits of a pointer are page faults."""
    box = paged(xlen, mode)
    levels = len(box.scheme.levels)
    box.map(box.there, DATA)
    for height in range(levels):
        at = box.entry(box.there, height)
        kept = box.cells()[at]
        wrong = (
            [0, kept & ~PTE_V, PTE_V] if height == 0 else [0, kept & ~PTE_V, kept | PTE_U, kept | PTE_A, kept | PTE_D]
        )
        for entry in wrong:
            box.cells()[at] = entry
            box.harts[0].sfence()
            refused(box, kind, box.there, ACCESS[kind][1])
        box.cells()[at] = kept
    box.harts[0].sfence()
    assert attempt(box, kind, box.there)[0] == STOP_BUDGET or kind == "fetch"


@kinds
@pytest.mark.parametrize("bit", range(54, 64))
def test_reserved_bits(kind, bit):
    """Bits 63..54 of an entry must be clear, in a leaf as in a pointer."""
    for height in (0, 1):
        box = paged(64, PAGING_SV39)
        box.map(box.there, DATA)
        box.cells()[box.entry(box.there, height)] |= 1 << bit
        refused(box, kind, box.there, ACCESS[kind][1])


@modes
@kinds
def test_huge_pages(kind, xlen, mode):
    """A leaf at each level above the last maps the whole range, if its frame is aligned; else it is a page fault."""
    bits = 10 if xlen == 32 else 9
    for height in range(1, len(SCHEMES[mode].levels)):
        box = paged(xlen, mode)
        size = 4096 << height * bits
        base = box.there // size * size
        box.put(DATA + 8, box.op("addi"))
        box.map(base, 0, GOOD, height)
        assert attempt(box, kind, base + DATA + 8)[0] == STOP_BUDGET
        refused(box, kind, base + RAM, ACCESS[kind][0])  # that part of the page has no memory behind it
        box.cells()[box.entry(base, height)] |= 1 << 10
        box.harts[0].sfence()
        refused(box, kind, base + DATA + 8, ACCESS[kind][1])


@kinds
@pytest.mark.parametrize(("mode", "bits"), [(PAGING_SV39, 39), (PAGING_SV48, 48)])
def test_canonical_addresses(kind, mode, bits):
    """Addresses whose upper bits do not repeat the top one fault, though the walk would find a page."""
    box = paged(64, mode)
    low, high = box.there, (box.there | 1 << bits - 1) - (1 << bits)
    box.put(DATA, op("addi"))
    box.map(low, DATA)
    box.map(high, DATA)
    assert attempt(box, kind, low)[0] == attempt(box, kind, high)[0] == STOP_BUDGET
    for wrong in (low + (1 << bits), low + (1 << 62), high + (1 << bits), low - (1 << 63), high ^ (1 << 62)):
        refused(box, kind, wrong, ACCESS[kind][1])
    assert box.machine.counters()["walk.fault"] == 5


@modes
@kinds
def test_tables_and_frames_beyond_memory(kind, xlen, mode):
    """A table or a page outside of memory is an access fault of the original access."""
    for height in range(len(SCHEMES[mode].levels)):
        box = paged(xlen, mode)
        box.map(box.there, DATA)
        at = box.entry(box.there, height)
        box.cells()[at] = RAM >> 12 << 10 | (GOOD if height == 0 else PTE_V)
        refused(box, kind, box.there, ACCESS[kind][0])
    box = paged(xlen, mode)
    attempt(box, "load", HERE)  # HERE is in the TLBs now
    box.harts[0].set_address_space(mode, 0, RAM >> 12)
    refused(box, "load", box.there, causes.LOAD_ACCESS_FAULT)


# ------------------------------------------------------------------------------------------------------------ A and D


@timings
@modes
def test_accessed_and_dirty(xlen, mode, timing):
    """The hardware sets A at the first access and D at the first store, in memory and no earlier."""
    box = paged(xlen, mode, timing=timing)
    at = box.map(box.there, DATA, GOOD & ~(PTE_A | PTE_D))
    code_at = box.map(HERE, CODE, GOOD & ~(PTE_A | PTE_D))
    assert attempt(box, "load", box.there)[0] == STOP_BUDGET
    assert box.cells()[at] & (PTE_A | PTE_D) == box.cells()[code_at] & (PTE_A | PTE_D) == PTE_A
    assert attempt(box, "load", box.there + 8)[0] == STOP_BUDGET
    assert box.cells()[at] & PTE_D == 0
    for _ in range(2):
        assert attempt(box, "store", box.there)[0] == STOP_BUDGET
        assert box.cells()[at] & (PTE_A | PTE_D) == PTE_A | PTE_D
    counted = box.machine.counters()
    assert (counted["walk.set_accessed"], counted["walk.set_dirty"]) == (2, 1)


@modes
def test_refused_accesses_set_nothing(xlen, mode):
    """A fault leaves A and D as they are."""
    box = paged(xlen, mode)
    at = box.map(box.there, DATA, PTE_V | PTE_R | PTE_U)
    refused(box, "store", box.there, causes.STORE_PAGE_FAULT)
    assert box.cells()[at] & (PTE_A | PTE_D) == 0


@timings
@modes
def test_access_over_a_page_boundary(xlen, mode, timing):
    """Both pages must grant the access before anything is stored; tval is in the page that refuses."""
    box = paged(xlen, mode, timing=timing)
    box.map(box.there, DATA)
    second = box.map(box.there + 4096, DATA + 8192, 0)
    va = box.there + 4094
    for kind in ("load", "store"):
        refused(box, kind, va, ACCESS[kind][1], box.there + 4096)
    assert bytes(box.machine.ram[DATA + 4094 : DATA + 4096]) == b"\0\0"
    box.cells()[second] = DATA + 8192 >> 12 << 10 | GOOD
    assert attempt(box, "store", va)[0] == STOP_BUDGET
    assert bytes(box.machine.ram[DATA + 4094 : DATA + 4096]) == b"\x34\x12"
    assert bytes(box.machine.ram[DATA + 8192 : DATA + 8194]) == b"\0\0"
    box.machine.ram[DATA + 8192] = 0x56
    assert box.run(HERE, x10=va) == STOP_BUDGET
    assert box.harts[0].x[5] == 0x561234


@modes
def test_instruction_over_a_page_boundary(xlen, mode):
    """Its halves come from two frames; if the second page refuses, tval is there and pc stays at the first half."""
    box = paged(xlen, mode)
    code = box.op("addi", rd=5, rs1=5, imm=1)
    box.map(box.there, DATA)
    second = box.map(box.there + 4096, DATA + 8192, GOOD & ~PTE_X)
    box.put(DATA + 4094, code[:2])
    box.put(DATA + 8192, code[2:])
    pc = box.there + 4094
    assert box.run(pc, x5=1) == STOP_TRAP
    assert (box.trap(), box.harts[0].pc, box.harts[0].x[5]) == ((causes.INSN_PAGE_FAULT, box.there + 4096), pc, 1)
    box.cells()[second] |= PTE_X
    box.harts[0].sfence()
    assert (box.run(pc), box.harts[0].x[5], box.harts[0].pc) == (STOP_BUDGET, 2, box.there + 4098)


# --------------------------------------------------------------------------------------------------------------- RV32


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
