"""Where everything goes: input sections into output sections, those into segments, all at addresses.

0x10000  ELF header, .init .text .fini         R X        each segment starts on a page of its own
         .rodata .eh_frame                     R
         .tdata .init_array .got .data .sdata  RW   then .sbss .bss, which take no room in the file
"""

from __future__ import annotations

from dataclasses import dataclass, field

from emu.asm.elf.constants import LAYOUTS, PF_R, PF_W, PF_X, PT_GNU_STACK, PT_LOAD, PT_RISCV_ATTRIBUTES, PT_TLS
from emu.asm.elf.image import Segment
from emu.asm.errors import AsmError
from emu.asm.objects import ObjectSection
from emu.asm.sections import SHF_ALLOC, SHF_EXECINSTR, SHF_MERGE, SHF_STRINGS, SHF_TLS, SHF_WRITE, SHT_NOBITS

BASE = 0x10000
PAGE = 0x1000
FIRST_ALIGN = 64  # code begins on a cache line, whatever the number of program headers

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


class Memory:
    """All output sections; after `place`, with addresses, and the segments that load them."""

    def __init__(self, sections: list[ObjectSection], xlen: int, has_attributes: bool) -> None:
        self.xlen, self.has_attributes = xlen, has_attributes
        outputs: dict[tuple[str, int], Output] = {}
        for section in sections:
            name = output_name(section)
            flags = section.flags & (SHF_WRITE | SHF_ALLOC | SHF_EXECINSTR | SHF_TLS)
            output = outputs.setdefault(
                (name, flags & SHF_ALLOC),
                Output(name, section.kind, flags | section.flags & (SHF_MERGE | SHF_STRINGS), section.entsize),
            )
            output.add(section)
        self.outputs = sorted(outputs.values(), key=_rank)
        self.segments: list[Segment] = []
        self.where: dict[ObjectSection, Output] = {}
        self._offsets: dict[ObjectSection, int] = {}
        for output in self.outputs:
            for section, offset in output.pieces:
                self.where[section], self._offsets[section] = output, offset

    def address(self, section: ObjectSection, value: int = 0) -> int:
        """The address of a byte of an input section."""
        return self.where[section].address + self._offsets[section] + value

    def loaded(self) -> list[Output]:
        """Output sections that are in memory."""
        return [output for output in self.outputs if output.flags & SHF_ALLOC]

    def find(self, name: str) -> Output | None:
        """The output section of that name."""
        return next((output for output in self.outputs if output.name == name), None)

    def place(self) -> None:
        """Gives addresses and file offsets."""
        groups = [[o for o in self.loaded() if _group(o) == number] for number in range(3)]
        present = [(number, group) for number, group in enumerate(groups) if group]
        tls = [o for o in self.loaded() if o.flags & SHF_TLS]
        layout = LAYOUTS[self.xlen]
        count = len(present) + bool(tls) + 1 + self.has_attributes
        header = layout.ehdr.size + count * layout.phdr.size
        address, offset = BASE, 0
        for index, (number, group) in enumerate(present):
            address, offset = address + -address % PAGE, offset + -offset % PAGE
            start, start_offset = address, offset
            if index == 0:
                address, offset = address + header, offset + header
                address, offset = address + -address % FIRST_ALIGN, offset + -offset % FIRST_ALIGN
            address, offset = self._pack(group, address, offset)
            flags = (PF_R | PF_X, PF_R, PF_R | PF_W)[number]
            self.segments.append(
                Segment(PT_LOAD, flags, start_offset, start, offset - start_offset, address - start, PAGE)
            )
        if tls:
            self.segments.append(_tls_segment(tls))
        self.segments.append(Segment(PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0, 16))

    def _pack(self, group: list[Output], address: int, offset: int) -> tuple[int, int]:
        """Places sections one after the other; returns the ends in memory and in the file."""
        for output in group:
            gap = -address % output.alignment
            output.address = address + gap
            if output.kind == SHT_NOBITS:
                output.offset = offset
                if not output.flags & SHF_TLS:
                    address += gap + output.size
            else:
                offset += gap
                output.offset = offset
                offset += output.size
                address += gap + output.size
            if address >= 1 << self.xlen:
                raise AsmError(f"the program does not fit in {self.xlen} bits of address space")
        return address, offset

    def end(self, flag: int = 0, nobits: bool = True) -> int:
        """The end of the last section in memory with that flag, with or without those that have no bytes."""
        ends = [
            o.address + o.size
            for o in self.loaded()
            if o.flags & flag == flag
            and (nobits or o.kind != SHT_NOBITS)
            and not (o.kind == SHT_NOBITS and o.flags & SHF_TLS)
        ]
        return max(ends, default=BASE)

    def attributes_segment(self, offset: int, size: int) -> None:
        """The program header that points to .riscv.attributes."""
        self.segments.append(Segment(PT_RISCV_ATTRIBUTES, PF_R, offset, 0, size, 0, 1))


def _tls_segment(tls: list[Output]) -> Segment:
    first = tls[0]
    filesz = sum(o.size for o in tls if o.kind != SHT_NOBITS)
    end = max(o.address + o.size for o in tls)
    alignment = max(o.alignment for o in tls)
    return Segment(PT_TLS, PF_R, first.offset, first.address, filesz, end - first.address, alignment)


def _group(output: Output) -> int:
    if output.flags & SHF_EXECINSTR:
        return 0
    return 2 if output.flags & SHF_WRITE else 1


def _rank(output: Output) -> tuple:
    """By segment; with bytes before without; by ORDER, where a name that is not in it stands before .data or last."""
    known = ORDER.index(output.name) if output.name in ORDER else ORDER.index(".data") - 0.5
    late = output.kind == SHT_NOBITS and not output.flags & SHF_TLS
    return not output.flags & SHF_ALLOC, _group(output), late, known
