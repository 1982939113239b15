"""An ELF back to text, as objdump -d prints it: symbols, encodings, instructions, and source lines between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from emu.asm.dwarf.lookup import LineMap
from emu.asm.elf.names import Symbols
from emu.asm.elf.reading import open_elf, reading
from emu.asm.listing import Code, Listing, SourceReader, SourceTexts, read_host_file

if TYPE_CHECKING:
    from elftools.elf.elffile import ELFFile

SHF_EXECINSTR, PF_X = 4, 1


def disassemble_elf(
    data: bytes,
    *,
    source: bool = False,
    symbol: str | None = None,
    aliases: bool = True,
    name: str = "program",
    read_source: SourceReader | None = None,
) -> Iterator[str]:
    """The lines of a listing. `source` puts source lines between; `symbol` limits it to one; AsmError for a bad ELF.

    `read_source(path)` gives the text of a source file, None if there is none; by default it is read from the host.
    """
    with reading(name, "ELF file"):
        elf = open_elf(data, name)
        symbols, codes = Symbols(elf), list(_codes(elf))
        lines = LineMap(elf) if source else None
        xlen = elf.elfclass
    extent = symbols.extent(symbol) if symbol else None
    texts = SourceTexts(read_source or read_host_file)
    for code in codes:
        yield from Listing(code, xlen, symbols, lines, texts, aliases).lines(extent)


def _codes(elf: ELFFile) -> Iterator[Code]:
    """Executable sections, or segments where there are no sections."""
    found = False
    for section in elf.iter_sections():
        if section["sh_flags"] & SHF_EXECINSTR and section["sh_type"] != "SHT_NOBITS":
            found = True
            yield Code(f"section {section.name}", section["sh_addr"], bytes(section.data()))
    for number, segment in enumerate(elf.iter_segments()):
        if not found and segment["p_type"] == "PT_LOAD" and segment["p_flags"] & PF_X:
            yield Code(f"segment {number}", segment["p_vaddr"], bytes(segment.data()))
