"""Everything the run loop's fast arms leave:

accesses that miss the filter, atomics, CSRs, fences, traps, rare arithmetic.
"""

from __future__ import annotations

from emu.machine import counters as C
from emu.machine import ops as O
from emu.machine.atomics import atomic
from emu.machine.cache import L1I
from emu.machine.csr import access as csr_access
from emu.machine.decode import decode_at, forget_all_code
from emu.machine.host import (
    load_i8,
    load_i16,
    load_i32,
    load_i64,
    load_u8,
    load_u16,
    load_u32,
    store_8,
    store_16,
    store_32,
    store_64,
)
from emu.machine.jit import hot, inlined
from emu.machine.ledger import LEDGER_STALL
from emu.machine.lines import charge, drop
from emu.machine.mmu import data_slow, scatter, trap
from emu.machine.rare import compute
from emu.machine.softfloat import BOX
from emu.machine.walk import LOAD, STORE

ILLEGAL_INSN, BREAKPOINT, ECALL_U = 2, 3, 8
STOP = -3  # the record is a breakpoint
AGAIN = 1  # the record is decoded now: dispatch it again
REFETCH = 2  # done, but what follows must be fetched anew


@inlined
def size_of(op):
    """Bytes that a load or store moves."""
    if op <= O.LB or op == O.LBU or op == O.SB:
        return 1
    if op == O.LH or op == O.LHU or op == O.SH:
        return 2
    if op == O.LD or op == O.C_LD or op == O.SD or op == O.C_SD:
        return 8
    return 4


@inlined
def load_value(op, at):
    """The register value that a load gives for the bytes at a host address."""
    if op == O.LB:
        return load_i8(at)
    if op == O.LBU:
        return load_u8(at)
    if op == O.LH:
        return load_i16(at)
    if op == O.LHU:
        return load_u16(at)
    if op == O.LWU:
        return load_u32(at)
    if op == O.FLW or op == O.C_FLW:
        return load_u32(at) | BOX
    if op == O.LD or op == O.C_LD:
        return load_i64(at)
    return load_i32(at)


@inlined
def store_value(size, at, value):
    """Write the low bytes of a register to a host address."""
    if size == 1:
        store_8(at, value)
    elif size == 2:
        store_16(at, value)
    elif size == 4:
        store_32(at, value)
    else:
        store_64(at, value)


@inlined
def memory(m, h, rec):
    """A load or store by the slow path. Returns 0, FAULT or WATCHED."""
    op = rec.op
    size = size_of(op)
    va = h.x[rec.rs1] + rec.imm
    if op <= O.C_LD:
        at = data_slow(m, h, va, size, LOAD)
        if at < 0:
            return at
        h.count[C.INSN_LOAD] += 1
        charge(h, LEDGER_STALL, rec.rs2)
        h.x[rec.rd] = load_value(op, at)
        return 0
    at = data_slow(m, h, va, size, STORE)
    if at < 0:
        return at
    h.count[C.INSN_STORE] += 1
    store_value(size, at, h.x[rec.rs2])
    if h.cross_first:
        scatter(h, size)
    return 0


@hot
def flush_l1i(m, h):
    """FENCE.I: this hart's instruction cache starts empty."""
    c = m.cache[L1I]
    first = c.first + h.id * c.stride
    for i in range(first, first + c.sets * c.ways):
        if m.line_tag[i] != 0:
            drop(m, h, L1I, m.line_tag[i] - 1)


@hot
def system(m, h, rec):
    """FENCE, FENCE.I, ECALL, EBREAK, WFI and the CSR instructions."""
    op = rec.op
    if op == O.ECALL:
        return trap(h, ECALL_U + h.priv, 0)
    if op == O.EBREAK:
        return trap(h, BREAKPOINT, h.pc)
    if op == O.FENCE:
        charge(h, LEDGER_STALL, m.cost_fence)
        return 0
    if op == O.FENCE_I:
        if m.timed:
            flush_l1i(m, h)
        forget_all_code(m)
        charge(h, LEDGER_STALL, m.cost_fence)
        return REFETCH
    if O.CSRRW <= op <= O.CSRRCI:
        immediate = op >= O.CSRRWI
        action = op - (O.CSRRWI if immediate else O.CSRRW)
        value = rec.rs1 if immediate else h.x[rec.rs1]
        return csr_access(m, h, rec, rec.imm, value, action, action == 0 or rec.rs1 != 0)
    return 0  # WFI, PAUSE


@hot
def has_immediate(op):
    """Whether a rare operation's second operand is its immediate."""
    return (
        op == O.SLLI_UW or op == O.RORI or op == O.RORIW or op == O.BCLRI or op == O.BEXTI or op == O.BINVI
        or op == O.BSETI or op == O.BCLRI32 or op == O.BEXTI32 or op == O.BINVI32 or op == O.BSETI32
    )  # fmt: skip


@hot
def execute_slow(m, h, ip):
    """Execute the record ip. Returns 0 (done), AGAIN, REFETCH, FAULT, WATCHED or STOP."""
    rec = m.code[ip]
    op = rec.op
    if O.LB <= op <= O.C_SD:
        return memory(m, h, rec)
    if op == O.UNDECODED:
        decode_at(m, ip)
        return AGAIN
    if op == O.BREAKPOINT:
        return STOP
    if op == O.ILLEGAL:
        return trap(h, ILLEGAL_INSN, rec.imm if m.xlen == 32 else rec.imm & 0xFFFFFFFF)
    if O.LR_W <= op <= O.AMOMAXU_D:
        return atomic(m, h, rec)
    if O.FENCE <= op <= O.CSRRCI:
        return system(m, h, rec)
    if op >= O.FADD_D:
        return trap(h, ILLEGAL_INSN, 0)  # the dynamic rounding mode is a reserved one
    charge(h, LEDGER_STALL, 0 if has_immediate(op) or op > O.MULHU32 else rec.imm)
    h.x[rec.rd] = compute(op, h.x[rec.rs1], rec.imm if has_immediate(op) else h.x[rec.rs2])
    return 0
