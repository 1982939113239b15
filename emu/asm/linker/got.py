"""The global offset table: addresses (or thread-pointer offsets) in memory, for code that loads them from there."""

from __future__ import annotations

from collections.abc import Iterable

from emu.asm.linker.names import Names
from emu.asm.objects import ObjectSection, ObjectSymbol
from emu.asm.relocations import RELOCATIONS
from emu.asm.sections import SHF_ALLOC, SHF_WRITE, SHT_PROGBITS

SLOTS = {"got": 1, "tls_got": 1, "tls_gd": 2}
DTP_OFFSET = 0x800  # RISC-V ELF psABI, "Thread Local Storage": dtv entries point 0x800 past the start of the block


class Got:
    """Entries by (definition, how); made before layout, filled after it."""

    def __init__(self, sections: Iterable[ObjectSection], names: Names, xlen: int) -> None:
        self.width = xlen // 8
        self.entries: dict[tuple[ObjectSymbol, str], int] = {}
        size = self.width  # the first entry is the dynamic section's address: 0, there is none
        for section in sections:
            for reloc in section.relocs:
                how = RELOCATIONS[reloc.kind].how
                key = (names.find(reloc.symbol), how)
                if how in SLOTS and key not in self.entries:
                    self.entries[key] = size
                    size += SLOTS[how] * self.width
        size = size if self.entries else 0
        self.section = ObjectSection(".got", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, self.width, bytearray(size), size)

    def fill(self, address_of: dict[tuple[ObjectSymbol, str], int], thread_start: int) -> None:
        """Writes every entry; `address_of` gives the symbols' addresses."""
        for (symbol, how), offset in self.entries.items():
            value = address_of[symbol, how]
            if how == "got":
                self._put(offset, value)
            elif how == "tls_got":
                self._put(offset, value - thread_start)
            else:
                self._put(offset, 1)
                self._put(offset + self.width, value - thread_start - DTP_OFFSET)

    def _put(self, offset: int, value: int) -> None:
        mask = (1 << 8 * self.width) - 1
        self.section.data[offset : offset + self.width] = (value & mask).to_bytes(self.width, "little")
