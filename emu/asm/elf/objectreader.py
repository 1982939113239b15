"""A relocatable ELF file (.o, of clang, gcc or ours) as an Object. RISC-V ELF psABI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.asm.elf.attributes import decode_attributes
from emu.asm.elf.constants import BINDINGS, EF_RISCV_RVC, SHT_GROUP, TYPES, VISIBILITIES
from emu.asm.elf.reading import open_elf, reading
from emu.asm.errors import AsmError
from emu.asm.limits import MAX_ALIGNMENT
from emu.asm.objects import ABSOLUTE, COMMON, DEFINED, UNDEFINED, Object, ObjectSection, ObjectSymbol, Reloc
from emu.asm.relocations import BY_NUMBER
from emu.asm.sections import SHF_ALLOC, SHT_NOBITS
from emu.errors import Place

if TYPE_CHECKING:
    from elftools.elf.elffile import ELFFile
    from elftools.elf.sections import Section, Symbol

TABLES = ("SHT_NULL", "SHT_SYMTAB", "SHT_STRTAB", "SHT_RELA", "SHT_REL", "SHT_GROUP")
STATES = {"SHN_UNDEF": UNDEFINED, "SHN_ABS": ABSOLUTE, "SHN_COMMON": COMMON}


def read_object(data: bytes, name: str) -> Object:
    """The Object in a .o file; AsmError for one that cannot be read or holds relocations of no known kind."""
    with reading(name, "object file"):
        elf = open_elf(data, name)
        if elf.header["e_type"] != "ET_REL":
            raise AsmError("is not an object file (ET_REL)", Place(name), "link what the compiler makes with -c")
        return _Reader(elf, name).run()


class _Reader:
    def __init__(self, elf: ELFFile, name: str) -> None:
        self.elf, self.name = elf, name
        self.sections: dict[int, ObjectSection] = {}
        self.symbols: list[ObjectSymbol] = []
        self.attributes: dict[int, int | str] = {}

    def run(self) -> Object:
        groups = self._groups()
        for index, section in enumerate(self.elf.iter_sections()):
            if section.name == ".riscv.attributes":
                self.attributes = decode_attributes(section.data())
            elif section["sh_type"] not in TABLES:
                self.sections[index] = self._section(section, groups.get(index, ""))
        table = next((s for s in self.elf.iter_sections() if s["sh_type"] == "SHT_SYMTAB"), None)
        if table is not None:
            self.symbols = [self._symbol(symbol) for symbol in table.iter_symbols()]
        for section in self.elf.iter_sections():
            if section["sh_type"] == "SHT_RELA":
                self._relocations(section)
        flags = self.elf.header["e_flags"]
        sections = [s for s in self.sections.values() if s.flags & SHF_ALLOC or s.name.startswith(".debug")]
        return Object(
            self.name,
            self.elf.elfclass,
            sections,
            self.symbols[1:],
            bool(flags & EF_RISCV_RVC),
            flags & ~EF_RISCV_RVC,
            self.attributes,
        )

    def _groups(self) -> dict[int, str]:
        """Section index -> signature of its COMDAT group."""
        found: dict[int, str] = {}
        for section in self.elf.iter_sections():
            if section["sh_type"] in ("SHT_GROUP", SHT_GROUP):
                symbol = self.elf.get_section(section["sh_link"]).get_symbol(section["sh_info"])
                words = [int.from_bytes(section.data()[i : i + 4], "little") for i in range(4, section["sh_size"], 4)]
                found.update(dict.fromkeys(words, symbol.name or f"group {section['sh_info']}"))
        return found

    def _section(self, section: Section, group: str) -> ObjectSection:
        nobits = section["sh_type"] == "SHT_NOBITS"
        data = b"" if nobits else bytes(section.data())
        size = section["sh_size"] if nobits else len(data)
        kind = SHT_NOBITS if nobits else _number(section)
        alignment = max(section["sh_addralign"], 1)
        if alignment & (alignment - 1) or alignment > MAX_ALIGNMENT:
            raise AsmError(f"section {section.name} has an alignment of {alignment}", Place(self.name))
        return ObjectSection(
            section.name, kind, section["sh_flags"], alignment, data, size, section["sh_entsize"], group
        )

    def _symbol(self, symbol: Symbol) -> ObjectSymbol:
        index = symbol["st_shndx"]
        state = STATES.get(index, DEFINED)
        section = self.sections.get(index) if state == DEFINED else None
        if state == DEFINED and section is None:
            state = UNDEFINED
        kind = symbol["st_info"]["type"].removeprefix("STT_").lower()
        binding = symbol["st_info"]["bind"].removeprefix("STB_").lower()
        visibility = symbol["st_other"]["visibility"].removeprefix("STV_").lower()
        return ObjectSymbol(
            symbol.name,
            state,
            section,
            symbol["st_value"],
            symbol["st_size"],
            binding if binding in BINDINGS else "global",
            kind if kind in TYPES else "notype",
            visibility if visibility in VISIBILITIES else "default",
            temporary=symbol.name.startswith((".L", "$x", "$d")) or not symbol.name,
        )

    def _relocations(self, table: Section) -> None:
        section = self.sections.get(table["sh_info"])
        if section is None:
            return
        for row in table.iter_relocations():
            known = BY_NUMBER.get(row["r_info_type"])
            if known is None:
                raise AsmError(
                    f"relocation {row['r_info_type']} in {section.name} is of no known kind", Place(self.name)
                )
            symbol = self.symbols[row["r_info_sym"]]
            section.relocs.append(Reloc(row["r_offset"], known.name, symbol, row["r_addend"]))


def _number(section: Section) -> int:
    """sh_type as a number; pyelftools gives names for those it knows."""
    from elftools.elf.enums import ENUM_SH_TYPE_BASE, ENUM_SH_TYPE_RISCV

    kind = section["sh_type"]
    return kind if isinstance(kind, int) else {**ENUM_SH_TYPE_BASE, **ENUM_SH_TYPE_RISCV}[kind]
