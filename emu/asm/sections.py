"""Sections while they grow: flags by name, subsections, the fragment at the end. ELF, "Section Attributes Flags".

letter of .section "..."   w   a   x   M   S   G (group)  T   o   R
"""

from __future__ import annotations

from emu.asm.errors import Mistake
from emu.asm.fragments import Data, Fragment, Space
from emu.asm.limits import MAX_BSS, MAX_OUTPUT
from emu.asm.source import Line

SHF_WRITE, SHF_ALLOC, SHF_EXECINSTR, SHF_MERGE, SHF_STRINGS = 0x1, 0x2, 0x4, 0x10, 0x20
SHF_LINK_ORDER, SHF_GROUP, SHF_TLS, SHF_RETAIN = 0x80, 0x200, 0x400, 0x200000
SHT_PROGBITS, SHT_NOTE, SHT_NOBITS = 1, 7, 8
SHT_INIT_ARRAY, SHT_FINI_ARRAY, SHT_PREINIT_ARRAY = 14, 15, 16
SHT_LLVM_ADDRSIG, SHT_RISCV_ATTRIBUTES = 0x6FFF4C03, 0x70000003

FLAG_LETTERS = {
    "w": SHF_WRITE,
    "a": SHF_ALLOC,
    "x": SHF_EXECINSTR,
    "M": SHF_MERGE,
    "S": SHF_STRINGS,
    "G": SHF_GROUP,
    "T": SHF_TLS,
    "o": SHF_LINK_ORDER,
    "R": SHF_RETAIN,
    "e": 0x80000000,
    "?": 0,
}
TYPE_NAMES = {
    "progbits": SHT_PROGBITS,
    "nobits": SHT_NOBITS,
    "note": SHT_NOTE,
    "init_array": SHT_INIT_ARRAY,
    "fini_array": SHT_FINI_ARRAY,
    "preinit_array": SHT_PREINIT_ARRAY,
    "llvm_addrsig": SHT_LLVM_ADDRSIG,
}

_WA = SHF_WRITE | SHF_ALLOC
# A section's name, or its beginning before a dot -> (type, flags), when the source gives no flags.
KNOWN: dict[str, tuple[int, int]] = {
    ".text": (SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR),
    ".init": (SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR),
    ".fini": (SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR),
    ".rodata": (SHT_PROGBITS, SHF_ALLOC),
    ".srodata": (SHT_PROGBITS, SHF_ALLOC),
    ".eh_frame": (SHT_PROGBITS, SHF_ALLOC),
    ".data": (SHT_PROGBITS, _WA),
    ".sdata": (SHT_PROGBITS, _WA),
    ".bss": (SHT_NOBITS, _WA),
    ".sbss": (SHT_NOBITS, _WA),
    ".tdata": (SHT_PROGBITS, _WA | SHF_TLS),
    ".tbss": (SHT_NOBITS, _WA | SHF_TLS),
    ".init_array": (SHT_INIT_ARRAY, _WA),
    ".fini_array": (SHT_FINI_ARRAY, _WA),
    ".preinit_array": (SHT_PREINIT_ARRAY, _WA),
    ".note": (SHT_NOTE, 0),
}


def known_attributes(name: str) -> tuple[int, int]:
    """(type, flags) of a section that the source names without flags."""
    stem = "." + name[1:].split(".")[0]
    return KNOWN.get(name) or KNOWN.get(stem) or (SHT_PROGBITS, 0)


class Section:
    """One section of one object. Fragments are kept per subsection (`.text 1`) and joined in their order."""

    def __init__(
        self, name: str, kind: int, flags: int, entsize: int = 0, group: str = "", comdat: bool = False
    ) -> None:
        self.name, self.kind, self.flags, self.entsize, self.group, self.comdat = (
            name,
            kind,
            flags,
            entsize,
            group,
            comdat,
        )
        self.alignment = 1
        self.subsections: dict[int, list[Fragment]] = {0: []}
        self.current = 0
        self.total = 0

    @property
    def is_code(self) -> bool:
        """Whether padding should be nops and the section holds instructions."""
        return bool(self.flags & SHF_EXECINSTR)

    @property
    def is_nobits(self) -> bool:
        """Whether it takes no room in the file."""
        return self.kind == SHT_NOBITS

    def fragments(self) -> list[Fragment]:
        """All fragments in their final order."""
        return [f for number in sorted(self.subsections) for f in self.subsections[number]]

    def add(self, fragment: Fragment) -> Fragment:
        """Appends a fragment to the current subsection."""
        row = self.subsections[self.current]
        fragment.index, fragment.row = len(row), row
        row.append(fragment)
        return fragment

    def data(self, line: Line) -> Data:
        """The Data fragment to append bytes to."""
        row = self.subsections[self.current]
        if row and type(row[-1]) is Data:
            return row[-1]
        if self.is_nobits:
            raise Mistake(
                f"section {self.name} takes no data, only space", None, "use .zero or .skip, or section .data"
            )
        return self.add(Data(self, line))

    def space(self, line: Line, size: int) -> None:
        """Appends zero bytes without storing them."""
        self.count(size)
        row = self.subsections[self.current]
        if not (row and type(row[-1]) is Space):
            self.add(Space(self, line))
        row[-1].size += size

    def count(self, size: int) -> None:
        """Keeps the books of the size; Mistake when it goes past the limit."""
        self.total += size
        limit = MAX_BSS if self.is_nobits else MAX_OUTPUT
        if self.total > limit:
            raise Mistake(f"section {self.name} grows past {limit >> 20} MB")

    def position(self, line: Line) -> tuple[Fragment, int]:
        """Where the next byte will go: a fragment and an offset in it."""
        row = self.subsections[self.current]
        last = row[-1] if row else None
        if type(last) is Data:
            return last, len(last.data)
        if type(last) is Space:
            return last, last.size
        fragment = self.add(Space(self, line) if self.is_nobits else Data(self, line))
        return fragment, 0
