"""Where everything goes: input sections into output sections, those into segments, all at addresses.

0x10000  ELF header, .init .text .fini         R X        each segment starts on a page of its own
         .rodata .eh_frame                     R
         .tdata .init_array .got .data .sdata  RW   then .sbss .bss, which take no room in the file
"""

from __future__ import annotations

from emu.asm.elf.constants import LAYOUTS, PF_R, PF_W, PF_X, PT_GNU_STACK, PT_LOAD, PT_RISCV_ATTRIBUTES, PT_TLS
from emu.asm.elf.image import Segment
from emu.asm.errors import AsmError
from emu.asm.linker.outputs import Output, group, output_name, rank
from emu.asm.objects import ObjectSection
from emu.asm.sections import SHF_ALLOC, SHF_EXECINSTR, SHF_MERGE, SHF_STRINGS, SHF_TLS, SHF_WRITE, SHT_NOBITS

BASE = 0x10000
PAGE = 0x1000
FIRST_ALIGN = 64  # code begins on a cache line, whatever the number of program headers


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
        self.outputs = sorted(outputs.values(), key=rank)
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
        groups = [[o for o in self.loaded() if group(o) == number] for number in range(3)]
        present = [(number, members) for number, members in enumerate(groups) if members]
        tls = [o for o in self.loaded() if o.flags & SHF_TLS]
        layout = LAYOUTS[self.xlen]
        count = len(present) + bool(tls) + 1 + self.has_attributes
        header = layout.ehdr.size + count * layout.phdr.size
        address, offset = BASE, 0
        for index, (number, members) in enumerate(present):
            address, offset = address + -address % PAGE, offset + -offset % PAGE
            start, start_offset = address, offset
            if index == 0:
                address, offset = address + header, offset + header
                address, offset = address + -address % FIRST_ALIGN, offset + -offset % FIRST_ALIGN
            address, offset = self._pack(members, address, offset)
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
