"""Instruction fetch: the slow path of entering a line, and instructions that cross a page."""

from __future__ import annotations

from emu.machine import counters as C
from emu.machine import ops as O
from emu.machine.decode import code_base, decode_word, is_breakpoint
from emu.machine.host import load_u16
from emu.machine.jit import hot
from emu.machine.mmu import physical, trap, wrap
from emu.machine.private import fetch_access
from emu.machine.state import FETCH_FILTER, NEVER, SLOTS
from emu.machine.tlb import note_hit
from emu.machine.walk import FETCH


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
    f.tag = (pc >> shift) << shift
    f.delta = ip - (pc >> 1)
    f.tlb = tlb
    f.line = line
    note_hit(m, m.tlb[tlb], pc, shift)


@hot
def fetch_slow(m, h, pc):
    """Translate pc and access its line. Returns the record number of the instruction, or FAULT."""
    pc = wrap(m, pc)
    cause, pa, tlb = physical(m, h, pc, FETCH)
    if cause:
        return trap(h, cause, pc)
    line = fetch_access(m, h, pa >> m.line_shift) if m.timed else 0
    ip = code_base(m, pa >> 12) + ((pa & 4095) >> 1)
    remember_fetch(m, h, pc, ip, tlb, line)
    return ip


@hot
def fetch_cross(m, h, pc, ip, again):
    """The instruction in a page's last halfword: decoded anew each time, for the next page may have changed.

    again: the run stopped before it, when it had been fetched. Returns 0 or FAULT.
    """
    rec = m.code[ip]
    at = (m.code_page[ip // SLOTS] << 12) | 4094
    word = load_u16(m.ram_at + at)
    if word & 3 == 3:
        if again and h.levels:
            h.tick -= 1
            h.count[C.ITLB_ACCESS] -= 1
        cause, high, _ = physical(m, h, wrap(m, pc + 2), FETCH)
        if cause:
            return trap(h, cause, wrap(m, pc + 2))
        word |= load_u16(m.ram_at + high) << 16
    decode_word(m, rec, word, 0, False)
    if m.break_count and is_breakpoint(m, at):
        rec.op = O.BREAKPOINT
    return 0
