"""AMO, LR and SC:

RISC-V Unprivileged, "A Extension". Always by the slow path: they need the line Modified and break reservations.
"""

from __future__ import annotations

from emu.machine import counters as C
from emu.machine import events as E
from emu.machine import ops as O
from emu.machine.arith import below
from emu.machine.events import log
from emu.machine.host import load_i32, load_i64, store_32, store_64
from emu.machine.jit import hot
from emu.machine.mmu import data_slow, trap, wrap
from emu.machine.state import DATA_FILTER, NEVER
from emu.machine.walk import LOAD, STORE

LOAD_MISALIGNED, STORE_MISALIGNED = 4, 6


@hot
def combine(kind, old, operand):
    """What an AMO stores: kind counts from amoswap in the order of the operation numbers."""
    if kind == 0:
        return operand
    if kind == 1:
        return old + operand
    if kind == 2:
        return old ^ operand
    if kind == 3:
        return old & operand
    if kind == 4:
        return old | operand
    less = below(old, operand) if kind >= 7 else old < operand
    want_less = kind == 5 or kind == 7
    return old if less == want_less else operand


@hot
def unreserve(m, h):
    """End this hart's reservation."""
    if h.reserved != -1:
        h.reserved = -1
        h.reserved_line = -1
        m.reservations -= 1


@hot
def forget_writable(m, h, va):
    """Timing off has no MESI: after an LR, the other harts' stores to this page must come by the slow path."""
    for k in range(m.harts):
        if k != h.id:
            for slot in range(DATA_FILTER):
                m.hart[k].dhit[slot].wtag = NEVER


@hot
def load_reserved(m, h, rec, va, size):
    """LR: load, and remember the address until another hart stores to its line."""
    at = data_slow(m, h, va, size, LOAD)
    if at < 0:
        return at
    unreserve(m, h)
    m.reservations += 1
    h.reserved = at - m.ram_at
    h.reserved_line = h.reserved >> m.line_shift
    if not m.timed and m.harts > 1:
        forget_writable(m, h, va)
    h.count[C.LOCK_RESERVE] += 1
    log(m, h, E.RESERVE, h.reserved, 0, 0)
    h.x[rec.rd] = load_i32(at) if size == 4 else load_i64(at)
    return 0


@hot
def store_conditional(m, h, rec, va, size):
    """SC: store if the reservation stands; rd is 0 for success. The reservation ends either way."""
    if h.reserved == -1:
        return sc_fail(m, h, rec, va)
    at = data_slow(m, h, va, size, STORE)
    if at < 0:
        return at
    if at - m.ram_at != h.reserved:
        return sc_fail(m, h, rec, va)
    if size == 4:
        store_32(at, h.x[rec.rs2])
    else:
        store_64(at, h.x[rec.rs2])
    unreserve(m, h)
    h.x[rec.rd] = 0
    return 0


@hot
def sc_fail(m, h, rec, va):
    """An SC that stores nothing."""
    unreserve(m, h)
    h.count[C.LOCK_SC_FAIL] += 1
    log(m, h, E.SC_FAIL, va, 0, 0)
    h.x[rec.rd] = 1
    return 0


@hot
def atomic(m, h, rec):
    """Execute an A instruction and count it if it completes. Returns 0, FAULT or WATCHED."""
    status = perform(m, h, rec)
    if status == 0:
        h.count[C.INSN_AMO] += 1
    return status


@hot
def perform(m, h, rec):
    """Execute an A instruction. Returns 0, FAULT or WATCHED."""
    op = rec.op
    size = 4 if op < O.LR_D else 8
    kind = op - (O.LR_W if size == 4 else O.LR_D)
    va = wrap(m, h.x[rec.rs1])
    if va & (size - 1):
        return trap(h, LOAD_MISALIGNED if kind == 0 else STORE_MISALIGNED, va)
    if kind == 0:
        return load_reserved(m, h, rec, va, size)
    if kind == 1:
        return store_conditional(m, h, rec, va, size)
    at = data_slow(m, h, va, size, STORE)
    if at < 0:
        return at
    operand = h.x[rec.rs2]
    if size == 4:
        old = load_i32(at)
        operand = ((operand & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000
        store_32(at, combine(kind - 2, old, operand))
    else:
        old = load_i64(at)
        store_64(at, combine(kind - 2, old, operand))
    h.x[rec.rd] = old
    return 0
