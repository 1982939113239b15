"""Registers in as many columns as fit, those that the last command changed marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.debug.draw import Spans
from emu.debug.look.regfile import named, registers_of

if TYPE_CHECKING:
    from emu.debug.tui.screen import Screen

USED = "pc ra sp a0 a1 a2 a3 a4 a5 a6 a7 t0 t1 t2 t3 t4 t5 t6 s0 s1 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 gp tp"
ORDER = tuple(USED.split())
"""pc and what programs use most first: a small pane shows those."""


def registers(screen: Screen, width: int) -> list[Spans]:
    """The integer registers and pc."""
    values = named(registers_of(screen.session))
    digits = max(1, *(len(f"{values[name]:x}") for name in ORDER))
    cell = 4 + digits
    columns = max(1, (width + 2) // (cell + 2))
    rows = -(-len(ORDER) // columns)
    before = screen.registers_before
    lines: list[Spans] = []
    for index in range(rows):
        line: Spans = []
        for name in ORDER[index::rows]:
            changed = before.get(name, values[name]) != values[name]
            text = f"{values[name]:>{digits}x}"
            line += [(f"{'  ' if line else ''}{name:<4}", "dim"), (text, "changed" if changed else look(text))]
        lines.append(line)
    return lines


def look(text: str) -> str:
    """Zeros stand back."""
    return "dim" if text.strip() == "0" else "value"
