"""Numbers of the ELF format: System V ABI, "Object Files"; RISC-V ELF psABI."""

from __future__ import annotations

import struct
from typing import NamedTuple

ET_REL, ET_EXEC, EM_RISCV = 1, 2, 243
SHT_NULL, SHT_SYMTAB, SHT_STRTAB, SHT_RELA, SHT_REL, SHT_GROUP = 0, 2, 3, 4, 9, 17
PT_LOAD, PT_TLS, PT_GNU_STACK, PT_RISCV_ATTRIBUTES = 1, 7, 0x6474E551, 0x70000003
PF_X, PF_W, PF_R = 1, 2, 4
SHN_UNDEF, SHN_ABS, SHN_COMMON = 0, 0xFFF1, 0xFFF2
EF_RISCV_RVC = 1
GRP_COMDAT = 1

BINDINGS = {"local": 0, "global": 1, "weak": 2}
TYPES = {"notype": 0, "object": 1, "func": 2, "section": 3, "file": 4, "common": 5, "tls": 6, "ifunc": 10}
VISIBILITIES = {"default": 0, "internal": 1, "hidden": 2, "protected": 3}


class Layouts(NamedTuple):
    """The records of one ELF class. Symbols: see `symbol`, whose fields stand in another order in 64 bits."""

    bits: int
    ehdr: struct.Struct
    phdr: struct.Struct
    shdr: struct.Struct
    sym: struct.Struct
    rela: struct.Struct

    def symbol(self, name: int, value: int, size: int, info: int, other: int, section: int) -> bytes:
        """One symbol-table entry."""
        if self.bits == 64:
            return self.sym.pack(name, info, other, section, value, size)
        return self.sym.pack(name, value & 0xFFFFFFFF, size & 0xFFFFFFFF, info, other, section)

    def segment(self, kind: int, flags: int, offset: int, address: int, filesz: int, memsz: int, align: int) -> bytes:
        """One program header."""
        if self.bits == 64:
            return self.phdr.pack(kind, flags, offset, address, address, filesz, memsz, align)
        return self.phdr.pack(kind, offset, address, address, filesz, memsz, flags, align)

    def relocation(self, offset: int, symbol: int, kind: int, addend: int) -> bytes:
        """One RELA entry."""
        shift = 32 if self.bits == 64 else 8
        return self.rela.pack(offset, symbol << shift | kind, addend)


LAYOUTS = {
    64: Layouts(
        64,
        struct.Struct("<16sHHIQQQIHHHHHH"),
        struct.Struct("<IIQQQQQQ"),
        struct.Struct("<IIQQQQIIQQ"),
        struct.Struct("<IBBHQQ"),
        struct.Struct("<QQq"),
    ),
    32: Layouts(
        32,
        struct.Struct("<16sHHIIIIIHHHHHH"),
        struct.Struct("<IIIIIIII"),
        struct.Struct("<IIIIIIIIII"),
        struct.Struct("<IIIBBH"),
        struct.Struct("<IIi"),
    ),
}
