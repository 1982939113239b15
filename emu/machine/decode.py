"""Predecoding: instruction bytes in physical memory become 8-byte records, once, when they are first executed.

A physical page that holds code owns 2048 records, one for each halfword at which an instruction can begin. UNDECODED
is 0, so a fresh page needs no work; its records are decoded one at a time as the run loop meets them.
"""

from __future__ import annotations

from emu.machine import ops as O
from emu.machine.host import load_u16
from emu.machine.jit import hot
from emu.machine.softfloat import DYN, RNE
from emu.machine.state import CODE_PAGES, REJECTS, SLOTS, ZERO_SINK
from emu.machine.tlb import forget_fetch_hits

LOADS = O.LB, O.C_LD


@hot
def operand(row, k, word):
    """The value of operand k (rd rs1 rs2 imm) of an instruction word."""
    value = 0
    for s in range(row.count[k]):
        value |= ((word >> row.seg[k, s, 0]) & row.seg[k, s, 1]) << row.seg[k, s, 2]
    if row.sign[k]:
        top = 1 << (row.sign[k] - 1)
        value = (value ^ top) - top
    return value + row.const[k]


@hot
def reserved(row, word):
    """Whether an operand has a value that the manual reserves."""
    for k in range(REJECTS):
        if row.reject[k, 0] == 0:
            return False
        if (word & row.reject[k, 0]) == row.reject[k, 1]:
            return True
    return False


@hot
def find_row(m, word):
    """The number of the decode row that matches, or -1."""
    kind, bucket = 1, ((word & 3) << 3) | ((word >> 13) & 7)
    if word & 3 == 3:
        kind, bucket = 0, (((word >> 2) & 31) << 3) | ((word >> 12) & 7)
    for k in range(m.bucket[kind, bucket], m.bucket[kind, bucket + 1]):
        r = m.bucket_row[k]
        row = m.row[r]
        if (word & row.mask) == row.match and not reserved(row, word):
            return r
    return -1


@hot
def load_use_stall(m, rd, next_word):
    """Stall cycles that the instruction after a load of rd costs: the configured ones if it reads rd."""
    r = find_row(m, next_word)
    if rd == ZERO_SINK or r < 0:
        return 0
    row = m.row[r]
    for k in range(2):
        if (row.reads >> k) & 1 and operand(row, k + 1, next_word) == rd:
            return m.cost_load_use
    if (row.reads >> 2) & 1 and (operand(row, 3, next_word) >> 3) & 63 == rd:
        return m.cost_load_use
    return 0


@hot
def is_breakpoint(m, pa):
    """Whether a breakpoint stands at this physical address."""
    for k in range(m.break_count):
        if m.break_at[k] == pa:
            return True
    return False


@hot
def decode_word(m, rec, word, next_word, check_next):
    """Fill a record from an instruction word; `next_word` follows it, and counts for load-use only if check_next."""
    r = find_row(m, word)
    if r < 0:
        rec.op = O.ILLEGAL
        rec.imm = word
        return
    row = m.row[r]
    rd = operand(row, 0, word)
    imm = operand(row, 3, word)
    rec.rd = rd if rd else ZERO_SINK
    rec.rs1 = operand(row, 1, word)
    rec.rs2 = operand(row, 2, word)
    op = row.op
    if O.JAL <= op <= O.C_JAL or O.BEQ <= op <= O.BGEU:
        imm >>= 1
    elif O.LB <= op <= O.C_LD:
        rec.rs2 = load_use_stall(m, rec.rd, next_word) if check_next else 0
    elif row.latency:
        imm = row.latency
    elif op == O.ILLEGAL:
        imm = word
    elif O.FADD_D <= op <= O.FMA_S and imm & 7 != RNE and imm & 7 != DYN:
        op = O.FLOAT
    rec.imm = imm
    rec.op = op


@hot
def fetch_word(pa, room):
    """The instruction word at a host address with `room` bytes left in its page (upper half 0 if it is not there)."""
    low = load_u16(pa)
    if low & 3 == 3 and room >= 4:
        return low | (load_u16(pa + 2) << 16)
    return low


@hot
def decode_at(m, ip):
    """Decode the record ip (not one that crosses into the next page), or mark a breakpoint."""
    pa = (m.code_page[ip // SLOTS] << 12) | ((ip & (SLOTS - 1)) << 1)
    at = m.ram_at + pa
    room = 4096 - (pa & 4095)
    word = fetch_word(at, room)
    size = 4 if word & 3 == 3 else 2
    follows = room >= size + 4
    decode_word(m, m.code[ip], word, fetch_word(at + size, room - size) if follows else 0, follows)
    if m.break_count and is_breakpoint(m, pa):
        m.code[ip].op = O.BREAKPOINT


@hot
def forget_all_code(m):
    """Drop every predecoded page: FENCE.I, or no page of records is left."""
    for p in range(1, m.code_pages):
        m.code_slot[m.code_page[p]] = 0
    m.code_pages = 1
    for k in range(m.harts):
        forget_fetch_hits(m.hart[k])


@hot
def code_base(m, ppn):
    """The number of the first record of a physical page, taking a fresh page of records if need be."""
    p = m.code_slot[ppn]
    if p == 0:
        if m.code_pages >= CODE_PAGES:
            forget_all_code(m)
        p = m.code_pages
        m.code_pages = p + 1
        m.code_slot[ppn] = p
        m.code_page[p] = ppn
        for i in range(p * SLOTS, (p + 1) * SLOTS):
            m.code[i].op = O.UNDECODED
    return p * SLOTS
