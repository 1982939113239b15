"""Output sections: which input sections join, in which order they stand in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from emu.asm.objects import ObjectSection
from emu.asm.sections import SHF_ALLOC, SHF_EXECINSTR, SHF_TLS, SHF_WRITE, SHT_NOBITS

# Output sections in their order; an input section joins the one whose name it begins with.
ORDER = (
    ".init",
    ".text",
    ".fini",
    ".rodata",
    ".eh_frame",
    ".gcc_except_table",
    ".tdata",
    ".tbss",
    ".preinit_array",
    ".init_array",
    ".fini_array",
    ".got",
    ".data",
    ".sdata",
    ".sbss",
    ".bss",
)
ALIASES = {".srodata": ".rodata", "COMMON": ".bss", ".ctors": ".init_array"}


@dataclass(eq=False, slots=True)
class Output:
    """One output section: the input sections in it, each at an offset."""

    name: str
    kind: int
    flags: int
    entsize: int = 0
    alignment: int = 1
    size: int = 0
    address: int = 0
    offset: int = 0
    pieces: list[tuple[ObjectSection, int]] = field(default_factory=list)

    def add(self, section: ObjectSection) -> None:
        """Appends an input section."""
        offset = self.size + -self.size % max(section.alignment, 1)
        self.pieces.append((section, offset))
        self.size = offset + section.size
        self.alignment = max(self.alignment, section.alignment)
        self.flags |= section.flags & (SHF_WRITE | SHF_ALLOC | SHF_EXECINSTR | SHF_TLS)
        if section.kind != SHT_NOBITS and self.kind == SHT_NOBITS:
            self.kind = section.kind

    def contents(self) -> bytes:
        """Its bytes."""
        data = bytearray()
        for section, offset in self.pieces:
            data += bytes(offset - len(data))
            data += section.data if section.kind != SHT_NOBITS else bytes(section.size)
        return bytes(data)


def output_name(section: ObjectSection) -> str:
    """'.text.main' goes to '.text'."""
    name = ALIASES.get(section.name, section.name)
    if not section.flags & SHF_ALLOC:
        return name
    for known in ORDER:
        if name == known or name.startswith(known + "."):
            return known
    for alias, known in ALIASES.items():
        if name.startswith(alias + "."):
            return known
    return name


def group(output: Output) -> int:
    """The segment it belongs to: 0 code, 1 constants, 2 what can be written."""
    if output.flags & SHF_EXECINSTR:
        return 0
    return 2 if output.flags & SHF_WRITE else 1


def rank(output: Output) -> tuple:
    """By segment; with bytes before without; by ORDER, where a name that is not in it stands before .data or last."""
    known = ORDER.index(output.name) if output.name in ORDER else ORDER.index(".data") - 0.5
    late = output.kind == SHT_NOBITS and not output.flags & SHF_TLS
    return not output.flags & SHF_ALLOC, group(output), late, known
