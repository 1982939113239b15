"""TLBs: I-TLB and D-TLB of a hart, and its second-level TLB behind both. Set-associative, tagged by ASID.

One array of entries for 4 KB, 2 MB (4 MB in Sv32) and 1 GB pages: a page of level n is indexed by its own page
number, so a lookup probes each page size that has been filled at all.
"""

from __future__ import annotations

import numpy as np

from emu.machine import counters as C
from emu.machine import events as E
from emu.machine.cache import FIFO, LRU, PLRU, random_below
from emu.machine.events import log
from emu.machine.host import first_bit
from emu.machine.jit import hot, inlined
from emu.machine.state import DATA_FILTER, FETCH_FILTER, GUESSES, NEVER

ITLB, DTLB, L2TLB = range(3)
PTE_G = 32


@hot
def level_shift(m, level):
    """log2 of the number of 4 KB pages that a leaf at this level maps."""
    return np.int64(level) * (10 if m.xlen == 32 else 9)


@inlined
def tlb_guess(m, h, unit, vpn):
    """The L1 entry of a 4 KB page if it still is where it was last found, else -1."""
    i = h.guess[vpn & (GUESSES - 1)]
    e = m.tlb[i]
    t = m.tlb_shape[unit]
    own = i - (t.first + h.id * t.stride)
    hit = e.vpn == vpn and e.valid and e.level == 0 and e.asid == h.asid and 0 <= own < t.stride
    return np.int64(i) if hit else np.int64(-1)


@hot
def tlb_find(m, h, unit, vpn):
    """The index of the entry that translates vpn in the current address space, or -1."""
    t = m.tlb_shape[unit]
    for level in range(4):
        if level and not (h.large[unit] >> level) & 1:
            continue
        shift = level_shift(m, level)
        first = t.first + h.id * t.stride + ((vpn >> shift) & (t.sets - 1)) * t.ways
        for i in range(first, first + t.ways):
            e = m.tlb[i]
            if e.valid and e.level == level and e.vpn == vpn >> shift and (e.asid == h.asid or e.pte & PTE_G):
                h.guess[vpn & (GUESSES - 1)] = i
                return i
    return -1


@hot
def tlb_victim(m, unit, first):
    """The way to fill: an empty one, else by the TLB's policy."""
    t = m.tlb_shape[unit]
    for i in range(first, first + t.ways):
        if not m.tlb[i].valid:
            return i
    best = first
    if t.policy == LRU:
        for i in range(first + 1, first + t.ways):
            if m.tlb[i].used < m.tlb[best].used:
                best = i
    elif t.policy == FIFO:
        for i in range(first + 1, first + t.ways):
            if m.tlb[i].filled < m.tlb[best].filled:
                best = i
    elif t.policy == PLRU:
        best = tlb_tree_victim(m, first, t.ways)
    else:
        best = first + random_below(m, t.ways)
    return best


@hot
def tlb_newest(m, first, ways):
    """The largest recency stamp among the ways."""
    best = m.tlb[first].used
    for i in range(first + 1, first + ways):
        best = max(best, m.tlb[i].used)
    return best


@hot
def tlb_tree_victim(m, first, ways):
    """Tree-PLRU, as in `cache.tree_victim`."""
    while ways > 1:
        ways >>= 1
        if tlb_newest(m, first, ways) > tlb_newest(m, first + ways, ways):
            first += ways
    return first


@hot
def forget_data_hits(h):
    """No data access may be taken to hit without a lookup."""
    for k in range(DATA_FILTER):
        h.dhit[k].rtag = NEVER
        h.dhit[k].wtag = NEVER


@hot
def forget_fetch_hits(h):
    """No fetch may be taken to hit without a lookup."""
    for k in range(FETCH_FILTER):
        h.fhit[k].tag = NEVER


@inlined
def data_slot(line):
    """Where the data filter keeps a line (timing off:

    a page). Folded, so that two streams 16 MB apart do not collide.
    """
    return (line ^ (line >> 10)) & (DATA_FILTER - 1)


@inlined
def note_hit(m, e, va, shift):
    """A filter entry for va relies on TLB entry e: e.hits has a bit for every 64th of the page (or every line)."""
    e.hits |= 1 << (((va & 4095) >> shift) // max(1, (4096 >> shift) >> 6))


@hot
def forget_if(h, unit, k, i):
    """Clear the filter entry of line k if it relies on TLB entry i."""
    if unit == DTLB:
        f = h.dhit[data_slot(k)]
        if f.tlb == i:
            f.rtag = NEVER
            f.wtag = NEVER
    else:
        g = h.fhit[k & (FETCH_FILTER - 1)]
        if g.tlb == i:
            g.tag = NEVER


@hot
def forget_translation(m, h, unit, i):
    """The L1 TLB entry at index i goes: clear the filter entries that rely on it."""
    e = m.tlb[i]
    if unit == L2TLB:
        return
    if e.level:
        if unit == DTLB:
            forget_data_hits(h)
        else:
            forget_fetch_hits(h)
        return
    shift = m.line_shift if m.timed else 12
    first = (e.vpn << 12) >> shift
    per_bit = max(1, (4096 >> shift) >> 6)
    left = e.hits
    while left:
        bit = first_bit(left)
        left &= left - 1
        for k in range(first + bit * per_bit, first + (bit + 1) * per_bit):
            forget_if(h, unit, k, i)


@hot
def tlb_invalidate(m, h, unit, i):
    """Empty the entry at index i."""
    forget_translation(m, h, unit, i)
    m.tlb[i].valid = 0


@hot
def tlb_fill(m, h, unit, vpn, ppn, pte, level):
    """Put a translation into a TLB:

    vpn and ppn of the 4 KB page asked for, the leaf's low bits and level. Returns the index.
    """
    t = m.tlb_shape[unit]
    shift = level_shift(m, level)
    first = t.first + h.id * t.stride + ((vpn >> shift) & (t.sets - 1)) * t.ways
    i = tlb_victim(m, unit, first)
    e = m.tlb[i]
    if e.valid:
        h.count[C.ITLB_EVICT if unit == ITLB else C.DTLB_EVICT if unit == DTLB else C.L2TLB_EVICT] += 1
        log(m, h, E.TLB_EVICT, e.vpn, e.ppn, unit)
        tlb_invalidate(m, h, unit, i)
    e.valid = 1
    e.vpn = vpn >> shift
    e.ppn = (ppn >> shift) << shift
    e.asid = h.asid
    e.pte = pte & 255
    e.level = level
    e.hits = 0
    e.used = h.tick
    e.filled = h.tick
    if level:
        h.large[unit] |= 1 << level
    log(m, h, E.TLB_FILL, vpn << 12, ppn, unit)
    return i


@hot
def tlb_flush(m, h, va, asid):
    """SFENCE.VMA: drop the entries of one page (va != -1) and/or one address space (asid != -1), else all."""
    h.count[C.TLB_FLUSH] += 1
    log(m, h, E.TLB_FLUSH, va, asid, 0)
    for unit in range(3):
        t = m.tlb_shape[unit]
        first = t.first + h.id * t.stride
        for i in range(first, first + t.sets * t.ways):
            e = m.tlb[i]
            if not e.valid or (asid != -1 and (e.asid != asid or e.pte & PTE_G)):
                continue
            if va == -1 or (va >> 12) >> level_shift(m, e.level) == e.vpn:
                tlb_invalidate(m, h, unit, i)
