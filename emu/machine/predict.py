"""Branch prediction:

two-bit counters for branches, a return-address stack, a table of last targets for other indirect jumps.
"""

from __future__ import annotations

from emu.machine.jit import hot, inlined

BHT_MASK = 4095
BTB_MASK = 255
RAS_MASK = 15


@inlined
def mispredicted(h, pc, taken):
    """Train the counter of this branch. Returns 1 if it had predicted the other way."""
    i = (pc >> 1) & BHT_MASK
    c = h.bht[i]
    if taken:
        if c < 3:
            h.bht[i] = c + 1
        return 1 if c < 2 else 0
    if c > 0:
        h.bht[i] = c - 1
    return 1 if c >= 2 else 0


@inlined
def push_return(h, address):
    """A call: remember where it returns to (the oldest of 16 is forgotten)."""
    h.ras_top += 1
    h.ras[h.ras_top & RAS_MASK] = address


@hot
def jump_mispredicted(h, pc, target, rd, rs1):
    """An indirect jump:

    a return (rs1 a link register, rd not) pops the stack, others use their last target. 1 if wrong.

    RISC-V Unprivileged, "Return-address stack prediction hints".
    """
    if (rs1 == 1 or rs1 == 5) and rd != rs1:
        guess = h.ras[h.ras_top & RAS_MASK]
        h.ras_top -= 1
        return 1 if guess != target else 0
    i = (pc >> 1) & BTB_MASK
    wrong = 1 if h.btb_pc[i] != pc or h.btb_to[i] != target else 0
    h.btb_pc[i] = pc
    h.btb_to[i] = target
    return wrong
