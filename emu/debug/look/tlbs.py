"""The TLBs as they stand: entries, and what a translation would find. Nothing is touched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from emu.debug.look.words import signed

ITLB, DTLB, L2TLB = range(3)
PTE_G = 32


class Entry(NamedTuple):
    """A valid entry: where it lies, the virtual and physical page, ASID, the leaf's low bits, level and stamps."""

    unit: int
    hart: int
    set: int
    way: int
    va: int
    pa: int
    size: int
    asid: int
    pte: int
    level: int
    used: int
    filled: int


def shape(machine: Any, unit: int, hart: int) -> tuple[int, int, int]:
    """(index of the first entry, sets, ways)."""
    row = machine.state.tlb_shape[unit]
    return int(row.first) + hart * int(row.stride), int(row.sets), int(row.ways)


def level_bits(machine: Any) -> int:
    """Bits of an address that one level of the table takes."""
    return 10 if machine.xlen == 32 else 9


def entry_at(machine: Any, unit: int, hart: int, index: int) -> Entry:
    """The entry at an index of the machine's array."""
    first, _, ways = shape(machine, unit, hart)
    e, place = machine.state.tlb[index], index - first
    shift = 12 + int(e.level) * level_bits(machine)
    va = (int(e.vpn) << shift) & ((1 << machine.xlen) - 1)
    return Entry(
        unit,
        hart,
        place // ways,
        place % ways,
        va,
        int(e.ppn) << 12,
        1 << shift,
        int(e.asid),
        int(e.pte),
        int(e.level),
        int(e.used),
        int(e.filled),
    )


def contents(machine: Any, unit: int, hart: int) -> Iterator[Entry]:
    """Every valid entry of a TLB."""
    first, sets, ways = shape(machine, unit, hart)
    valid = machine.state.tlb["valid"][first : first + sets * ways]
    for place in valid.nonzero()[0].tolist():
        yield entry_at(machine, unit, hart, first + place)


def find(machine: Any, unit: int, hart: int, va: int) -> Entry | None:
    """The entry that translates va in the hart's address space."""
    first, sets, ways = shape(machine, unit, hart)
    record = machine.state.hart[hart]
    vpn = signed_page(machine, va)
    for level in range(4):
        if level and not int(record["large"][unit]) >> level & 1:
            continue
        key = vpn >> level * level_bits(machine)
        start = first + (key & (sets - 1)) * ways
        for index in range(start, start + ways):
            e = machine.state.tlb[index]
            own = e.asid == record["asid"] or e.pte & PTE_G
            if e.valid and e.level == level and e.vpn == key and own:
                return entry_at(machine, unit, hart, index)
    return None


def signed_page(machine: Any, va: int) -> int:
    """The page number as the machine keeps it: of the sign-extended address."""
    return signed(va, machine.xlen) >> 12
