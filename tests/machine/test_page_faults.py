"""What the page table refuses: rights, the shape of tables, addresses; and A and D, which hardware sets."""

import itertools

import pytest
from machine_box import CODE, DATA, GOOD, RAM, op
from machine_faults import ACCESS, HERE, attempt, kinds, modes, paged, refused, timings

from emu.isa import causes
from emu.isa.paging import (
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
