"""The caches as they stand: which line lies in which way, and what an access would find. Nothing is touched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from emu.debug.look.words import LEVELS
from emu.errors import EmuError, did_you_mean

L1I, L1D, L2, LLC = range(4)
INVALID, SHARED, EXCLUSIVE, MODIFIED = range(4)


class Way(NamedTuple):
    """A valid line: where it lies, its physical address, MESI state, whether it is newer than below, and its stamp."""

    level: int
    hart: int
    set: int
    way: int
    address: int
    state: int
    dirty: bool
    used: int
    above: int


def levels(machine: Any) -> range:
    """The levels that this machine's timing uses. EmuError with timing off."""
    if not machine.timed:
        raise EmuError("timing is off: the machine has no caches now", hint="run it with --timing full or simple")
    return range(2) if machine.state.shallow else range(4)


def shape(machine: Any, level: int, hart: int = 0) -> tuple[int, int, int]:
    """(index of the first line, sets, ways) of a hart's cache; the LLC is shared."""
    cache = machine.state.cache[level]
    return int(cache.first) + hart * int(cache.stride), int(cache.sets), int(cache.ways)


def line_of(machine: Any, pa: int) -> int:
    """The number of the line that holds a physical address."""
    return pa >> int(machine.state.line_shift)


def way_at(machine: Any, level: int, hart: int, index: int) -> Way:
    """The line at an index of the machine's array of lines."""
    first, _, ways = shape(machine, level, hart)
    m, place = machine.state, index - first
    tag, row = int(m.line_tag[index]) - 1, m.line[index]
    return Way(
        level,
        hart,
        place // ways,
        place % ways,
        tag << int(m.line_shift),
        int(row["state"]),
        bool(row["dirty"]),
        int(m.line_used[index]),
        int(row["above"]),
    )


def contents(machine: Any, level: int, hart: int = 0) -> Iterator[Way]:
    """Every valid line of a cache, set by set."""
    first, sets, ways = shape(machine, level, hart)
    m, shift = machine.state, int(machine.state.line_shift)
    places = np.flatnonzero(m.line_tag[first : first + sets * ways])
    rows = m.line[first + places]
    columns = (
        places,
        m.line_tag[first + places],
        rows["state"],
        rows["dirty"],
        m.line_used[first + places],
        rows["above"],
    )
    for place, tag, state, dirty, used, above in zip(*(column.tolist() for column in columns), strict=True):
        yield Way(level, hart, place // ways, place % ways, (tag - 1) << shift, state, bool(dirty), used, above)


def find(machine: Any, level: int, hart: int, pa: int) -> Way | None:
    """The way that holds the line of a physical address."""
    first, sets, ways = shape(machine, level, hart)
    line = line_of(machine, pa)
    start = first + (line & (sets - 1)) * ways
    for index in range(start, start + ways):
        if machine.state.line_tag[index] == line + 1:
            return way_at(machine, level, hart, index)
    return None


def copies(machine: Any, pa: int) -> list[Way]:
    """Every copy of a line: private ones by hart, the shared one last."""
    found = []
    for level in levels(machine):
        for hart in range(machine.hart_count if level != LLC else 1):
            if (way := find(machine, level, hart, pa)) is not None:
                found.append(way)
    return sorted(found, key=lambda way: (way.level == LLC, way.hart, way.level))


def newest(machine: Any, level: int, hart: int) -> int:
    """The stamp that the next access will exceed: what ages are counted from."""
    return int(machine.state.tick if level == LLC else machine.state.hart[hart]["tick"])


def where(machine: Any, hart: int, pa: int) -> str:
    """The first place where a load of a hart would find a physical address: l1d, l2, another hart, llc or dram."""
    if not machine.timed:
        return "ram"
    for level in (L1D, L2, LLC):
        if level not in levels(machine):
            continue
        if level == LLC and any(w.dirty and w.hart != hart and w.level != LLC for w in copies(machine, pa)):
            return "another hart"
        if find(machine, level, hart, pa) is not None:
            return LEVELS[level]
    return "dram"


def number_of(name: str) -> int:
    """Level of a cache by name. EmuError."""
    if name.lower() not in LEVELS:
        raise EmuError(f"no cache is called {name!r}", hint=did_you_mean(name, LEVELS) or ", ".join(LEVELS))
    return LEVELS.index(name.lower())
