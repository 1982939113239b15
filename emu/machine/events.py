"""The event ring: what the hardware did, when, where; written by jitted code under a mask.

An event is (cycle, pc, hart, kind, a, b, c, at); emu.machine.kinds says what a, b and c mean, `at` is how many
instructions all harts have completed before. With the mask's bit off, an event costs a test on a path that has already
missed.
"""

from __future__ import annotations

from emu.machine.jit import hot, inlined
from emu.machine.kinds import KINDS
from emu.machine.state import EVENTS

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
    e.at = m.hart[m.stopped].local_instret
    for k in range(m.harts):
        e.at += m.hart[k].instret
    m.event_count += 1
    if m.catch_count:
        catch(m, e)


@hot
def catch(m, e):
    """Note the first catch that an event meets, by its number + 1: the run stops when the instruction is done."""
    for k in range(m.catch_count):
        row = m.catch[k]
        if row.kind == e.kind and row.lo <= e.a <= row.hi and (e.c & row.mask) == row.value:
            if m.caught == 0:
                m.caught = k + 1
            return


@inlined
def log(m, h, kind, a, b, c):
    """Append an event if the mask wants its kind; the ring keeps the newest EVENTS of them."""
    if (m.event_mask >> kind) & 1:
        append(m, h, kind, a, b, c)
