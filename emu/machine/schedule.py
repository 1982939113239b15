"""Interleaving harts by their own clocks: the one furthest behind runs next, for a bounded quantum."""

from __future__ import annotations

from emu.machine import events as E
from emu.machine.events import log
from emu.machine.execute import run_hart
from emu.machine.jit import hot, inlined
from emu.machine.state import NO_ADDRESS
from emu.machine.stops import STOP_BUDGET, STOP_DEADLINE, STOP_EVENT, STOP_TRAP


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


@hot
def interrupted(m, only):
    """The hart whose turn is to be gone on with, for nothing but stopping has happened to it; -1: none."""
    k = m.turn - 1
    if k >= 0 and m.hart[k].pc == m.turn_pc and (only == k or (only < 0 and m.hart[k].online)):
        return k
    return -1


@inlined
def run_harts(m, timed, only, max_n, until):
    """Run hart `only`, or all that are online (-1), for max_n instructions in total or until each clock reaches
    `until`. A turn that was interrupted goes on first: where a run stops makes no difference to what happens.
    """
    left = max_n
    holder = interrupted(m, only)
    m.caught = 0
    m.turn = 0
    m.ahead = NO_ADDRESS
    while True:
        k = holder if holder >= 0 else furthest_behind(m, -1) if only < 0 else only
        if k < 0:
            return STOP_DEADLINE
        h = m.hart[k]
        m.stopped = k
        if only < 0 and holder < 0 and h.clock >= until:
            return STOP_DEADLINE
        limit = until
        if only < 0:
            other = furthest_behind(m, k)
            if other >= 0:
                limit = min(until, m.hart[other].clock + m.quantum)
        before = h.instret
        reason = run_hart(m, h, timed, left, limit, holder >= 0)
        holder = -1
        left -= h.instret - before
        if reason == STOP_TRAP:
            log(m, h, E.TRAP, h.tval, 0, h.cause)
        if m.caught and reason == STOP_BUDGET:
            return STOP_EVENT
        if reason != STOP_DEADLINE or (only >= 0 and h.clock >= until):
            return reason
        if left <= 0:
            return STOP_BUDGET
