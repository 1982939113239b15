"""One executable as the debugger knows it: each part is read when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from emu.debug.source import elf as opening
from emu.debug.source.cfi import FrameTable
from emu.debug.source.lines import LineTable
from emu.debug.source.symbols import SymbolTable


class Program:
    """Symbols, lines, frames and debug information of an ELF that is loaded `bias` above its own addresses."""

    def __init__(self, data: bytes, bias: int = 0) -> None:
        self.data, self.bias = data, bias
        self.elf = opening.open_elf(data)

    @classmethod
    def loaded(cls, data: bytes, start_code: int) -> Program:
        """The one whose lowest executable byte lies at `start_code` in memory."""
        program = cls(data)
        program.bias = start_code - opening.first_code(program.elf) if program.elf is not None else 0
        return program

    @cached_property
    def dwarf(self) -> Any:
        """pyelftools' DWARFInfo, or None."""
        return None if self.elf is None else opening.open_dwarf(self.elf)

    @cached_property
    def symbols(self) -> SymbolTable:
        """Names."""
        return SymbolTable([]) if self.elf is None else SymbolTable.read(self.elf, self.bias)

    @cached_property
    def lines(self) -> LineTable:
        """Source lines."""
        return LineTable([]) if self.dwarf is None else LineTable.read(self.dwarf, self.bias)

    @cached_property
    def frames(self) -> FrameTable:
        """How to unwind."""
        return FrameTable.read(self.dwarf, self.bias)

    @cached_property
    def code(self) -> list[tuple[int, int]]:
        """The addresses of its instructions, as loaded."""
        return [] if self.elf is None else opening.code_of(self.elf, self.bias)

    def holds(self, va: int) -> bool:
        """Whether an address is one of its instructions."""
        return any(low <= va < high for low, high in self.code)

    def body(self, start: int) -> int | None:
        """Where the function that begins at an address is past its prologue; None if that is not known."""
        symbol = self.symbols.at(start)
        second = self.dwarf is not None and self.debug.has_prologue(start)
        return self.lines.after_prologue(start, self.symbols.end(symbol), second) if symbol else None

    @cached_property
    def debug(self) -> Any:
        """Functions and variables of compiled code."""
        from emu.debug.source.variables import DebugInfo

        return DebugInfo(self.dwarf, self.bias)
