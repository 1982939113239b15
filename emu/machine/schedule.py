"""Interleaving harts by their own clocks: the one furthest behind runs next, for a bounded quantum."""

from __future__ import annotations

from emu.machine import events as E
from emu.machine.events import log
from emu.machine.execute import run_hart
from emu.machine.jit import hot, inlined
from emu.machine.stops import STOP_BUDGET, STOP_DEADLINE, STOP_TRAP


@hot
def furthest_behind(m, skip):
    """The online hart with the smallest clock, the lowest number among equals; `skip` is left out.

    -1 if there is none.
    """
    best = -1
    for k in range(m.harts):
        h = m.hart[k]
        if h.online and k != skip and (best < 0 or h.clock < m.hart[best].clock):
            best = k
    return best


@inlined
def run_harts(m, timed, only, max_n, until):
    """Run hart `only`, or all that are online (-1), for max_n instructions in total or until each clock reaches
    `until`.
    """
    left = max_n
    while True:
        k = furthest_behind(m, -1) if only < 0 else only
        if k < 0:
            return STOP_DEADLINE
        h = m.hart[k]
        m.stopped = k
        if only < 0 and h.clock >= until:
            return STOP_DEADLINE
        limit = until
        if only < 0:
            other = furthest_behind(m, k)
            if other >= 0:
                limit = min(until, m.hart[other].clock + m.quantum)
        before = h.instret
        reason = run_hart(m, h, timed, left, limit)
        left -= h.instret - before
        if reason == STOP_TRAP:
            log(m, h, E.TRAP, h.tval, 0, h.cause)
        if reason != STOP_DEADLINE or (only >= 0 and h.clock >= until):
            return reason
        if left <= 0:
            return STOP_BUDGET
