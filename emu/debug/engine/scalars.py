"""The machine's scalars that the engine looks at between any two stretches, at the price of a memoryview's cell."""

from __future__ import annotations

from typing import Any

from emu.machine.state import MACHINE


def _cell(name: str) -> property:
    at = MACHINE.fields[name][1] // 8

    def get(self: Scalars) -> int:
        return self.cells[at]

    def put(self: Scalars, value: int) -> None:
        self.cells[at] = value

    return property(get, put, doc=f"MACHINE.{name}")


class Scalars:
    """Of one machine; what they mean says emu.machine.state."""

    turn, turn_pc, turn_line, turn_page = map(_cell, ("turn", "turn_pc", "turn_line", "turn_page"))
    ahead = _cell("ahead")
    break_count, watch_count, catch_count = map(_cell, ("break_count", "watch_count", "catch_count"))
    event_mask, event_count, line_shift = map(_cell, ("event_mask", "event_count", "line_shift"))

    def __init__(self, machine: Any) -> None:
        self.cells = memoryview(machine.state_bytes)[: MACHINE.fields["event_count"][1] + 8 * 16].cast("q")
        self.shift = self.line_shift if machine.timed else 12

    def standing_on(self, hart: Any) -> int | None:
        """The physical address of the instruction before which a hart was stopped in its turn; None if unknown."""
        pc = hart.pc
        if self.turn != hart.number + 1 or self.turn_pc != pc:
            return None
        if self.turn_line == pc & -(1 << self.shift):
            return self.turn_page << 12 | pc & 4095
        return self.ahead if self.ahead >= 0 and (self.ahead ^ pc) & 4095 == 0 else None
