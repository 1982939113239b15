"""Stops ahead of a fetch: whether a breakpoint or watchpoint stands before an instruction whose line is not entered.

A run that stops there has not paid for the fetch, so what it shows is the state that every run comes by at that
instruction. Inside a line nothing is left to pay: there the predecoded record (slow.py) and the access (mmu.py) stop.
"""

from __future__ import annotations

from emu.machine import ops as O
from emu.machine.decode import decode_at, find_row, is_breakpoint, operand
from emu.machine.host import load_i64, load_u16, load_u32
from emu.machine.jit import hot
from emu.machine.mmu import WATCHED, watched, wrap
from emu.machine.slow import STOP, size_of
from emu.machine.state import NO_ADDRESS, SLOTS
from emu.machine.tlb import ITLB, L2TLB, level_shift, tlb_find
from emu.machine.walk import FETCH, LOAD, STORE, R, V, X, permitted


@hot
def place(m, vpn, ppn, level):
    """The frame of a 4 KB page under a leaf of a level."""
    below = (1 << level_shift(m, level)) - 1
    return (ppn & ~below) | (vpn & below)


@hot
def peek_tables(m, h, vpn):
    """The frame that the page table gives for a fetch, or NO_ADDRESS."""
    bits, size = (10, 4) if m.xlen == 32 else (9, 8)
    table = h.root << 12
    for level in range(h.levels - 1, -1, -1):
        at = table + ((vpn >> (level * bits)) & ((1 << bits) - 1)) * size
        if at + size > m.ram_size:
            return NO_ADDRESS
        pte = load_u32(m.ram_at + at) if size == 4 else load_i64(m.ram_at + at)
        if not pte & V:
            return NO_ADDRESS
        if pte & (R | X):
            return place(m, vpn, (pte >> 10) & 0xFFFFFFFFFFF, level) if permitted(h, pte, FETCH) else NO_ADDRESS
        table = ((pte >> 10) & 0xFFFFFFFFFFF) << 12
    return NO_ADDRESS


@hot
def peek(m, h, va):
    """The physical address that a fetch from va will have, found without side effects; NO_ADDRESS if it will fault."""
    if h.levels == 0:
        return va if 0 <= va < m.ram_size else NO_ADDRESS
    vpn = va >> 12
    i = tlb_find(m, h, ITLB, vpn)
    if i < 0:
        i = tlb_find(m, h, L2TLB, vpn)
    ppn = entry_frame(m, h, i, vpn) if i >= 0 else peek_tables(m, h, vpn)
    pa = ppn << 12 | va & 4095
    return pa if ppn >= 0 and pa < m.ram_size else NO_ADDRESS


@hot
def entry_frame(m, h, i, vpn):
    """The frame that TLB entry i gives for a fetch, or NO_ADDRESS."""
    e = m.tlb[i]
    return place(m, vpn, e.ppn, e.level) if permitted(h, e.pte, FETCH) else NO_ADDRESS


@hot
def access_watched(m, h, op, base, offset):
    """Whether the operation is an access that a watchpoint stops."""
    if O.LB <= op <= O.C_SD:
        return watched(m, h, wrap(m, base + offset), size_of(op), LOAD if op <= O.C_LD else STORE)
    if not O.LR_W <= op <= O.AMOMAXU_D or ((op == O.SC_W or op == O.SC_D) and h.reserved == -1):
        return False
    va, size = wrap(m, base), 4 if op < O.LR_D else 8
    return va & (size - 1) == 0 and watched(m, h, va, size, LOAD if op == O.LR_W or op == O.LR_D else STORE)


@hot
def next_watched(m, h, pc, pa):
    """The same of the instruction at a physical address: what is predecoded is what will run, whatever memory holds."""
    page, half = m.code_slot[pa >> 12], (pa & 4095) >> 1
    if page != 0 and half != SLOTS - 1:
        rec = m.code[page * SLOTS + half]
        if rec.op != O.UNDECODED and rec.op != O.BREAKPOINT:
            return access_watched(m, h, rec.op, h.x[rec.rs1], rec.imm)
    return word_watched(m, h, pc, pa)


@hot
def word_watched(m, h, pc, pa):
    """The same of an instruction in memory, which may cross into another page."""
    word = load_u16(m.ram_at + pa)
    if word & 3 == 3:
        high = pa + 2 if (pa & 4095) != 4094 else peek(m, h, wrap(m, pc + 2))
        if high < 0:
            return False
        word |= load_u16(m.ram_at + high) << 16
    r = find_row(m, word)
    if r < 0:
        return False
    row = m.row[r]
    return access_watched(m, h, row.op, h.x[operand(row, 1, word)], operand(row, 3, word))


@hot
def stop_ahead(m, h, pc, ip):
    """The stop that stands before the instruction at pc: STOP, WATCHED, or 0.

    ip: its record, if the fetch filter knows it, else negative. After a stop, m.ahead is its physical address.
    """
    pc = wrap(m, pc)
    if ip >= 0 and ip & (SLOTS - 1) != SLOTS - 1:
        rec = m.code[ip]
        if rec.op == O.UNDECODED:
            decode_at(m, ip)
        stop = STOP if rec.op == O.BREAKPOINT else 0
        if stop == 0 and m.watch_count and access_watched(m, h, rec.op, h.x[rec.rs1], rec.imm):
            stop = WATCHED
        if stop:
            m.ahead = (m.code_page[ip // SLOTS] << 12) | ((ip & (SLOTS - 1)) << 1)
        return stop
    pa = peek(m, h, pc)
    stop = 0
    if pa >= 0:
        stop = STOP if is_breakpoint(m, pa) else WATCHED if m.watch_count and next_watched(m, h, pc, pa) else 0
    if stop:
        m.ahead = pa
    return stop
