"""Lines of one hart's private caches, to be changed by the user. The rules of MESI are kept: see machine.check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.session import Session

L1I, L1D, L2, LLC = range(4)
LEVELS = ("l1i", "l1d", "l2", "llc")
STATES = "ISEM"
SHARED, EXCLUSIVE, MODIFIED = 1, 2, 3


def find(machine: Any, hart: int, level: int, line: int) -> int | None:
    """Where a line's way is in the machine's arrays, or None."""
    state = machine.state
    shape = state.cache[level]
    ways = int(shape.ways)
    first = int(shape.first) + (0 if level == LLC else hart * int(shape.stride)) + (line & int(shape.sets) - 1) * ways
    return next((i for i in range(first, first + ways) if int(state.line_tag[i]) == line + 1), None)


def held(session: Session, address: int, hart: int | None = None) -> Iterator[tuple[int, int]]:
    """(level, index) of a hart's private copies of the line at a physical address."""
    machine = session.machine
    if not machine.timed:
        raise EmuError("this machine has no caches: it runs with timing off", hint="--timing full")
    line = address >> int(machine.state.line_shift)
    for level in (L1I, L1D, L2):
        index = find(machine, session.hart if hart is None else hart, level, line)
        if index is not None:
            yield level, index


def states(session: Session, address: int) -> list[str]:
    """`l1d:M l2:M`."""
    return [
        f"{LEVELS[level]}:{STATES[int(session.machine.state.line[i].state)]}" for level, i in held(session, address)
    ]


def set_state(session: Session, address: int, letter: str) -> None:
    """Change all private copies of the selected hart. EmuError where that would break coherence."""
    machine, hart = session.machine, session.hart
    copies = list(held(session, address))
    data = [(level, index) for level, index in copies if level != L1I]
    if letter in "ME":
        others = [k for k in range(len(machine.harts)) if k != hart and any(held(session, address, k))]
        if others:
            raise EmuError(f"hart {others[0]} has a copy too: {letter} means that nobody else has one")
        if not data:
            raise EmuError("the line is only in the instruction cache, which never owns one")
    machine.satp_changed(hart)  # what the filters promise about the line no longer holds
    if letter == "I":
        for _, index in sorted(copies):
            drop(machine, index)
    else:
        for level, index in data:
            change(machine, hart, level, index, STATES.index(letter), address)


def drop(machine: Any, index: int) -> None:
    """Empty a way."""
    state = machine.state
    state.line_tag[index] = state.line_used[index] = state.line_filled[index] = 0
    state.line[index].slot = state.line[index].above = state.line[index].state = state.line[index].dirty = 0


def change(machine: Any, hart: int, level: int, index: int, new: int, address: int) -> None:
    """One copy's state; what was dirty and is no longer Modified is the LLC's to write back."""
    row = machine.state.line[index]
    if new == MODIFIED:
        row.dirty = 0 if machine.state.cache[level].through else 1
    elif row.dirty:
        row.dirty = 0
        below = find(machine, 0, LLC, address >> int(machine.state.line_shift))
        if below is not None and not machine.state.cache[LLC].through:
            machine.state.line[below].dirty = 1
    row.state = new
