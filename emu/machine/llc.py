"""The shared last-level cache and DRAM behind it.

An inclusive LLC that drops a line drops the private copies too. Write-backs and DRAM writes go through a write
buffer: they cost no cycles. docs/timing.md, "LLC and DRAM".
"""

from __future__ import annotations

from emu.machine import counters as C
from emu.machine import events as E
from emu.machine.cache import L1D, L1I, L2, LLC, SHARED, find, victim
from emu.machine.events import log
from emu.machine.host import load_i64
from emu.machine.jit import hot, inlined
from emu.machine.ledger import LEDGER_DRAM, LEDGER_LLC
from emu.machine.lines import charge, drop, drop_at, put_line


@inlined
def dram_write(m, h, line):
    """A line (or a word of it) goes to memory; the write buffer hides the latency."""
    h.count[C.DRAM_WRITE] += 1
    log(m, h, E.DRAM_WRITE, line << m.line_shift, 0, 0)


@inlined
def dram_read(m, h, line):
    """A line comes from memory."""
    h.count[C.DRAM_READ] += 1
    charge(h, LEDGER_DRAM, m.cost_dram)
    log(m, h, E.DRAM_READ, line << m.line_shift, 0, 0)


@inlined
def drop_above(m, h, line, levels):
    """Drop the line from this hart's L1I and L1D where `levels` has their bits. Returns 1 if L1D's copy was dirty.

    Counts nothing: inclusion works inside the hart.
    """
    if levels & 1 << L1I:
        drop(m, h, L1I, line)
    return 1 if levels & 1 << L1D and drop(m, h, L1D, line) == 1 else 0


@hot
def drop_private(m, h, other, line):
    """Drop every copy that hart `other` has, counted as back-invalidations by h. Returns 1 if one was dirty."""
    levels = (1 << L1I) | (1 << L1D)
    dirty = 0
    i = find(m, other, L2, line)
    if i >= 0:
        levels = m.line[i].above if m.cache[L2].inclusive else levels
        dirty = drop_at(m, other, L2, i)
        h.count[C.BUS_BACK_INVALIDATE] += 1
    elif m.cache[L2].inclusive:
        return 0
    for level in range(2):
        was = drop(m, other, level, line) if (levels >> level) & 1 else -1
        if was >= 0:
            h.count[C.BUS_BACK_INVALIDATE] += 1
            dirty |= was
    return dirty


@hot
def back_invalidate(m, h, line):
    """An inclusive LLC drops a line: the copies of all harts that may have one go too. Returns 1 if one was dirty."""
    if m.harts == 1:
        return drop_private(m, h, h, line)
    holders = load_i64(m.dir_at + (line << 3))
    dirty = 0
    for k in range(m.harts):
        if (holders >> k) & 1:
            dirty |= drop_private(m, h, m.hart[k], line)
    return dirty


@inlined
def llc_room(m, h, line):
    """Free a way of the LLC for the line. Returns its index."""
    i = victim(m, h, LLC, line)
    if m.line_tag[i] != 0:
        old = m.line_tag[i] - 1
        h.count[C.LLC_EVICT] += 1
        log(m, h, E.CACHE_EVICT, old << m.line_shift, m.line[i].dirty, LLC)
        dirty = drop_at(m, h, LLC, i)
        if m.cache[LLC].inclusive and m.line[i].above:
            dirty |= back_invalidate(m, h, old)
        if dirty:
            h.count[C.LLC_WRITE_BACK] += 1
            log(m, h, E.WRITE_BACK, old << m.line_shift, 0, LLC)
            dram_write(m, h, old)
    return i


@inlined
def llc_fill(m, h, line):
    """Make room in the LLC and put the line there. Returns its index."""
    i = llc_room(m, h, line)
    m.tick += 1
    put_line(m, h, LLC, i, line, SHARED, m.tick)
    return i


@inlined
def llc_access(m, h, line):
    """Count and charge a lookup in the LLC. Returns the index or -1."""
    h.count[C.LLC_ACCESS] += 1
    i = find(m, h, LLC, line)
    if i >= 0:
        m.tick += 1
        m.line_used[i] = m.tick
    else:
        h.count[C.LLC_MISS] += 1
        log(m, h, E.CACHE_MISS, line << m.line_shift, 0, LLC)
    return i


@inlined
def llc_read(m, h, line):
    """A line is read for a private cache: from the LLC, or from DRAM through it."""
    if m.shallow:
        dram_read(m, h, line)
        return
    charge(h, LEDGER_LLC, m.cache[LLC].latency)
    i = llc_access(m, h, line)
    if i < 0:
        dram_read(m, h, line)
        i = llc_fill(m, h, line)
    m.line[i].above = 1


@hot
def llc_write(m, h, line, whole):
    """Data comes down to the LLC: a whole line written back, or (whole = 0) a word written through.

    Returns the line's index in the LLC, or -1 if it is not there.
    """
    if m.shallow:
        dram_write(m, h, line)
        return -1
    c = m.cache[LLC]
    i = llc_access(m, h, line)
    if i < 0:
        if not (whole or c.allocate):
            dram_write(m, h, line)
            return -1
        if not whole:
            dram_read(m, h, line)
        i = llc_fill(m, h, line)
    if c.through:
        h.count[C.LLC_WRITE_THROUGH] += 1
        dram_write(m, h, line)
    else:
        m.line[i].dirty = 1
    return i
