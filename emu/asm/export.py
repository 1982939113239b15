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
        symbol.visibility, symbol.temporary = entry.visibility, entry.is_temporary
        symbol.binding = entry.binding or ("local" if entry.is_defined else "global")
        symbol.place = (entry.line, entry.column) if entry.line else entry.used
        like = entry.alias or entry
        symbol.kind = like.kind if entry.kind == "notype" else entry.kind
        if entry.size is not None or like.size is not None:
            symbol.size = self._size(like if entry.size is None else entry)
        if entry.common is not None:
            symbol.state, (symbol.size, symbol.value) = COMMON, entry.common
        elif entry.fragment is not None:
            symbol.state, symbol.section = DEFINED, self.outputs[entry.fragment.section]
            symbol.value = entry.fragment.offset + entry.offset
            if entry.fragment.section.flags & SHF_TLS:
                symbol.kind = "tls"
        elif entry.value is not None:
            symbol.state, symbol.value = ABSOLUTE, self.relaxation.number(entry.value, "the value")
        elif section := self.asm.sections.get((entry.name, ())):
            symbol.state, symbol.section, symbol.binding = DEFINED, self.outputs[section], "local"
            symbol.kind, symbol.temporary = "section", True

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
                    if not self._names_another_file(entry):
                        self.symbol(entry)
                except Mistake as mistake:
                    self.asm.report(mistake, entry.line)
        return list(self._symbols.values())

    def _names_another_file(self, entry: Entry) -> bool:
        """Whether it is a .set of a symbol from elsewhere, which a symbol table cannot hold."""
        if entry.fragment is not None or entry.value is None:
            return False
        value = self.relaxation.evaluator.value(entry.value)
        return value.add is not None and not value.add.is_defined
