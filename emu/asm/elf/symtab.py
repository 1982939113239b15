"""Symbol-table rows."""

from __future__ import annotations

from emu.asm.elf.constants import BINDINGS, LAYOUTS, SHN_ABS, SHN_COMMON, SHN_UNDEF, TYPES, VISIBILITIES
from emu.asm.elf.image import Strings
from emu.asm.objects import ABSOLUTE, COMMON, ObjectSymbol


class SymbolRows:
    """Collects rows; names go to the string table. The first row is empty, as the format wants it."""

    def __init__(self, xlen: int, strings: Strings) -> None:
        self._layout, self._strings = LAYOUTS[xlen], strings
        self._mask = (1 << xlen) - 1
        self.row_size = self._layout.sym.size
        self.data = bytearray(self.row_size)

    def add(self, symbol: ObjectSymbol, section: int | None, value: int) -> None:
        """A symbol with the index of its section (None: by its state) and its value."""
        if section is None:
            section = {ABSOLUTE: SHN_ABS, COMMON: SHN_COMMON}.get(symbol.state, SHN_UNDEF)
        info = BINDINGS[symbol.binding] << 4 | TYPES[symbol.kind]
        other = VISIBILITIES[symbol.visibility]
        name = self._strings.add(_elf_name(symbol.name))
        size = symbol.size & self._mask
        self.data += self._layout.symbol(name, value & self._mask, size, info, other, section)

    def add_file(self, name: str) -> None:
        """The name of a source file."""
        info = TYPES["file"]
        self.data += self._layout.symbol(self._strings.add(name), 0, 0, info, 0, SHN_ABS)


def _elf_name(name: str) -> str:
    """A name without the marks of numeric labels and `.`."""
    if "\x02" in name:
        return ".L" + name.replace("\x02", ".")
    return name.replace("\x01", ".Ldot")
