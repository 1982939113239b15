"""Accesses that may be refused, for the tests of exceptions: one at a time, of each kind, in each paging mode."""

import pytest
from machine_box import CODE, Box

from emu.isa import causes
from emu.isa.paging import (
    PAGING_SV32,
    PAGING_SV39,
    PAGING_SV48,
    PTE_R,
    PTE_W,
    PTE_X,
)
from emu.machine.execute import STOP_TRAP

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
