"""Lines of caches, whichever the cache: put one in, drop it, change its state; and the charge of cycles to a hart.

Dropping a line or leaving Modified also clears the data or fetch filter's entry that relies on it.
"""

from __future__ import annotations

from emu.machine import events as E
from emu.machine.cache import FIFO, INVALID, L1D, L1I, MODIFIED, find
from emu.machine.events import log
from emu.machine.jit import inlined
from emu.machine.ledger import LEDGER_WALK
from emu.machine.state import NEVER


@inlined
def charge(h, cause, cycles):
    """Add cycles to the hart's ledger; during a page-table walk everything belongs to the walk."""
    if h.walking:
        cause = LEDGER_WALK
    h.ledger[cause] += cycles
    h.extra += cycles


@inlined
def forget_hit(m, h, level, i):
    """The line at index i may no longer be taken to hit: clear the filter entry that points at it."""
    slot = m.line[i].slot
    if slot == 0:
        return
    m.line[i].slot = 0
    if level == L1I:
        f = h.fhit[slot - 1]
        if f.line == i:
            f.tag = NEVER
    elif h.dhit[slot - 1].line == i:
        h.dhit[slot - 1].rtag = NEVER
        h.dhit[slot - 1].wtag = NEVER


@inlined
def set_state(m, h, level, i, state):
    """Change a line's MESI state; a line that is not Modified must take the slow path on its next store."""
    old = m.line[i].state
    if old == state:
        return
    log(m, h, E.MESI, (m.line_tag[i] - 1) << m.line_shift, h.id, (old << 4) | state)
    m.line[i].state = state
    if level == L1D and state != MODIFIED and m.line[i].slot != 0:
        h.dhit[m.line[i].slot - 1].wtag = NEVER


@inlined
def drop_at(m, h, level, i):
    """Empty way i of a cache. Returns whether its line was dirty."""
    forget_hit(m, h, level, i)
    set_state(m, h, level, i, INVALID)
    dirty = m.line[i].dirty
    m.line_tag[i] = 0
    m.line_used[i] = 0
    if m.cache[level].policy == FIFO:
        m.line_filled[i] = 0
    m.line[i].dirty = 0
    return dirty


@inlined
def drop(m, h, level, line):
    """Invalidate this hart's copy at a level, if any. Returns -1 (no copy), 0 (clean) or 1 (dirty)."""
    i = find(m, h, level, line)
    return -1 if i < 0 else drop_at(m, h, level, i)


@inlined
def put_line(m, h, level, i, line, state, stamp):
    """Write a line into way i, which is empty."""
    m.line_tag[i] = line + 1
    m.line_used[i] = stamp
    if m.cache[level].policy == FIFO:
        m.line_filled[i] = stamp
    m.line[i].above = 0
    set_state(m, h, level, i, state)
    log(m, h, E.CACHE_FILL, line << m.line_shift, state, level)
