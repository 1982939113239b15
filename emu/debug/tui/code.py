"""The source and the instructions around pc, for panes."""

from __future__ import annotations

import re
from typing import Any

from emu.debug.draw import Spans
from emu.debug.look.code import decode_from, some_from
from emu.debug.look.regfile import registers_of
from emu.errors import EmuError
from emu.isa.abi import XREG

MEMORY_OPERAND = re.compile(r"(?P<offset>-?(?:0x)?[0-9a-f]+)?\((?P<base>\w+)\)$")
BEFORE, COUNT = 512, 200  # bytes of a function before pc; instructions shown


def source(session: Any) -> tuple[list[Spans], int | None]:
    """All lines of the source file that pc is in, and the index of its line."""
    pc = registers_of(session).pc
    place = session.source(pc)
    lines = session.source_lines(place[0]) if place else None
    if not lines:
        raise EmuError(f"no source is known for {pc:#x}", hint="the pane `code` shows instructions")
    stops = break_lines(session)
    rows = [row(n, text.rstrip(), n == place[1], (place[0], n) in stops) for n, text in enumerate(lines, 1)]
    return [[(place[0], "dim")], *rows], place[1]


def row(number: int, text: str, here: bool, stop: bool) -> Spans:
    """A source line with its number; an arrow where pc is, a dot where a breakpoint is."""
    mark = "=>" if here else " ●" if stop else "  "
    return [(mark, "bad" if stop else "head"), (f"{number:>5}  ", "symbol" if here else "dim"), (text, "insn")]


def break_lines(session: Any) -> set[tuple[str, int]]:
    """Source lines with a breakpoint."""
    return {place for address in break_addresses(session) if (place := session.source(address))}


def break_addresses(session: Any) -> set[int]:
    """Addresses of enabled breakpoints."""
    rows = (each for each in session.breaks if getattr(each, "enabled", True))
    return {address for each in rows for address in getattr(each, "addresses", ())}


def code(session: Any, width: int) -> tuple[list[Spans], int | None]:
    """Instructions from the beginning of pc's function on, and the index of pc's."""
    pc = registers_of(session).pc
    end = next((high for low, high in session.program.code if low <= pc < high), None)
    rows = decode_from(session, function_start(session, pc), COUNT, session.read, end)
    if not any(each["address"] == pc for each in rows):
        rows = some_from(session, pc, COUNT, session.read)
    stops, lines, focus, name = break_addresses(session), [], None, ""
    for each in rows:
        function = each["symbol"].partition("+")[0]
        if function != name:
            name = function
            lines.append([(f"{name}:", "symbol")])
        if each["address"] == pc:
            focus = len(lines)
        lines.append(instruction(each, each["address"] == pc, each["address"] in stops, width))
    return lines, focus


def function_start(session: Any, pc: int) -> int:
    """Where the function of pc begins, if that is near."""
    _, plus, offset = session.symbolize(pc).partition("+")
    distance = int(offset, 0) if plus else 0
    return pc - distance if distance <= BEFORE else pc


def instruction(each: dict[str, Any], here: bool, stop: bool, width: int) -> Spans:
    """One instruction; its encoding only where there is room."""
    word = f"{each['word']:0{each['length'] * 2}x}"
    mark = "=>" if here else " ●" if stop else "  "
    address = [(mark, "bad" if stop else "head"), (f" {each['address']:x}  ", "symbol" if here else "addr")]
    return [*address, *([(f"{word:<8}  ", "dim")] if width >= 50 else []), (each["text"], "insn")]


def data_address(session: Any) -> int:
    """The address that the instruction at pc is about to load from or store to; pc for any other instruction."""
    registers = registers_of(session)
    rows = decode_from(session, registers.pc, 1, session.read)
    found = MEMORY_OPERAND.search(rows[0]["text"]) if rows else None
    if found is None or found["base"] not in XREG or rows[0]["text"].startswith("j"):
        return registers.pc
    address = registers.x[XREG[found["base"]]] + int(found["offset"] or "0", 0)
    return address & ((1 << session.machine.xlen) - 1)
