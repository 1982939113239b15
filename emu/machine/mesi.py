"""MESI between the harts' private caches: BusRd, BusRdX, BusUpgr, and what the other harts do about them.

Terminology after Hennessy & Patterson, "Centralized Shared-Memory Architectures": a read that misses in all of a
hart's private caches puts BusRd on the bus, a write that misses BusRdX, a write to a Shared line BusUpgr. A directory
of one word a line says which harts may have a copy, so that only those are asked. docs/timing.md, "Bus".
"""

from __future__ import annotations

from emu.machine import counters as C
from emu.machine import events as E
from emu.machine.cache import EXCLUSIVE, L1D, L1I, L2, LLC, MODIFIED, SHARED, find
from emu.machine.events import log
from emu.machine.host import load_i64, store_64
from emu.machine.jit import hot, inlined
from emu.machine.ledger import LEDGER_COHERENCE
from emu.machine.lines import charge, drop, set_state
from emu.machine.llc import llc_read, llc_write


@hot
def break_reservations(m, h, line):
    """A store by hart h to the line ends every other hart's reservation on it."""
    if m.reservations == 0:
        return
    for k in range(m.harts):
        other = m.hart[k]
        if k != h.id and other.reserved_line == line:
            other.reserved_line = -1
            other.reserved = -1
            m.reservations -= 1
            other.count[C.LOCK_BROKEN] += 1


@hot
def snoop_one(m, h, other, line, exclusive):
    """What one other hart does about a bus request.

    Returns 0 (no copy), 1 (had a clean copy), 2 (supplied dirty data).
    """
    had = 0
    for level in (L2, L1D):
        i = find(m, other, level, line)
        if i < 0:
            continue
        had = max(had, 2 if m.line[i].dirty else 1)
        if exclusive:
            drop(m, other, level, line)
        else:
            m.line[i].dirty = 0
            set_state(m, other, level, i, SHARED)
    if exclusive:
        drop(m, other, L1I, line)
    if had == 2:
        h.count[C.BUS_INTERVENTION] += 1
        log(m, h, E.INTERVENTION, line << m.line_shift, other.id, 0)
        llc_write(m, other, line, 1)
    if had and exclusive:
        h.count[C.BUS_INVALIDATE] += 1
    return had


@hot
def snoop_all(m, h, line, exclusive):
    """`snoop` where there is somebody to ask."""
    sharers = load_i64(m.dir_at + (line << 3))
    had = 0
    for k in range(m.harts):
        if k != h.id and (sharers >> k) & 1:
            had = max(had, snoop_one(m, h, m.hart[k], line, exclusive))
    me = 1 << h.id
    store_64(m.dir_at + (line << 3), me if exclusive else sharers | me)
    return had


@inlined
def snoop(m, h, line, exclusive):
    """Ask the other harts. Returns 0 if none has the line, 1 if some had a clean copy, 2 if one supplied dirty data."""
    return 0 if m.harts == 1 else snoop_all(m, h, line, exclusive)


@inlined
def bus_fetch(m, h, line, exclusive):
    """A private miss: BusRd or BusRdX. Charges for where the data comes from; returns the state that is granted."""
    h.count[C.BUS_READ_EXCLUSIVE if exclusive else C.BUS_READ] += 1
    log(m, h, E.BUS_READ_EXCLUSIVE if exclusive else E.BUS_READ, line << m.line_shift, 0, 0)
    had = snoop(m, h, line, exclusive)
    if had == 2:
        charge(h, LEDGER_COHERENCE, m.cost_intervention)
        if not m.shallow:
            m.line[find(m, h, LLC, line)].above = 1
    else:
        llc_read(m, h, line)
        if had and exclusive:
            charge(h, LEDGER_COHERENCE, m.cost_invalidate)
    if exclusive:
        return MODIFIED
    return SHARED if had else EXCLUSIVE


@hot
def upgrade(m, h, line):
    """A write to a Shared line: BusUpgr; the others' copies go."""
    h.count[C.BUS_UPGRADE] += 1
    log(m, h, E.BUS_UPGRADE, line << m.line_shift, 0, 0)
    snoop(m, h, line, 1)
    charge(h, LEDGER_COHERENCE, m.cost_upgrade)
