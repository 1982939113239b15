"""Relocations of all sections, once addresses are known."""

from __future__ import annotations

from emu.asm.constants import low12
from emu.asm.errors import Diagnostics, Mistake
from emu.asm.linker.got import DTP_OFFSET, Got
from emu.asm.linker.layout import Memory
from emu.asm.linker.names import Names
from emu.asm.linker.provided import provided
from emu.asm.objects import ABSOLUTE, DEFINED, ObjectSection, ObjectSymbol, Reloc
from emu.asm.patch import patch
from emu.asm.relocations import RELOCATIONS
from emu.asm.sections import SHF_ALLOC
from emu.asm.symbols import shown_name
from emu.errors import did_you_mean

HIGHS = ("PCREL_HI20", "GOT_HI20", "TLS_GOT_HI20", "TLS_GD_HI20")
STANDARD = (".text", ".data", ".bss", ".rodata", ".sdata", ".sbss", ".tdata", ".tbss")


class Applier:
    """Addresses of symbols, and the patches that follow from them."""

    def __init__(self, memory: Memory, names: Names, got: Got, diagnostics: Diagnostics) -> None:
        self.memory, self.names, self.got, self.diagnostics = memory, names, got, diagnostics
        tls = [o for o in memory.loaded() if o.name in (".tdata", ".tbss")]
        self.thread_start = min((o.address for o in tls), default=0)
        self._highs: dict[ObjectSection, dict[int, Reloc]] = {}

    def address(self, symbol: ObjectSymbol) -> int:
        """The address that a reference comes to; 0 for an undefined weak symbol."""
        target = self.names.find(symbol)
        if target.state == DEFINED and target.section in self.memory.where:
            return self.memory.address(target.section, target.value)
        if target.state == ABSOLUTE:
            return target.value
        return provided(target.name, self.memory) or 0

    def run(self) -> None:
        """Fills the table of addresses and patches every section."""
        got = {key: self.address(key[0]) for key in self.got.entries}
        self.got.fill(got, self.thread_start)
        for section in self.memory.where:
            if section.relocs:
                section.data = bytearray(section.data)
                for reloc in section.relocs:
                    self._apply(section, reloc)

    def _apply(self, section: ObjectSection, reloc: Reloc) -> None:
        relocation = RELOCATIONS[reloc.kind]
        try:
            value = self._value(section, reloc)
            patch(section.data, reloc.offset, relocation, value, self.memory.xlen)
        except Mistake as mistake:
            name = shown_name(reloc.symbol.name)
            message = mistake.message.replace("the target is", f"{name!r} is", 1)
            self.diagnostics.add(self.names.error(reloc.place, message, section.name, mistake.hint))

    def _value(self, section: ObjectSection, reloc: Reloc) -> int:
        """S + A, less what the kind of relocation subtracts."""
        how = RELOCATIONS[reloc.kind].how
        if how == "none":
            return 0
        if how == "lo":
            return self._low(reloc)
        place = self.memory.address(section, reloc.offset)
        if how in ("got", "tls_got", "tls_gd"):
            key = (self.names.find(reloc.symbol), how)
            return self.memory.address(self.got.section, self.got.entries[key]) + reloc.addend - place
        self._check_loaded(section, reloc)
        value = self.address(reloc.symbol) + reloc.addend
        if how in ("tprel", "dtprel"):
            return value - self.thread_start - (DTP_OFFSET if how == "dtprel" else 0)
        return value - place if how == "pcrel" else value

    def _check_loaded(self, section: ObjectSection, reloc: Reloc) -> None:
        """Mistake where code or data refer to a section that will not be in memory: a misspelt name, most likely."""
        target = self.names.find(reloc.symbol).section
        if target is None or not section.flags & SHF_ALLOC or target.flags & SHF_ALLOC:
            return
        meant = did_you_mean(target.name, STANDARD)
        hint = meant or f'.section {target.name}, "aw" makes it loaded and writable'
        name = shown_name(reloc.symbol.name)
        raise Mistake(f"{name!r} is in section {target.name!r}, which is not loaded into memory", None, hint)

    def _low(self, reloc: Reloc) -> int:
        """The low part of what the auipc at the label got."""
        label = self.names.find(reloc.symbol)
        if label.section is None:
            raise Mistake(f"%pcrel_lo of {shown_name(label.name)!r}, which is no label of an auipc")
        highs = self._highs.get(label.section)
        if highs is None:
            highs = {r.offset: r for r in label.section.relocs if r.kind in HIGHS}
            self._highs[label.section] = highs
        high = highs.get(label.value)
        if high is None:
            raise Mistake(f"no %pcrel_hi at the label {shown_name(label.name)!r}")
        return low12(self._value(label.section, high))
