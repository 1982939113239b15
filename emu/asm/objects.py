"""An object: what one source file or one .o file comes to, and what the linker takes. ELF, "Object Files"."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from emu.asm.source import Line

UNDEFINED, ABSOLUTE, COMMON, DEFINED = "undefined", "absolute", "common", "defined"


@dataclass(eq=False, slots=True)
class ObjectSymbol:
    """`value` is an offset in `section` (DEFINED), a number (ABSOLUTE) or an alignment (COMMON)."""

    name: str
    state: str = UNDEFINED
    section: ObjectSection | None = None
    value: int = 0
    size: int = 0
    binding: str = "local"
    kind: str = "notype"
    visibility: str = "default"
    temporary: bool = False
    place: tuple[Line, int] | None = None


class Reloc(NamedTuple):
    """A place in a section that waits for an address: `kind` of emu.asm.relocations, symbol + addend."""

    offset: int
    kind: str
    symbol: ObjectSymbol
    addend: int
    place: tuple[Line, int] | None = None


@dataclass(eq=False, slots=True)
class ObjectSection:
    """Bytes (none if nobits) and the relocations into them."""

    name: str
    kind: int
    flags: int
    alignment: int = 1
    data: bytes | bytearray = b""
    size: int = 0
    entsize: int = 0
    group: str = ""
    relocs: list[Reloc] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Object:
    """One object; `rvc` whether any code in it may be compressed, `flags` further bits of e_flags."""

    name: str
    xlen: int
    sections: list[ObjectSection]
    symbols: list[ObjectSymbol]
    rvc: bool = True
    flags: int = 0
    attributes: dict[int, int | str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def to_bytes(self) -> bytes:
        """The object as an ELF file (.o)."""
        from emu.asm.elf.objectfile import write_object

        return write_object(self)
