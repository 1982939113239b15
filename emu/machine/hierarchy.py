"""The memory hierarchy: L1I, L1D and L2 of each hart, the shared LLC, DRAM; MESI between the harts.

Terminology, after Hennessy & Patterson, "Centralized Shared-Memory Architectures", and the MESI papers: a *read* that misses
in all of a hart's private caches puts BusRd on the bus, a *write* that misses BusRdX, a write to a Shared line BusUpgr. A
line's state is the same in a hart's L1D and L2; `dirty` says which copy is newer than the level below. Evicting a clean
line is silent. L1I copies are not coherent (RISC-V leaves that to FENCE.I). The rules are spelled out in docs/timing.md;
`tests/naive` states them a second time, slowly.
"""

from __future__ import annotations

from emu.machine.cache import EXCLUSIVE, FIFO, INVALID, L1D, L1I, L2, LLC, MODIFIED, SHARED, expect, find, victim
from emu.machine.counters import (
    C_BUS_BACK_INVALIDATE,
    C_BUS_INTERVENTION,
    C_BUS_INVALIDATE,
    C_BUS_READ,
    C_BUS_READ_EXCLUSIVE,
    C_BUS_UPGRADE,
    C_BUS_WRITE_BACK,
    C_DRAM_READ,
    C_DRAM_WRITE,
    C_L1D_ACCESS,
    C_L1D_EVICT,
    C_L1D_READ_MISS,
    C_L1D_WRITE_BACK,
    C_L1D_WRITE_MISS,
    C_L1D_WRITE_THROUGH,
    C_L1I_ACCESS,
    C_L1I_EVICT,
    C_L1I_MISS,
    C_L2_ACCESS,
    C_L2_EVICT,
    C_L2_MISS,
    C_L2_WRITE_BACK,
    C_L2_WRITE_THROUGH,
    C_LLC_ACCESS,
    C_LLC_EVICT,
    C_LLC_MISS,
    C_LLC_WRITE_BACK,
    C_LLC_WRITE_THROUGH,
    C_LOCK_BROKEN,
)
from emu.machine.events import (
    EV_BUS_READ,
    EV_BUS_READ_EXCLUSIVE,
    EV_BUS_UPGRADE,
    EV_CACHE_EVICT,
    EV_CACHE_FILL,
    EV_CACHE_MISS,
    EV_DRAM_READ,
    EV_DRAM_WRITE,
    EV_INTERVENTION,
    EV_MESI,
    EV_WRITE_BACK,
    log,
)
from emu.machine.host import load_i64, store_64
from emu.machine.jit import hot, inlined
from emu.machine.ledger import LEDGER_COHERENCE, LEDGER_DRAM, LEDGER_L1D, LEDGER_L1I, LEDGER_L2, LEDGER_LLC, LEDGER_WALK
from emu.machine.state import NEVER


@inlined
def charge(h, cause, cycles):
    """Add cycles to the hart's ledger; during a page-table walk everything belongs to the walk."""
    if h.walking:
        cause = LEDGER_WALK
    h.ledger[cause] += cycles
    h.extra += cycles


# ---------------------------------------------------------------------------------------------------------------- lines


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
    log(m, h, EV_MESI, (m.line_tag[i] - 1) << m.line_shift, h.id, (old << 4) | state)
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
    log(m, h, EV_CACHE_FILL, line << m.line_shift, state, level)


# ------------------------------------------------------------------------------------------------------- DRAM and LLC


@inlined
def dram_write(m, h, line):
    """A line (or a word of it) goes to memory; the write buffer hides the latency."""
    h.count[C_DRAM_WRITE] += 1
    log(m, h, EV_DRAM_WRITE, line << m.line_shift, 0, 0)


@inlined
def dram_read(m, h, line):
    """A line comes from memory."""
    h.count[C_DRAM_READ] += 1
    charge(h, LEDGER_DRAM, m.cost_dram)
    log(m, h, EV_DRAM_READ, line << m.line_shift, 0, 0)


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
        h.count[C_BUS_BACK_INVALIDATE] += 1
    elif m.cache[L2].inclusive:
        return 0
    for level in range(2):
        was = drop(m, other, level, line) if (levels >> level) & 1 else -1
        if was >= 0:
            h.count[C_BUS_BACK_INVALIDATE] += 1
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
        h.count[C_LLC_EVICT] += 1
        log(m, h, EV_CACHE_EVICT, old << m.line_shift, m.line[i].dirty, LLC)
        dirty = drop_at(m, h, LLC, i)
        if m.cache[LLC].inclusive and m.line[i].above:
            dirty |= back_invalidate(m, h, old)
        if dirty:
            h.count[C_LLC_WRITE_BACK] += 1
            log(m, h, EV_WRITE_BACK, old << m.line_shift, 0, LLC)
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
    h.count[C_LLC_ACCESS] += 1
    i = find(m, h, LLC, line)
    if i >= 0:
        m.tick += 1
        m.line_used[i] = m.tick
    else:
        h.count[C_LLC_MISS] += 1
        log(m, h, EV_CACHE_MISS, line << m.line_shift, 0, LLC)
    return i


@inlined
def llc_read(m, h, line):
    """A line is read for a private cache: from the LLC, or from DRAM through it."""
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
        h.count[C_LLC_WRITE_THROUGH] += 1
        dram_write(m, h, line)
    else:
        m.line[i].dirty = 1
    return i


# ------------------------------------------------------------------------------------------------------------------- bus


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
            other.count[C_LOCK_BROKEN] += 1


@hot
def snoop_one(m, h, other, line, exclusive):
    """What one other hart does about a bus request. Returns 0 (no copy), 1 (had a clean copy), 2 (supplied dirty data)."""
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
        h.count[C_BUS_INTERVENTION] += 1
        log(m, h, EV_INTERVENTION, line << m.line_shift, other.id, 0)
        llc_write(m, other, line, 1)
    if had and exclusive:
        h.count[C_BUS_INVALIDATE] += 1
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
    h.count[C_BUS_READ_EXCLUSIVE if exclusive else C_BUS_READ] += 1
    log(m, h, EV_BUS_READ_EXCLUSIVE if exclusive else EV_BUS_READ, line << m.line_shift, 0, 0)
    had = snoop(m, h, line, exclusive)
    if had == 2:
        charge(h, LEDGER_COHERENCE, m.cost_intervention)
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
    h.count[C_BUS_UPGRADE] += 1
    log(m, h, EV_BUS_UPGRADE, line << m.line_shift, 0, 0)
    snoop(m, h, line, 1)
    charge(h, LEDGER_COHERENCE, m.cost_upgrade)


# -------------------------------------------------------------------------------------------------------- private caches


@inlined
def bus_write_back(m, h, line):
    """A dirty line leaves the hart."""
    h.count[C_BUS_WRITE_BACK] += 1
    i = llc_write(m, h, line, 1)
    if m.cache[L2].inclusive:
        m.line[i].above = 0  # nobody has a copy now


@hot
def l2_room(m, h, line):
    """Free a way of L2 for the line. Returns its index."""
    i = victim(m, h, L2, line)
    if m.line_tag[i] != 0:
        old = m.line_tag[i] - 1
        dirty = m.line[i].dirty
        h.count[C_L2_EVICT] += 1
        log(m, h, EV_CACHE_EVICT, old << m.line_shift, dirty, L2)
        drop_at(m, h, L2, i)
        if m.cache[L2].inclusive:
            dirty |= drop_above(m, h, old, m.line[i].above)
        if dirty:
            h.count[C_L2_WRITE_BACK] += 1
            log(m, h, EV_WRITE_BACK, old << m.line_shift, 0, L2)
            bus_write_back(m, h, old)
    return i


@inlined
def l2_access(m, h, line):
    """Count a lookup in L2. Returns the index or -1."""
    h.tick += 1
    h.count[C_L2_ACCESS] += 1
    i = find(m, h, L2, line)
    if i >= 0:
        m.line_used[i] = h.tick
    else:
        h.count[C_L2_MISS] += 1
        log(m, h, EV_CACHE_MISS, line << m.line_shift, 0, L2)
    return i


@hot
def l2_fetch(m, h, line, exclusive, level):
    """L1 (`level`) missed: get the line, from L2 or over the bus, owned if exclusive. Returns the state granted."""
    charge(h, LEDGER_L2, m.cache[L2].latency)
    i = l2_access(m, h, line)
    if i < 0:
        i = l2_room(m, h, line)
        put_line(m, h, L2, i, line, bus_fetch(m, h, line, exclusive), h.tick)
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
    i = l2_access(m, h, line)
    if i < 0 and c.allocate:
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
        h.count[C_L2_WRITE_THROUGH] += 1
        llc_write(m, h, line, 0)
    else:
        m.line[i].dirty = 1


@hot
def l2_put(m, h, line):
    """L1D writes a dirty line back: into L2, which takes it whole (allocating if it is not there)."""
    h.tick += 1
    i = find(m, h, L2, line)
    if i < 0:
        i = l2_room(m, h, line)
        put_line(m, h, L2, i, line, MODIFIED, h.tick)
    if m.cache[L2].through:
        h.count[C_L2_WRITE_THROUGH] += 1
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
        h.count[C_L1D_EVICT] += 1
        log(m, h, EV_CACHE_EVICT, old << m.line_shift, dirty, L1D)
        drop_at(m, h, L1D, i)
        if dirty:
            h.count[C_L1D_WRITE_BACK] += 1
            log(m, h, EV_WRITE_BACK, old << m.line_shift, 0, L1D)
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
    h.count[C_L1D_WRITE_THROUGH] += 1
    l2_write(m, h, line)


@hot
def data_access(m, h, line, write):
    """One access of the core (or the page walker) to a line through L1D. Returns its L1D index, or -1 if not allocated."""
    h.tick += 1
    h.count[C_L1D_ACCESS] += 1
    charge(h, LEDGER_L1D, m.cache[L1D].latency)
    i = find(m, h, L1D, line)
    if i >= 0:
        m.line_used[i] = h.tick
        if write:
            l1d_own(m, h, line, i)
    else:
        expect(m, h, LLC, line)
        expect(m, h, L2, line)
        h.count[C_L1D_WRITE_MISS if write else C_L1D_READ_MISS] += 1
        log(m, h, EV_CACHE_MISS, line << m.line_shift, write, L1D)
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
    h.count[C_L1I_ACCESS] += 1
    charge(h, LEDGER_L1I, m.cache[L1I].latency)
    i = find(m, h, L1I, line)
    if i >= 0:
        m.line_used[i] = h.tick
        return i
    h.count[C_L1I_MISS] += 1
    log(m, h, EV_CACHE_MISS, line << m.line_shift, 0, L1I)
    l2_fetch(m, h, line, 0, L1I)
    i = victim(m, h, L1I, line)
    if m.line_tag[i] != 0:
        old = m.line_tag[i] - 1
        h.count[C_L1I_EVICT] += 1
        log(m, h, EV_CACHE_EVICT, old << m.line_shift, 0, L1I)
        drop_at(m, h, L1I, i)
    put_line(m, h, L1I, i, line, SHARED, h.tick)
    return i
