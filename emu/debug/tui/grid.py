"""Registers and bytes of memory in as many columns as fit, those that the last command changed marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.debug.draw import Spans
from emu.debug.look.regfile import named, registers_of
from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.tui.screen import Screen

USED = "pc ra sp a0 a1 a2 a3 a4 a5 a6 a7 t0 t1 t2 t3 t4 t5 t6 s0 s1 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 gp tp"
DUMPED = 512  # bytes of memory that the pane has
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


def memory(screen: Screen, width: int) -> list[Spans]:
    """Bytes and characters from where the last `x` looked (else from sp) on."""
    session, (at, physical) = screen.session, screen.memory_shown
    start = (registers_of(session).x[2] if at is None else at) & ~15
    per = 16 if width >= 16 * 4 + 18 else 8
    lines = []
    for address in range(start, start + DUMPED, per):
        data = session.read_physical(address, per) if physical else session.read(address, per)
        if data is None:
            break
        lines.append(dump(address, data, screen.changed_bytes(address, data, physical)))
    if not lines:
        raise EmuError(f"can't read {start:#x}: no memory is there", hint=f"`walk {start:#x}` shows why")
    return lines


def dump(address: int, data: bytes, changed: set[int]) -> Spans:
    """One row: address, bytes, characters."""
    line: Spans = [(f"{address:012x} ", "addr")]
    for index, byte in enumerate(data):
        look_ = "changed" if index in changed else "dim" if not byte else "value"
        line.append((f"{'  ' if index == 8 else ' '}{byte:02x}", look_))
    return [*line, ("  " + "".join(chr(byte) if 32 <= byte < 127 else "." for byte in data), "comment")]
