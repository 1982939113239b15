"""The private caches of a hart, L1I, L1D and L2: every access of the core and of the page-table walker.

A line's state is the same in a hart's L1D and L2; `dirty` says which copy is newer than the level below. Evicting a
clean line is silent. docs/timing.md, "Caches"; `tests/naive` states the rules a second time, slowly.
"""

from __future__ import annotations

import numpy as np

from emu.machine import counters as C
from emu.machine import events as E
from emu.machine.cache import L1D, L1I, L2, LLC, MODIFIED, SHARED, expect, find, victim
from emu.machine.events import log
from emu.machine.jit import hot, inlined
from emu.machine.ledger import LEDGER_L1D, LEDGER_L1I, LEDGER_L2
from emu.machine.lines import charge, drop_at, put_line, set_state
from emu.machine.llc import drop_above, llc_write
from emu.machine.mesi import bus_fetch, snoop, upgrade


@inlined
def bus_write_back(m, h, line):
    """A dirty line leaves the hart."""
    h.count[C.BUS_WRITE_BACK] += 1
    i = llc_write(m, h, line, 1)
    if m.cache[L2].inclusive and not m.shallow:
        m.line[i].above = 0  # nobody has a copy now


@hot
def l2_room(m, h, line):
    """Free a way of L2 for the line. Returns its index."""
    i = victim(m, h, L2, line)
    if m.line_tag[i] != 0:
        old = m.line_tag[i] - 1
        dirty = m.line[i].dirty
        h.count[C.L2_EVICT] += 1
        log(m, h, E.CACHE_EVICT, old << m.line_shift, dirty, L2)
        drop_at(m, h, L2, i)
        if m.cache[L2].inclusive:
            dirty |= drop_above(m, h, old, m.line[i].above)
        if dirty:
            h.count[C.L2_WRITE_BACK] += 1
            log(m, h, E.WRITE_BACK, old << m.line_shift, 0, L2)
            bus_write_back(m, h, old)
    return i


@inlined
def l2_access(m, h, line):
    """Count a lookup in L2. Returns the index or -1."""
    h.tick += 1
    h.count[C.L2_ACCESS] += 1
    i = find(m, h, L2, line)
    if i >= 0:
        m.line_used[i] = h.tick
    else:
        h.count[C.L2_MISS] += 1
        log(m, h, E.CACHE_MISS, line << m.line_shift, 0, L2)
    return i


@hot
def l2_fetch(m, h, line, exclusive, level):
    """L1 (`level`) missed: get the line, from L2 or over the bus, owned if exclusive. Returns the state granted."""
    if m.shallow:
        return bus_fetch(m, h, line, exclusive)
    charge(h, LEDGER_L2, m.cache[L2].latency)
    i = l2_access(m, h, line)
    if i < 0:
        i = l2_room(m, h, line)
        state = bus_fetch(m, h, line, exclusive)
        if level == L1I:  # L1D may have the line all the same, if L2 does not include it: then they agree on its state
            j = find(m, h, L1D, line)
            state = np.int64(m.line[j].state) if j >= 0 else state
        put_line(m, h, L2, i, line, state, h.tick)
    elif exclusive:
        if m.line[i].state == SHARED:
            upgrade(m, h, line)
        set_state(m, h, L2, i, MODIFIED)
    m.line[i].above |= 1 << level
    return m.line[i].state


@hot
def l2_write(m, h, line):
    """A word is written through to L2, or goes there because L1D does not allocate; the hart becomes the owner."""
    c = m.cache[L2]
    i = -1 if m.shallow else l2_access(m, h, line)
    if i < 0 and c.allocate and not m.shallow:
        i = l2_room(m, h, line)
        if find(m, h, L1D, line) < 0:
            bus_fetch(m, h, line, 1)
        put_line(m, h, L2, i, line, MODIFIED, h.tick)
    elif i < 0:
        if find(m, h, L1D, line) < 0:
            snoop(m, h, line, 1)
        llc_write(m, h, line, 0)
        return
    elif m.line[i].state == SHARED:
        upgrade(m, h, line)
    set_state(m, h, L2, i, MODIFIED)
    if c.through:
        h.count[C.L2_WRITE_THROUGH] += 1
        llc_write(m, h, line, 0)
    else:
        m.line[i].dirty = 1


@hot
def l2_put(m, h, line):
    """L1D writes a dirty line back: into L2, which takes it whole (allocating if it is not there)."""
    if m.shallow:
        bus_write_back(m, h, line)
        return
    h.tick += 1
    i = find(m, h, L2, line)
    if i < 0:
        i = l2_room(m, h, line)
        put_line(m, h, L2, i, line, MODIFIED, h.tick)
    if m.cache[L2].through:
        h.count[C.L2_WRITE_THROUGH] += 1
        llc_write(m, h, line, 1)
    else:
        m.line[i].dirty = 1


@inlined
def l1d_room(m, h, line):
    """Free a way of L1D for the line. Returns its index."""
    i = victim(m, h, L1D, line)
    if m.line_tag[i] != 0:
        old = m.line_tag[i] - 1
        dirty = m.line[i].dirty
        h.count[C.L1D_EVICT] += 1
        log(m, h, E.CACHE_EVICT, old << m.line_shift, dirty, L1D)
        drop_at(m, h, L1D, i)
        if dirty:
            h.count[C.L1D_WRITE_BACK] += 1
            log(m, h, E.WRITE_BACK, old << m.line_shift, 0, L1D)
            l2_put(m, h, old)
    return i


@inlined
def l1d_own(m, h, line, i):
    """The line at index i of L1D is about to be written: become its only owner, here and in L2."""
    if m.line[i].state == MODIFIED:
        return
    if m.line[i].state == SHARED:
        upgrade(m, h, line)
    set_state(m, h, L1D, i, MODIFIED)
    j = find(m, h, L2, line)
    if j >= 0:
        set_state(m, h, L2, j, MODIFIED)


@inlined
def l1d_write_through(m, h, line):
    """A store passes L1D on its way down."""
    charge(h, LEDGER_L1D, m.cost_write_through)
    h.count[C.L1D_WRITE_THROUGH] += 1
    l2_write(m, h, line)


@hot
def data_access(m, h, line, write):
    """One access of the core (or the page walker) to a line through L1D.

    Returns its L1D index, or -1 if not allocated.
    """
    h.tick += 1
    h.count[C.L1D_ACCESS] += 1
    charge(h, LEDGER_L1D, m.cache[L1D].latency)
    i = find(m, h, L1D, line)
    if i >= 0:
        m.line_used[i] = h.tick
        if write:
            l1d_own(m, h, line, i)
    else:
        if not m.shallow:
            expect(m, h, LLC, line)
            expect(m, h, L2, line)
        h.count[C.L1D_WRITE_MISS if write else C.L1D_READ_MISS] += 1
        log(m, h, E.CACHE_MISS, line << m.line_shift, write, L1D)
        if write and not m.cache[L1D].allocate:
            l1d_write_through(m, h, line)
            return -1
        i = l1d_room(m, h, line)
        put_line(m, h, L1D, i, line, l2_fetch(m, h, line, write, L1D), h.tick)
    if write:
        if m.cache[L1D].through:
            l1d_write_through(m, h, line)
            i = find(m, h, L1D, line)  # an L2 eviction may have taken it
        else:
            m.line[i].dirty = 1
    return i


@hot
def fetch_access(m, h, line):
    """The front end asks L1I for a line. Returns its index."""
    h.tick += 1
    h.count[C.L1I_ACCESS] += 1
    charge(h, LEDGER_L1I, m.cache[L1I].latency)
    i = find(m, h, L1I, line)
    if i >= 0:
        m.line_used[i] = h.tick
        return i
    h.count[C.L1I_MISS] += 1
    log(m, h, E.CACHE_MISS, line << m.line_shift, 0, L1I)
    l2_fetch(m, h, line, 0, L1I)
    i = victim(m, h, L1I, line)
    if m.line_tag[i] != 0:
        old = m.line_tag[i] - 1
        h.count[C.L1I_EVICT] += 1
        log(m, h, E.CACHE_EVICT, old << m.line_shift, 0, L1I)
        drop_at(m, h, L1I, i)
    put_line(m, h, L1I, i, line, SHARED, h.tick)
    return i
