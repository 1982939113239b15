"""An Object as a relocatable ELF file (.o), as other linkers read it."""

from __future__ import annotations

from emu.asm.elf.attributes import encode_attributes
from emu.asm.elf.constants import (
    EF_RISCV_RVC,
    ET_REL,
    GRP_COMDAT,
    LAYOUTS,
    SHT_GROUP,
    SHT_RELA,
    SHT_STRTAB,
    SHT_SYMTAB,
)
from emu.asm.elf.image import Image, ImageSection, Strings
from emu.asm.elf.symtab import SymbolRows
from emu.asm.objects import ABSOLUTE, DEFINED, Object, ObjectSection, ObjectSymbol
from emu.asm.relocations import RELOCATIONS
from emu.asm.sections import SHF_GROUP, SHT_RISCV_ATTRIBUTES

SHF_INFO_LINK = 0x40


def write_object(obj: Object) -> bytes:
    """The .o file."""
    image = Image(obj.xlen, ET_REL, obj.flags | (EF_RISCV_RVC if obj.rvc else 0))
    groups = _groups(obj)
    group_sections = {name: ImageSection(".group", SHT_GROUP, alignment=4, entsize=4) for name in groups}
    for section in group_sections.values():
        image.add(section)
    indices = {section: image.add(_plain(section)) for section in obj.sections}
    if obj.attributes:
        data = encode_attributes(obj.attributes)
        image.add(ImageSection(".riscv.attributes", SHT_RISCV_ATTRIBUTES, data=data))
    order = _symbols(obj, groups)
    numbers = {symbol: index for index, symbol in enumerate(order, 1)}
    relas = [s for s in obj.sections if s.relocs]
    symtab = len(image.sections) + len(relas)
    for section in relas:
        image.add(_rela(obj, section, indices[section], symtab, numbers))
    _add_symbols(image, obj, order, indices)
    for name, group in group_sections.items():
        words = (GRP_COMDAT, *(indices[member] for member in groups[name]))
        group.data = b"".join(word.to_bytes(4, "little") for word in words)
        group.link, group.info = symtab, numbers[_signature(order, name)]
    return image.to_bytes()


def _plain(section: ObjectSection) -> ImageSection:
    made = ImageSection(section.name, section.kind, section.flags, data=section.data, size=section.size)
    made.alignment, made.entsize = section.alignment, section.entsize
    return made


def _groups(obj: Object) -> dict[str, list[ObjectSection]]:
    groups: dict[str, list[ObjectSection]] = {}
    for section in obj.sections:
        if section.group:
            section.flags |= SHF_GROUP
            groups.setdefault(section.group, []).append(section)
    return groups


def _signature(order: list[ObjectSymbol], name: str) -> ObjectSymbol:
    return next(symbol for symbol in order if symbol.name == name)


def _symbols(obj: Object, groups: dict[str, list[ObjectSection]]) -> list[ObjectSymbol]:
    """Every symbol that must be in the table, local ones first."""
    found = dict.fromkeys(obj.symbols)
    found.update(dict.fromkeys(r.symbol for s in obj.sections for r in s.relocs))
    known = {symbol.name for symbol in found}
    found.update(dict.fromkeys(ObjectSymbol(name, ABSOLUTE) for name in groups if name not in known))
    return sorted(found, key=lambda symbol: symbol.binding != "local")


def _rela(
    obj: Object, section: ObjectSection, index: int, symtab: int, numbers: dict[ObjectSymbol, int]
) -> ImageSection:
    layout = LAYOUTS[obj.xlen]
    data = b"".join(
        layout.relocation(r.offset, numbers[r.symbol], RELOCATIONS[r.kind].number, r.addend) for r in section.relocs
    )
    return ImageSection(
        ".rela" + section.name, SHT_RELA, SHF_INFO_LINK, 0, data, 0, symtab, index, obj.xlen // 8, layout.rela.size
    )


def _add_symbols(image: Image, obj: Object, order: list[ObjectSymbol], indices: dict[ObjectSection, int]) -> None:
    strings = Strings()
    rows = SymbolRows(obj.xlen, strings)
    for symbol in order:
        section = indices[symbol.section] if symbol.state == DEFINED else None
        rows.add(symbol, section, symbol.value)
    locals_end = 1 + sum(symbol.binding == "local" for symbol in order)
    entry = LAYOUTS[obj.xlen].sym.size
    image.add(ImageSection(".symtab", SHT_SYMTAB, 0, 0, rows.data, 0, len(image.sections) + 1, locals_end, 8, entry))
    image.add(ImageSection(".strtab", SHT_STRTAB, data=strings.data))
