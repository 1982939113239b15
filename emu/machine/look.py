"""Looking without touching: walks of the page table and recorded events, as Python values."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from emu.isa.paging import Scheme

if TYPE_CHECKING:
    from emu.machine.machine import Machine


class Step(NamedTuple):
    """One level of a walk: its name, the index from the address, where the entry lies, and its raw value."""

    level: str
    index: int
    pte_address: int
    pte: int


class Walk(NamedTuple):
    """A walk without side effects: the entries read, and where it ended."""

    steps: list[Step]
    pa: int | None
    page_size: int


class Event(NamedTuple):
    """One recorded event; `events.KINDS` says what a, b and c mean.

    at: the instructions that all harts had completed before it.
    """

    kind: str
    cycle: int
    hart: int
    pc: int
    a: int
    b: int
    c: int
    at: int


def walk_tables(machine: Machine, scheme: Scheme, root: int, va: int) -> Walk:
    """The entries that a translation of va under the root table `root` (a frame number) would read."""
    steps: list[Step] = []
    table = root << 12
    cells = machine.ram64 if scheme.pte_size == 8 else machine.ram32
    for level in scheme.levels:
        at = table + level.index(va) * scheme.pte_size
        if at + scheme.pte_size > len(machine.ram):
            break
        pte = cells[at // scheme.pte_size]
        steps.append(Step(level.name, level.index(va), at, pte))
        if not pte & 1:
            break
        table = (pte >> 10 & ((1 << 44) - 1)) << 12
        if pte & 0b1010:
            return Walk(steps, table & -level.page_size | va & (level.page_size - 1), level.page_size)
    return Walk(steps, None, scheme.levels[len(steps) - 1].page_size if steps else 4096)
