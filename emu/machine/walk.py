"""The page-table walker: RISC-V Privileged, "Virtual Address Translation Process" (its steps are cited below).

      Sv48 va   47       39 38       30 29       21 20       12 11          0
               |  PGD  9   |  PUD  9   |  PMD  9   |  PTE  9   | offset 12  |

One loop for Sv32 (PGD, PTE; 10 bits a level, 4-byte entries), Sv39 and Sv48. Every entry is read through the data
cache.
"""

from __future__ import annotations

from emu.machine import counters as C
from emu.machine import events as E
from emu.machine.events import log
from emu.machine.host import load_i64, load_u32, store_32, store_64
from emu.machine.jit import hot, inlined
from emu.machine.private import data_access

OK = 0
LOAD, STORE, FETCH = range(3)
V, R, W, X, U, G, A, D = (1 << bit for bit in range(8))
RESERVED_64 = -(1 << 54)  # bits 63..54
USER = 0


@inlined
def page_fault(access):
    """The page-fault cause of an access type."""
    return 13 if access == LOAD else 15 if access == STORE else 12


@inlined
def access_fault(access):
    """The access-fault cause of an access type."""
    return 5 if access == LOAD else 7 if access == STORE else 1


@inlined
def canonical(m, h, va):
    """Whether the address is valid in the current scheme:

    the upper bits repeat the top one (any 32-bit one in Sv32).
    """
    if m.xlen == 32:
        return True
    top = va >> (11 + 9 * h.levels)
    return top == 0 or top == -1


@inlined
def permitted(h, pte, access):
    """Whether the leaf's R, W, X, U bits allow the access (step 5)."""
    if (access == LOAD and not pte & R) or (access == STORE and not pte & W) or (access == FETCH and not pte & X):
        return False
    return (pte & U != 0) == (h.priv == USER)


@hot
def walk(m, h, vpn, access):
    """Translate vpn and set A and D. Returns (cause, ppn of the 4 KB page, leaf's low bits, leaf's level)."""
    h.count[C.WALK_COUNT] += 1
    h.walking += 1
    cause, ppn, pte, level = walk_levels(m, h, vpn, access)
    h.walking -= 1
    if cause:
        h.count[C.WALK_FAULT] += 1
        log(m, h, E.WALK_FAULT, vpn << 12, 0, cause)
    else:
        log(m, h, E.WALK, vpn << 12, pte | (ppn << 10), level)
    return cause, ppn, pte, level


@hot
def walk_levels(m, h, vpn, access):
    """The loop of the walk: one entry a level, from the root down."""
    bits = 10 if m.xlen == 32 else 9
    size = 4 if m.xlen == 32 else 8
    table = h.root << 12
    if not canonical(m, h, vpn << 12):
        return page_fault(access), 0, 0, 0
    for level in range(h.levels - 1, -1, -1):
        at = table + ((vpn >> (level * bits)) & ((1 << bits) - 1)) * size
        if at + size > m.ram_size:
            return access_fault(access), 0, 0, level
        h.count[C.WALK_PTE_READ] += 1
        if m.timed:
            data_access(m, h, at >> m.line_shift, 0)
        pte = load_u32(m.ram_at + at) if size == 4 else load_i64(m.ram_at + at)
        if not pte & V or (pte & (R | W)) == W or (size == 8 and pte & RESERVED_64):  # step 3
            return page_fault(access), 0, 0, level
        if pte & (R | X):
            return walk_leaf(m, h, vpn, access, at, pte, level)
        if pte & (U | A | D):  # reserved in a pointer to the next level
            return page_fault(access), 0, 0, level
        table = ((pte >> 10) & 0xFFFFFFFFFFF) << 12
        if table >= m.ram_size:
            return access_fault(access), 0, 0, level
    return page_fault(access), 0, 0, 0  # step 4: no leaf at the last level


@hot
def walk_leaf(m, h, vpn, access, at, pte, level):
    """Steps 5 to 8: permissions, alignment of a huge page, A and D, the physical page."""
    if not permitted(h, pte, access):
        return page_fault(access), 0, 0, level
    pages = 1 << (level * (10 if m.xlen == 32 else 9))
    ppn = (pte >> 10) & 0xFFFFFFFFFFF
    if ppn & (pages - 1):
        return page_fault(access), 0, 0, level
    ppn |= vpn & (pages - 1)
    if (ppn + 1) << 12 > m.ram_size:
        return access_fault(access), 0, 0, level
    want = A | D if access == STORE else A
    if pte & want != want:
        h.count[C.WALK_SET_ACCESSED] += not pte & A
        h.count[C.WALK_SET_DIRTY] += access == STORE and not pte & D
        pte |= want
        if m.timed:
            data_access(m, h, at >> m.line_shift, 1)
        if m.xlen == 32:
            store_32(m.ram_at + at, pte)
        else:
            store_64(m.ram_at + at, pte)
    return OK, ppn, pte & 255, level
