"""The slow path of every load, store and fetch: TLBs, walk, permissions, caches, watchpoints, page crossings.

The run loop first asks a *filter* (hart.dhit, hart.fhit): direct-mapped by address line, an entry says that the
line's translation is in the L1 TLB, permitted, and that the line is in L1 (for stores: Modified). Then the access has
no effect but on recency, and the loop stamps that itself. Everything else comes here, and leaves a filter entry
behind where it may.
"""

from __future__ import annotations

from emu.machine import counters as C
from emu.machine.cache import L1D, MODIFIED
from emu.machine.host import load_u8, store_8
from emu.machine.jit import hot, inlined
from emu.machine.ledger import LEDGER_WALK
from emu.machine.lines import charge
from emu.machine.mesi import break_reservations
from emu.machine.private import data_access
from emu.machine.state import NEVER
from emu.machine.tlb import DTLB, ITLB, L2TLB, data_slot, note_hit, tlb_fill, tlb_find, tlb_guess, tlb_invalidate
from emu.machine.walk import FETCH, LOAD, STORE, D, access_fault, page_fault, permitted, walk

FAULT = -1
WATCHED = -2  # stop before the access: the cause is a watchpoint
BARE_TLB = 0  # entry 0 of the TLB array belongs to no TLB; bare translation stamps it
PAGE = 4096


@inlined
def trap(h, cause, tval):
    """Record an exception; the run loop returns it. Always FAULT."""
    h.cause = cause
    h.tval = tval
    return FAULT


@hot
def refill(m, h, unit, vpn, access):
    """L1 TLB miss: second-level TLB, else walk. Returns (cause, index of the new L1 entry)."""
    h.count[C.L2TLB_ACCESS] += 1
    charge(h, LEDGER_WALK, m.cost_l2tlb)
    j = tlb_find(m, h, L2TLB, vpn)
    if j >= 0:
        e = m.tlb[j]
        if not permitted(h, e.pte, access):
            return page_fault(access), 0
        if access != STORE or e.pte & D:
            e.used = h.tick
            return 0, tlb_fill(m, h, unit, vpn, e.ppn, e.pte, e.level)
        tlb_invalidate(m, h, L2TLB, j)
    else:
        h.count[C.L2TLB_MISS] += 1
    cause, ppn, pte, level = walk(m, h, vpn, access)
    if cause:
        return cause, 0
    tlb_fill(m, h, L2TLB, vpn, ppn, pte, level)
    return 0, tlb_fill(m, h, unit, vpn, ppn, pte, level)


@inlined
def translate(m, h, va, access):
    """Returns (cause, index of the L1 TLB entry that maps va with the right to this access)."""
    unit = ITLB if access == FETCH else DTLB
    vpn = va >> 12
    h.tick += 1
    h.count[C.ITLB_ACCESS if access == FETCH else C.DTLB_ACCESS] += 1
    i = tlb_guess(m, h, unit, vpn)
    if i < 0:
        i = tlb_find(m, h, unit, vpn)
    if i >= 0:
        e = m.tlb[i]
        if not permitted(h, e.pte, access):
            return page_fault(access), 0
        if access != STORE or e.pte & D:
            e.used = h.tick
            return 0, i
        tlb_invalidate(m, h, unit, i)  # a first store must set D in the table
    else:
        h.count[C.ITLB_MISS if access == FETCH else C.DTLB_MISS] += 1
    return refill(m, h, unit, vpn, access)


@inlined
def physical(m, h, va, access):
    """Returns (cause, physical address, index of the TLB entry)."""
    if h.levels == 0:
        if va < 0 or va >= m.ram_size:
            return access_fault(access), 0, 0
        return 0, va, BARE_TLB
    cause, i = translate(m, h, va, access)
    if cause:
        return cause, 0, 0
    e = m.tlb[i]
    pages = 1 << (e.level * (10 if m.xlen == 32 else 9))
    pa = ((e.ppn + ((va >> 12) & (pages - 1))) << 12) | (va & 4095)
    if pa >= m.ram_size:  # a huge page may reach beyond the end of memory
        return access_fault(access), 0, 0
    return 0, pa, i


# -------------------------------------------------------------------------------------------------------- watchpoints


@hot
def watched(m, h, va, size, access):
    """Whether a watchpoint covers the access; records where. Passed once after a stop, so that the access can go on."""
    for k in range(m.watch_count):
        kind = m.watch_kind[k]
        if va < m.watch_hi[k] and va + size > m.watch_lo[k] and (kind >> access) & 1:
            if h.pass_watch:
                continue
            h.watch_va = va
            h.watch_kind = access
            return True
    return False


@hot
def page_watched(m, va):
    """Whether any watchpoint touches the page of va: then no access to it may skip the slow path."""
    page = va & -PAGE
    for k in range(m.watch_count):
        if page < m.watch_hi[k] and page + PAGE > m.watch_lo[k]:
            return True
    return False


# ---------------------------------------------------------------------------------------------------------------- data


@hot
def page_reserved(m, h, pa):
    """Timing off has no MESI:

    while another hart holds a reservation in this page, stores must come here to break it.
    """
    if m.timed or m.reservations == 0:
        return False
    for k in range(m.harts):
        line = m.hart[k].reserved_line
        if k != h.id and line >= 0 and (line << m.line_shift) >> 12 == pa >> 12:
            return True
    return False


@inlined
def remember(m, h, va, pa, tlb, line):
    """Enter an access into the data filter: the next one to this line (timing off: page) may take the fast path."""
    shift = m.line_shift if m.timed else 12
    if m.watch_count and page_watched(m, va):
        return
    tag = (va >> shift) << shift
    slot = data_slot(va >> shift)
    f = h.dhit[slot]
    if m.timed:
        if line < 0:
            return
        if f.rtag != NEVER and m.line[f.line].slot == slot + 1:
            m.line[f.line].slot = 0
        old = m.line[line].slot
        if old != 0 and old != slot + 1:
            h.dhit[old - 1].rtag = NEVER
            h.dhit[old - 1].wtag = NEVER
        m.line[line].slot = slot + 1
    f.rtag = tag
    f.wtag = tag if writable_fast(m, h, pa, tlb, line) else NEVER
    f.delta = m.ram_at + pa - va
    f.tlb = tlb
    f.line = max(line, 0)
    note_hit(m, m.tlb[tlb], va, shift)


@inlined
def writable_fast(m, h, pa, tlb, line):
    """Whether a store to the line changes nothing but recency."""
    if h.levels and not (permitted(h, m.tlb[tlb].pte, STORE) and m.tlb[tlb].pte & D):
        return False
    if m.timed:
        return m.line[line].state == MODIFIED and m.line[line].dirty != 0 and not m.cache[L1D].through
    return not page_reserved(m, h, pa)


@inlined
def readable(m, h, tlb):
    """Whether loads may use a filter entry that a store leaves."""
    return h.levels == 0 or permitted(h, m.tlb[tlb].pte, LOAD)


@inlined
def touch(m, h, pa, size, access):
    """The cache accesses of one access inside a page, each line once. Returns the L1D index if it was a single line."""
    first, last = pa >> m.line_shift, (pa + size - 1) >> m.line_shift
    if access == STORE and m.reservations:
        break_reservations(m, h, first)
        if last != first:
            break_reservations(m, h, last)
    if not m.timed:
        return 0
    line = data_access(m, h, first, access == STORE)
    if last == first:
        return line
    data_access(m, h, last, access == STORE)
    return -1


@inlined
def wrap(m, va):
    """The canonical form of an address that arithmetic may have carried out of 32 bits:

    RV32 addresses are sign-extended.
    """
    if m.xlen == 32:
        return ((va & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000
    return va


@hot
def data_slow(m, h, va, size, access):
    """A load or store that missed the filter. Returns the host address of its bytes, FAULT or WATCHED.

    A store that crosses pages (hart.cross_first > 0) is finished by `scatter` after its bytes are in hart.scratch.
    """
    va = wrap(m, va)
    h.cross_first = 0
    if m.watch_count and watched(m, h, va, size, access):
        return WATCHED
    if va & (size - 1):
        h.count[C.INSN_MISALIGNED] += 1
        if (va & 4095) + size > PAGE:
            return cross_page(m, h, va, size, access)
    cause, pa, tlb = physical(m, h, va, access)
    if cause:
        return trap(h, cause, va)
    line = touch(m, h, pa, size, access)
    if line >= 0 and readable(m, h, tlb):
        remember(m, h, va, pa, tlb, line)
    return m.ram_at + pa


@hot
def cross_page(m, h, va, size, access):
    """A misaligned access over a page boundary: both pages are translated before anything changes; see `data_slow`."""
    first = PAGE - (va & 4095)
    cause, low, _ = physical(m, h, va, access)
    if cause:
        return trap(h, cause, va)
    beyond = wrap(m, va + first)
    cause, high, _ = physical(m, h, beyond, access)
    if cause:
        return trap(h, cause, beyond)
    touch(m, h, low, first, access)
    touch(m, h, high, size - first, access)
    for k in range(size):
        h.scratch[k] = load_u8(m.ram_at + (low + k if k < first else high + k - first))
    h.cross_low = m.ram_at + low
    h.cross_high = m.ram_at + high
    h.cross_first = first
    return h.scratch_at


@hot
def scatter(h, size):
    """Finish a store that crossed pages: the bytes in hart.scratch go to the two pages."""
    for k in range(size):
        at = h.cross_low + k if k < h.cross_first else h.cross_high + k - h.cross_first
        store_8(at, h.scratch[k])
