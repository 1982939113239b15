"""Instruction fetch: the slow path of entering a line, and instructions that cross a page."""

from __future__ import annotations

import numpy as np

from emu.machine import counters as C
from emu.machine.ahead import stop_ahead
from emu.machine.cache import L1I
from emu.machine.decode import code_base, decode_word
from emu.machine.host import load_u16
from emu.machine.jit import hot
from emu.machine.ledger import LEDGER_L1I
from emu.machine.lines import charge
from emu.machine.mmu import physical, trap, wrap
from emu.machine.private import fetch_access
from emu.machine.state import FETCH_FILTER, NEVER, SLOTS, TESTED
from emu.machine.tlb import note_hit
from emu.machine.walk import FETCH


@hot
def asks(m, ip, shift):
    """Whether stops are asked for in the line of a record: it has a breakpoint, or there are watchpoints."""
    line = ((m.code_page[ip // SLOTS] << 12) | ((ip & (SLOTS - 1)) << 1)) >> shift
    for k in range(m.break_lines):
        if m.break_at[k] >> shift == line:
            return True
    return m.watch_count != 0


@hot
def remember_fetch(m, h, pc, ip, tlb, line):
    """Enter a line (timing off: a page) of code into the fetch filter."""
    shift = m.line_shift if m.timed else 12
    slot = (pc >> shift) & (FETCH_FILTER - 1)
    f = h.fhit[slot]
    if m.timed:
        if f.tag != NEVER and m.line[f.line].slot == slot + 1:
            m.line[f.line].slot = 0
        old = m.line[line].slot
        if old != 0 and old != slot + 1:
            h.fhit[old - 1].tag = NEVER
        m.line[line].slot = slot + 1
    f.tag = ((pc >> shift) << shift) | (TESTED if m.halts and asks(m, ip, shift) else 0)
    f.delta = ip - (pc >> 1)
    f.tlb = tlb
    f.line = line
    note_hit(m, m.tlb[tlb], pc, shift)


@hot
def tested_hit(m, h, pc):
    """The record of the instruction if the fetch filter knows its line, else -1."""
    shift = m.line_shift if m.timed else 12
    f = h.fhit[(pc >> shift) & (FETCH_FILTER - 1)]
    return (pc >> 1) + f.delta if f.tag == ((pc >> shift) << shift) | TESTED else np.int64(-1)


@hot
def fetch_again(m, h, pc):
    """The filter's line is entered where stops are asked for first: what the run loop does at a hit."""
    shift = m.line_shift if m.timed else 12
    f = h.fhit[(pc >> shift) & (FETCH_FILTER - 1)]
    m.tlb[f.tlb].used = h.tick
    h.count[C.ITLB_ACCESS] += h.levels != 0
    if m.timed:
        m.line_used[f.line] = h.tick
        h.count[C.L1I_ACCESS] += 1
        charge(h, LEDGER_L1I, m.cache[L1I].latency)


@hot
def fetch_slow(m, h, pc):
    """Translate pc and access its line. Returns the instruction's record; or FAULT, or the stop ahead of it."""
    pc = wrap(m, pc)
    if m.halts:
        ip = tested_hit(m, h, pc)
        stop = stop_ahead(m, h, pc, ip)
        if stop:
            return stop
        if ip >= 0:
            fetch_again(m, h, pc)
            return ip
    cause, pa, tlb = physical(m, h, pc, FETCH)
    if cause:
        return trap(h, cause, pc)
    line = fetch_access(m, h, pa >> m.line_shift) if m.timed else 0
    ip = code_base(m, pa >> 12) + ((pa & 4095) >> 1)
    remember_fetch(m, h, pc, ip, tlb, line)
    return ip


@hot
def fetch_cross(m, h, pc, ip):
    """The instruction in a page's last halfword: decoded anew each time, for the next page may have changed.

    Returns 0, FAULT, or the stop ahead of it.
    """
    if m.halts:
        stop = stop_ahead(m, h, pc, -1)
        if stop:
            return stop
    rec = m.code[ip]
    at = (m.code_page[ip // SLOTS] << 12) | 4094
    word = load_u16(m.ram_at + at)
    if word & 3 == 3:
        cause, high, _ = physical(m, h, wrap(m, pc + 2), FETCH)
        if cause:
            return trap(h, cause, wrap(m, pc + 2))
        word |= load_u16(m.ram_at + high) << 16
    decode_word(m, rec, word, 0, False)
    return 0
