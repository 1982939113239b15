"""R_RISCV_ALIGN: code of gcc and clang that expects linker relaxation is padded too far; the linker cuts it right.

The only relaxation done here, since without it alignment would be wrong. RISC-V ELF psABI, "Linker Relaxation".
"""

from __future__ import annotations

from emu.asm.elastic import nops
from emu.asm.objects import Object, ObjectSection


def settle_alignment(obj: Object) -> None:
    """Cuts the padding in all sections of an object, and moves symbols and relocations along."""
    for section in obj.sections:
        if any(reloc.kind == "ALIGN" for reloc in section.relocs):
            _settle(obj, section)


def _settle(obj: Object, section: ObjectSection) -> None:
    cuts: list[tuple[int, int]] = []  # (old offset, bytes removed there)
    data, out, position = section.data, bytearray(), 0
    for reloc in sorted((r for r in section.relocs if r.kind == "ALIGN"), key=lambda r: r.offset):
        room = reloc.addend
        if not 0 <= room <= len(data) - reloc.offset or reloc.offset < position:
            continue
        alignment = 1 << (room + 1).bit_length()
        out += data[position : reloc.offset]
        padding = min(-len(out) % alignment, room)
        out += nops(padding, True)
        position = reloc.offset + room
        cuts.append((position - (room - padding), room - padding))
        section.alignment = max(section.alignment, alignment)
    section.data = out + data[position:]
    section.size = len(section.data)

    def moved(offset: int) -> int:
        return offset - sum(min(size, max(offset - start, 0)) for start, size in cuts)

    section.relocs = [r._replace(offset=moved(r.offset)) for r in section.relocs if r.kind != "ALIGN"]
    for symbol in obj.symbols:
        if symbol.section is section:
            end = moved(symbol.value + symbol.size)
            symbol.value = moved(symbol.value)
            symbol.size = end - symbol.value
