"""Which hart the machine will run next, and whether its next instruction is fetched or comes from the line it is in."""

from __future__ import annotations

from typing import Any


def next_hart(machine: Any) -> int | None:
    """The hart whose turn goes on, else the one furthest behind; None if none is online."""
    m = machine.state
    holder = int(m.turn) - 1 if len(machine.harts) > 1 else -1
    if holder >= 0 and machine.harts[holder].online and machine.harts[holder].pc == int(m.turn_pc):
        return holder
    if len(machine.harts) == 1:
        return 0 if machine.harts[0].online else None
    online = [hart for hart in machine.harts if hart.online]
    return min(online, key=lambda hart: (hart.cycle, hart.number)).number if online else None


def fetches(machine: Any, hart: int) -> bool:
    """Whether the hart's next instruction enters a line of code (timing off: a page), which is then looked up."""
    m, pc = machine.state, machine.harts[hart].pc
    shift = int(m.line_shift) if machine.timed else 12
    stays = int(m.turn) - 1 == hart and int(m.turn_pc) == pc and int(m.turn_line) == pc & -(1 << shift)
    return not stays
