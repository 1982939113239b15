"""Symbol-table entries of the assembler to symbols of an Object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.asm.errors import Mistake
from emu.asm.objects import ABSOLUTE, COMMON, DEFINED, ObjectSection, ObjectSymbol
from emu.asm.relax import Relaxation
from emu.asm.sections import SHF_TLS
from emu.asm.symbols import Entry

if TYPE_CHECKING:
    from emu.asm.assembler import Assembler
    from emu.asm.sections import Section


class Exporter:
    """Makes each ObjectSymbol once. `outputs` are the object's sections; offsets are final."""

    def __init__(self, asm: Assembler, relaxation: Relaxation, outputs: dict[Section, ObjectSection]) -> None:
        self.asm, self.relaxation, self.outputs = asm, relaxation, outputs
        self._symbols: dict[Entry, ObjectSymbol] = {}

    def symbol(self, entry: Entry) -> ObjectSymbol:
        """The ObjectSymbol of an entry, made once."""
        symbol = self._symbols.get(entry)
        if symbol is None:
            symbol = self._symbols[entry] = ObjectSymbol(entry.name)
            self._describe(entry, symbol)
        return symbol

    def _describe(self, entry: Entry, symbol: ObjectSymbol) -> None:
        symbol.kind, symbol.visibility, symbol.temporary = entry.kind, entry.visibility, entry.is_temporary
        symbol.binding = entry.binding or ("local" if entry.is_defined else "global")
        symbol.place = (entry.line, entry.column) if entry.line else entry.used
        if entry.size is not None:
            symbol.size = self._size(entry)
        if entry.common is not None:
            symbol.state, (symbol.size, symbol.value) = COMMON, entry.common
        elif entry.fragment is not None:
            symbol.state, symbol.section = DEFINED, self.outputs[entry.fragment.section]
            symbol.value = entry.fragment.offset + entry.offset
            if entry.fragment.section.flags & SHF_TLS:
                symbol.kind = "tls"
        elif entry.value is not None:
            self._alias(entry, symbol)
        elif section := self.asm.sections.get((entry.name, ())):
            symbol.state, symbol.section, symbol.binding = DEFINED, self.outputs[section], "local"
            symbol.kind, symbol.temporary = "section", True

    def _alias(self, entry: Entry, symbol: ObjectSymbol) -> None:
        value = self.relaxation.evaluator.value(entry.value)
        symbol.state, symbol.value = ABSOLUTE, value.constant
        if value.add is None:
            return
        if value.add.fragment is not None and value.sub is None:
            symbol.state, symbol.section = DEFINED, self.outputs[value.add.fragment.section]
            symbol.value += value.add.fragment.offset + value.add.offset
            symbol.kind = value.add.kind if symbol.kind == "notype" else symbol.kind
            if entry.size is None and value.add.size is not None:
                symbol.size = self._size(value.add)

    def _size(self, entry: Entry) -> int:
        try:
            return max(self.relaxation.number(entry.size, "the size"), 0) & (1 << 64) - 1
        except Mistake as mistake:
            line = entry.line or self.asm.line
            self.asm.report(Mistake(f".size {entry.name}: {mistake.message}", None, mistake.hint), line)
            return 0

    def all(self) -> list[ObjectSymbol]:
        """Those of the source that are defined, and those that relocations name."""
        for entry in list(self.asm.symbols.entries.values()):
            if entry.is_defined and not entry.is_temporary and entry.name not in self.asm.predefined:
                try:
                    self.symbol(entry)
                except Mistake as mistake:
                    self.asm.report(mistake, entry.line)
        return list(self._symbols.values())
