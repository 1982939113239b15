"""An ELF file while it is put together: sections and segments in, bytes out."""

from __future__ import annotations

from dataclasses import dataclass, field

from emu.asm.elf.constants import EM_RISCV, LAYOUTS, SHT_NULL, SHT_STRTAB
from emu.asm.sections import SHT_NOBITS


class Strings:
    """A string table: each string once."""

    def __init__(self) -> None:
        self.data, self._offsets = bytearray(1), {"": 0}

    def add(self, text: str) -> int:
        """The offset of a string."""
        if text not in self._offsets:
            self._offsets[text] = len(self.data)
            self.data += text.encode("utf-8", "surrogateescape") + b"\0"
        return self._offsets[text]


@dataclass(eq=False, slots=True)
class ImageSection:
    """A section header and its contents; `offset` is set by the writer unless it is given."""

    name: str
    kind: int
    flags: int = 0
    address: int = 0
    data: bytes | bytearray = b""
    size: int = 0
    link: int = 0
    info: int = 0
    alignment: int = 1
    entsize: int = 0
    offset: int | None = None


@dataclass(eq=False, slots=True)
class Segment:
    """A program header."""

    kind: int
    flags: int
    offset: int
    address: int
    filesz: int
    memsz: int
    alignment: int


@dataclass(eq=False, slots=True)
class Image:
    """The whole file."""

    xlen: int
    kind: int
    flags: int
    entry: int = 0
    sections: list[ImageSection] = field(default_factory=lambda: [ImageSection("", SHT_NULL, alignment=0)])
    segments: list[Segment] = field(default_factory=list)

    def add(self, section: ImageSection) -> int:
        """Appends a section; returns its index."""
        self.sections.append(section)
        return len(self.sections) - 1

    def to_bytes(self) -> bytes:
        """The file: header, program headers, sections at their offsets, section headers."""
        layout = LAYOUTS[self.xlen]
        names = Strings()
        offsets = [names.add(s.name) for s in self.sections] + [names.add(".shstrtab")]
        self.add(ImageSection(".shstrtab", SHT_STRTAB, data=names.data))
        out = bytearray(layout.ehdr.size + len(self.segments) * layout.phdr.size)
        for section in sorted(self.sections, key=lambda s: (s.offset is None, s.offset)):
            self._place(out, section)
        out += bytes(-len(out) % 8)
        table = len(out)
        for name, section in zip(offsets, self.sections, strict=True):
            out += self._header(section, name)
        head = self._file_header(table) + b"".join(self._segment(s) for s in self.segments)
        out[: len(head)] = head
        return bytes(out)

    def _place(self, out: bytearray, section: ImageSection) -> None:
        if section.kind == SHT_NULL:
            section.offset = 0
            return
        if section.offset is None:
            section.offset = len(out) + -len(out) % max(section.alignment, 1)
        section.size = section.size or len(section.data)
        if section.kind != SHT_NOBITS:
            out += bytes(section.offset - len(out)) + section.data

    def _header(self, s: ImageSection, name: int) -> bytes:
        layout = LAYOUTS[self.xlen]
        return layout.shdr.pack(
            name, s.kind, s.flags, s.address, s.offset, s.size, s.link, s.info, s.alignment, s.entsize
        )

    def _segment(self, s: Segment) -> bytes:
        return LAYOUTS[self.xlen].segment(s.kind, s.flags, s.offset, s.address, s.filesz, s.memsz, s.alignment)

    def _file_header(self, table: int) -> bytes:
        layout = LAYOUTS[self.xlen]
        ident = b"\x7fELF" + bytes([2 if self.xlen == 64 else 1, 1, 1]) + bytes(9)
        phoff, phentsize = (layout.ehdr.size, layout.phdr.size) if self.segments else (0, 0)
        return layout.ehdr.pack(
            ident,
            self.kind,
            EM_RISCV,
            1,
            self.entry,
            phoff,
            table,
            self.flags,
            layout.ehdr.size,
            phentsize,
            len(self.segments),
            layout.shdr.size,
            len(self.sections),
            len(self.sections) - 1,
        )
