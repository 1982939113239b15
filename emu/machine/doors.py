"""The doors through which Python enters jitted code:

running, and the few state changes that must keep the filters right.
"""

from __future__ import annotations

from emu.machine import events as E
from emu.machine.atomics import unreserve
from emu.machine.events import log
from emu.machine.jit import entry
from emu.machine.schedule import run_harts
from emu.machine.state import SLOTS
from emu.machine.tlb import forget_data_hits, forget_fetch_hits, tlb_flush


@entry
def run_timed(machines, only, max_n, until):
    """`run_harts` with caches, coherence and pipeline modelled."""
    return run_harts(machines[0], True, only, max_n, until)


@entry
def run_untimed(machines, only, max_n, until):
    """`run_harts` with TLBs and permissions only; an instruction is a cycle."""
    return run_harts(machines[0], False, only, max_n, until)


@entry
def sfence(machines, hart, va, asid):
    """SFENCE.VMA on a hart: drop TLB entries by page (-1: any) and address space (-1: any)."""
    m = machines[0]
    tlb_flush(m, m.hart[hart], va, asid)


@entry
def satp_changed(machines, hart):
    """The hart's satp or privilege changed: forget the filters and the reservation."""
    m = machines[0]
    h = m.hart[hart]
    forget_data_hits(h)
    forget_fetch_hits(h)
    unreserve(m, h)
    log(m, h, E.SWITCH, h.satp, 0, 0)


@entry
def forget_hits(machines):
    """Every access and fetch takes the slow path once more: after a change of what stops a run."""
    m = machines[0]
    for k in range(m.harts):
        forget_data_hits(m.hart[k])
        forget_fetch_hits(m.hart[k])


@entry
def code_changed(machines, ppn):
    """A frame has new contents: its predecoded instructions go."""
    m = machines[0]
    p = m.code_slot[ppn]
    if p == 0:
        return
    for i in range(p * SLOTS, (p + 1) * SLOTS):
        m.code[i].op = 0
