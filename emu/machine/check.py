"""Invariants of the hardware: what must hold whenever `run` has returned. A check raises Broken with what breaks it.

Tests run them after every step, the debugger may run them after every stop. They read state, change nothing, are slow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from emu.isa.paging import PTE_A, PTE_D, PTE_G, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X, SCHEMES
from emu.machine.cache import EXCLUSIVE, INVALID, L1D, L1I, L2, LLC, MODIFIED, SHARED
from emu.machine.config import CACHES, TLBS
from emu.machine.machine import Machine
from emu.machine.state import NEVER, SLOTS, TESTED
from emu.machine.tlb import DTLB, ITLB, data_slot

_data_slot = getattr(data_slot, "py_func", data_slot)  # the Python under the jitted one
STATE_NAMES = {INVALID: "I", SHARED: "S", EXCLUSIVE: "E", MODIFIED: "M"}


class Broken(AssertionError):
    """An invariant does not hold: a bug of the machine."""


class Copy(NamedTuple):
    """A line in one cache. hart is -1 in the LLC; index is the way's place in the machine's arrays."""

    line: int
    hart: int
    level: int
    state: int
    dirty: bool
    index: int

    def __str__(self) -> str:
        where = CACHES[self.level] + ("" if self.hart < 0 else f" of hart {self.hart}")
        return f"line {self.line:#x} in {where}: {STATE_NAMES.get(self.state)}{', dirty' if self.dirty else ''}"


def check_all(machine: Machine, spaces: Mapping[int, tuple[int, int]] | None = None) -> None:
    """Every invariant; with `spaces` ({asid: (mode, root frame)}) also that TLBs hold what page tables say."""
    check_ledger(machine)
    check_sets(machine)
    check_single_writer(machine)
    check_levels(machine)
    check_inclusion(machine)
    check_directory(machine)
    check_data_filter(machine)
    check_fetch_filter(machine)
    if spaces is not None:
        check_tlbs(machine, spaces)


def _hold(condition: bool, *what: object) -> None:
    if not condition:
        raise Broken("; ".join(str(part) for part in what))


# ---------------------------------------------------------------------------------------------------------------- clock


def check_ledger(machine: Machine) -> None:
    """The causes sum to each hart's clock, and nothing is left over from the last run."""
    for k, hart in enumerate(machine.harts):
        record = hart.record()
        _hold(sum(machine.ledger(k).values()) == hart.cycle, f"hart {k}: the ledger does not sum to the clock")
        _hold(record.extra == 0 and record.walking == 0, f"hart {k}: cycles not settled")
        _hold(machine.counters(k)["insn.retired"] == hart.instret, f"hart {k}: instructions miscounted")


# --------------------------------------------------------------------------------------------------------------- caches


def copies(machine: Machine) -> Iterator[Copy]:
    """Every line of every cache."""
    state = machine.state
    for level in range(len(CACHES)):
        shape = state.cache[level]
        size = int(shape.sets * shape.ways)
        for hart in range(machine.hart_count) if level != LLC else (-1,):
            first = int(shape.first + max(hart, 0) * shape.stride)
            tags = state.line_tag[first : first + size]
            for i in np.flatnonzero(tags).tolist():
                line = state.line[first + i]
                yield Copy(int(tags[i]) - 1, hart, level, int(line.state), bool(line.dirty), first + i)


def by_line(machine: Machine) -> dict[int, list[Copy]]:
    """The copies of each line that any cache holds."""
    out: dict[int, list[Copy]] = {}
    for copy in copies(machine):
        out.setdefault(copy.line, []).append(copy)
    return out


def check_sets(machine: Machine) -> None:
    """A line lies in its set, once; it has a state; an empty way has none."""
    seen = set()
    for copy in copies(machine):
        shape = machine.state.cache[copy.level]
        place = (copy.index - int(shape.first) - max(copy.hart, 0) * int(shape.stride)) // int(shape.ways)
        _hold(place == copy.line & (int(shape.sets) - 1), copy, "in the wrong set")
        _hold((copy.line, copy.hart, copy.level) not in seen, copy, "twice")
        _hold(copy.state in (SHARED, EXCLUSIVE, MODIFIED), copy, "in no state")
        _hold(not copy.dirty or copy.level != L1I, copy, "dirty instructions")
        seen.add((copy.line, copy.hart, copy.level))


def check_single_writer(machine: Machine) -> None:
    """Single writer or multiple readers: if one hart has a line M or E, no other has it in L1D or L2."""
    for found in by_line(machine).values():
        data = [c for c in found if c.level in (L1D, L2)]
        for owner in (c for c in data if c.state in (EXCLUSIVE, MODIFIED)):
            others = [c for c in data if c.hart != owner.hart]
            _hold(not others, owner, *others)


def check_levels(machine: Machine) -> None:
    """A hart's L1D and L2 agree on a line's state; only Modified lines are dirty; write-through caches have none."""
    for found in by_line(machine).values():
        states = {(c.hart, c.level): c for c in found}
        for copy in found:
            if copy.level == L1D and (below := states.get((copy.hart, L2))):
                _hold(copy.state == below.state, copy, below)
            if copy.dirty:
                _hold(copy.state == MODIFIED or copy.level == LLC, copy, "dirty but not Modified")
                _hold(not machine.state.cache[copy.level].through, copy, "dirty in a write-through cache")


def check_inclusion(machine: Machine) -> None:
    """What lies in L1 lies in an inclusive L2, what lies in a private cache in an inclusive LLC; `above` says so."""
    shapes = machine.state.cache
    if machine.state.shallow:
        return
    for found in by_line(machine).values():
        held = {(c.hart, c.level): c for c in found}
        for copy in found:
            if shapes[L2].inclusive and copy.level in (L1I, L1D):
                below = held.get((copy.hart, L2))
                _hold(below is not None, copy, "not in an inclusive L2")
                _hold(int(machine.state.line[below.index].above) >> copy.level & 1 == 1, copy, "L2 does not know of it")
            if shapes[LLC].inclusive and copy.level != LLC:
                below = held.get((-1, LLC))
                _hold(below is not None, copy, "not in an inclusive LLC")
                _hold(machine.state.line[below.index].above != 0, copy, "the LLC does not know of it")


def sharers(machine: Machine, line: int) -> int:
    """The directory's set of harts that may hold the line, bit by bit."""
    return int(machine._arrays[1].view(np.int64)[line]) % (1 << 64)


def check_directory(machine: Machine) -> None:
    """The directory knows every hart that has a line (it may name more)."""
    if machine.hart_count == 1 or not machine.timed:
        return
    for copy in copies(machine):
        if copy.hart >= 0:
            _hold(sharers(machine, copy.line) >> copy.hart & 1 == 1, copy, "unknown to the directory")


# -------------------------------------------------------------------------------------------------------------- filters


def _translation(machine: Machine, hart: int, va: int, tlb: int, unit: int, right: int) -> int:
    """The physical address that the L1 TLB entry of a filter entry gives for va; the entry must be in force."""
    record = machine.harts[hart].record()
    if not record.levels:
        _hold(tlb == 0, f"hart {hart}: bare, but the filter names a TLB entry")
        return va
    shape, entry = machine.state.tlb_shape[unit], machine.state.tlb[tlb]
    first = int(shape.first + hart * shape.stride)
    what = f"hart {hart}: the filter lets {va:#x} pass"
    _hold(first <= tlb < first + shape.sets * shape.ways, what, "by a TLB entry of another unit")
    shift = int(entry.level) * (10 if machine.xlen == 32 else 9)
    _hold(bool(entry.valid) and int(entry.vpn) == va >> 12 >> shift, what, "by a TLB entry that does not map it")
    _hold(entry.asid == record.asid or bool(entry.pte & PTE_G), what, "by another address space's TLB entry")
    _hold(entry.pte & right == right, what, f"without the right to it: {int(entry.pte):#x}")
    _hold(bool(entry.pte & PTE_U) == (record.priv == 0), what, "in the wrong privilege")
    return (int(entry.ppn) << 12) + (va & ((1 << (12 + shift)) - 1))


def check_data_filter(machine: Machine) -> None:
    """An entry promises a hit: a TLB entry with the right, a line in L1D; for stores also D, and a dirty M line."""
    state, ram_at = machine.state, int(machine.state.ram_at)
    shift = int(state.line_shift) if machine.timed else 12
    for k, hart in enumerate(machine.harts):
        table = hart.record().dhit
        for slot in np.flatnonzero((table["rtag"] != NEVER) | (table["wtag"] != NEVER)).tolist():
            f = table[slot]
            for tag, rights in ((int(f.rtag), PTE_R), (int(f.wtag), PTE_R | PTE_W | PTE_D)):
                if tag == NEVER:
                    continue
                _hold(_data_slot(tag >> shift) == slot, f"hart {k}: {tag:#x} in the wrong place of the data filter")
                pa = _translation(machine, k, tag, int(f.tlb), DTLB, rights)
                _hold(tag + int(f.delta) == ram_at + pa, f"hart {k}: the filter has a wrong address for {tag:#x}")
                if machine.timed:
                    _check_filtered_line(machine, k, int(f.line), pa >> shift, L1D, slot, rights != PTE_R)


def _check_filtered_line(machine: Machine, k: int, i: int, line: int, level: int, slot: int, writable: bool) -> None:
    state, shape = machine.state, machine.state.cache[level]
    first = int(shape.first + k * shape.stride)
    what = f"hart {k}: the filter says that line {line:#x} hits {CACHES[level]}"
    _hold(first <= i < first + shape.sets * shape.ways, what, "but points elsewhere")
    _hold(int(state.line_tag[i]) == line + 1, what, "but it is not there")
    _hold(int(state.line[i].slot) == slot + 1, what, "but the line does not know")
    if writable:
        owned = state.line[i].state == MODIFIED and bool(state.line[i].dirty)
        _hold(owned and not shape.through, what, "for stores, but it is not Modified and dirty")


def check_fetch_filter(machine: Machine) -> None:
    """As `check_data_filter`, for fetches, the I-TLB and L1I; and the records it leads to are those of the frame."""
    state = machine.state
    shift = int(state.line_shift) if machine.timed else 12
    for k, hart in enumerate(machine.harts):
        table = hart.record().fhit
        for slot in np.flatnonzero(table["tag"] != NEVER).tolist():
            f = table[slot]
            tag = int(f.tag) & ~TESTED
            _hold(tag >> shift & (len(table) - 1) == slot, f"hart {k}: {tag:#x} in the wrong place of the fetch filter")
            pa = _translation(machine, k, tag, int(f.tlb), ITLB, PTE_X)
            record = (tag >> 1) + int(f.delta)
            frame = int(state.code_page[record // SLOTS]) << 12
            _hold(
                frame + record % SLOTS * 2 == pa, f"hart {k}: the fetch filter leads {tag:#x} to another frame's code"
            )
            if machine.timed:
                _check_filtered_line(machine, k, int(f.line), pa >> shift, L1I, slot, False)


# ----------------------------------------------------------------------------------------------------------------- TLBs


def check_tlbs(machine: Machine, spaces: Mapping[int, tuple[int, int]]) -> None:
    """TLBs hold nothing that the page tables of `spaces` ({asid: (mode, root frame)}) do not say.

    An entry may have fewer of A and D than its table has now; global entries may come from any of the spaces.
    """
    level_bits = 10 if machine.xlen == 32 else 9
    for unit, name in enumerate(TLBS):
        shape = machine.state.tlb_shape[unit]
        for hart in range(machine.hart_count):
            first = int(shape.first + hart * shape.stride)
            for entry in machine.state.tlb[first : first + int(shape.sets * shape.ways)]:
                if entry.valid:
                    asids = list(spaces) if entry.pte & PTE_G else [int(entry.asid)]
                    va = int(entry.vpn) << (12 + int(entry.level) * level_bits)
                    what = f"{name} of hart {hart}: {va:#x} of address space {int(entry.asid)}"
                    _hold(any(_in_tables(machine, entry, va, spaces[a]) for a in asids if a in spaces), what)


def _in_tables(machine: Machine, entry: np.record, va: int, space: tuple[int, int]) -> bool:
    walk = machine.walk(space, va)
    if walk.pa is None or space[0] not in SCHEMES:
        return False
    pte = walk.steps[-1].pte & 255
    same = (pte ^ int(entry.pte)) & ~(PTE_A | PTE_D) == 0 and int(entry.pte) & ~pte == 0
    level = len(SCHEMES[space[0]].levels) - len(walk.steps)
    return same and bool(pte & PTE_V) and level == entry.level and walk.pa >> 12 == entry.ppn
