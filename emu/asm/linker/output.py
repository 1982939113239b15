"""The executable's file: sections, segments, symbol table."""

from __future__ import annotations

from emu.asm.elf.attributes import encode_attributes
from emu.asm.elf.constants import SHT_STRTAB, SHT_SYMTAB
from emu.asm.elf.image import Image, ImageSection, Strings
from emu.asm.elf.symtab import SymbolRows
from emu.asm.linker.apply import Applier
from emu.asm.linker.layout import Memory
from emu.asm.linker.provided import ALWAYS, PROVIDED, provided
from emu.asm.objects import ABSOLUTE, DEFINED, Object, ObjectSymbol
from emu.asm.sections import SHT_NOBITS, SHT_RISCV_ATTRIBUTES


def fill_image(
    image: Image,
    memory: Memory,
    applier: Applier,
    objects: list[Object],
    attributes: dict[int, int | str],
    wanted: set[str],
) -> None:
    """Puts everything into the image; `wanted` are the names that relocations use."""
    indices = {}
    for output in memory.outputs:
        loaded = output in memory.loaded()
        section = ImageSection(output.name, output.kind, output.flags, output.address, b"", output.size)
        section.alignment, section.entsize = output.alignment, output.entsize
        section.offset = output.offset if loaded else None
        section.data = output.contents() if output.kind != SHT_NOBITS else b""
        indices[output] = image.add(section)
    image.segments = memory.segments
    if attributes:
        data = encode_attributes(attributes)
        end = max((s.offset + len(s.data) for s in image.sections if s.offset is not None), default=0)
        image.add(ImageSection(".riscv.attributes", SHT_RISCV_ATTRIBUTES, data=data, offset=end))
        memory.attributes_segment(end, len(data))
    _symbol_table(image, memory, applier, objects, indices, wanted)


def _symbol_table(
    image: Image, memory: Memory, applier: Applier, objects: list[Object], indices: dict, wanted: set[str]
) -> None:
    strings = Strings()
    rows = SymbolRows(image.xlen, strings)
    count = 1
    for obj in objects:
        rows.add_file(obj.name)
        count += 1
        for symbol in obj.symbols:
            if symbol.binding == "local" and not symbol.temporary and symbol.kind not in ("section", "file"):
                count += _add(rows, symbol, memory, applier, indices)
    for symbol in applier.names.table.values():
        _add(rows, symbol, memory, applier, indices)
    for name in dict.fromkeys([*ALWAYS, *sorted(wanted & set(PROVIDED))]):
        known = applier.names.table.get(name)
        if known is None or known.state not in (DEFINED, ABSOLUTE):
            value = provided(name, memory)
            rows.add(ObjectSymbol(name, ABSOLUTE, None, value, binding="global"), None, value)
    size = rows.row_size
    image.add(ImageSection(".symtab", SHT_SYMTAB, 0, 0, rows.data, 0, len(image.sections) + 1, count, 8, size))
    image.add(ImageSection(".strtab", SHT_STRTAB, data=strings.data))


def _add(rows: SymbolRows, symbol: ObjectSymbol, memory: Memory, applier: Applier, indices: dict) -> int:
    """Adds a defined symbol; returns the number of rows added."""
    if symbol.state == ABSOLUTE:
        rows.add(symbol, None, symbol.value)
        return 1
    if symbol.state != DEFINED or symbol.section not in memory.where:
        return 0
    address = memory.address(symbol.section, symbol.value)
    if symbol.kind == "tls":
        address -= applier.thread_start
    rows.add(symbol, indices[memory.where[symbol.section]], address)
    return 1
