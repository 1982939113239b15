"""The event ring: what the hardware did, when, where; written by jitted code under a mask.

An event is (cycle, pc, hart, kind, a, b, c); the table says what a, b and c mean. With the mask's bit off, an event
costs a test on a path that has already missed.
"""

from __future__ import annotations

from emu.machine.jit import hot, inlined
from emu.machine.state import EVENTS

KINDS = {
    "trap": "a=tval c=cause",
    "walk": "a=va b=leaf PTE c=levels read",
    "walk_fault": "a=va c=cause",
    "tlb_fill": "a=va b=ppn c=unit (0 itlb 1 dtlb 2 l2tlb)",
    "tlb_evict": "a=vpn b=ppn c=unit",
    "tlb_flush": "a=va or -1 b=asid or -1",
    "cache_miss": "a=line address c=level (0 l1i 1 l1d 2 l2 3 llc)",
    "cache_fill": "a=line address b=state c=level",
    "cache_evict": "a=line address b=dirty c=level",
    "write_back": "a=line address c=level that wrote",
    "bus_read": "a=line address (BusRd)",
    "bus_read_exclusive": "a=line address (BusRdX)",
    "bus_upgrade": "a=line address (BusUpgr)",
    "intervention": "a=line address b=owner hart",
    "mesi": "a=line address b=hart whose copy changes c=old state << 4 | new state",
    "dram_read": "a=line address",
    "dram_write": "a=line address",
    "reserve": "a=physical address (LR)",
    "sc_fail": "a=physical address",
    "switch": "a=satp",
}

KIND_NAMES = tuple(KINDS)
EV = {name: number for number, name in enumerate(KINDS)}
globals().update({name.upper(): number for name, number in EV.items()})


@hot
def append(m, h, kind, a, b, c):
    """Write an event into the ring."""
    e = m.event[m.event_count & (EVENTS - 1)]
    e.cycle = h.clock + h.cycles + h.extra
    e.pc = h.pc
    e.hart = h.id
    e.kind = kind
    e.a = a
    e.b = b
    e.c = c
    m.event_count += 1


@inlined
def log(m, h, kind, a, b, c):
    """Append an event if the mask wants its kind; the ring keeps the newest EVENTS of them."""
    if (m.event_mask >> kind) & 1:
        append(m, h, kind, a, b, c)
