"""Debug sections for an object: its line program, and a compilation unit unless the source brings its own."""

from __future__ import annotations

from emu.asm.debuglines import DebugLines, Row
from emu.asm.dwarf.line import LineRow, header, sequence
from emu.asm.leb128 import uleb128
from emu.asm.objects import DEFINED, ObjectSection, ObjectSymbol, Reloc
from emu.asm.sections import SHT_PROGBITS, Section

PRODUCER, LANG_ASSEMBLER = b"emu asm\0", 0x8001
UT_COMPILE, TAG_COMPILE_UNIT = 1, 0x11
RLE_START_LENGTH = 0x07
# attribute, form: producer string, language data2, name string, stmt_list and ranges sec_offset, low_pc addr
ATTRIBUTES = ((0x25, 0x08), (0x13, 0x05), (0x03, 0x08), (0x10, 0x17), (0x55, 0x17), (0x11, 0x01))


def add_debug_sections(
    lines: DebugLines, source: str, outputs: dict[Section, ObjectSection], address_size: int
) -> list[ObjectSection]:
    """The sections to add to an object; a .debug_line that the source has opened is filled in place."""
    by_section: dict[Section, list[Row]] = {}
    for row in lines.rows:
        by_section.setdefault(row.fragment.section, []).append(row)
    if not by_section:
        return []
    files = FileTable(lines, source)
    code = [(outputs[section], _rows(rows, files)) for section, rows in by_section.items()]
    present = {section.name: section for section in outputs.values()}
    made: list[ObjectSection] = []
    line = present.get(".debug_line") or _section(".debug_line", made)
    if line.size == 0:
        _fill_line(line, code, files, address_size)
    if ".debug_info" not in present:
        _add_unit(line, [section for section, _ in code], source, address_size, made)
    return made


class FileTable:
    """Files as the line program numbers them: by .file where there is one, else 0 and 1 the source, then others."""

    def __init__(self, lines: DebugLines, source: str) -> None:
        self.directories: list[str] = ["."]
        self.files: list[tuple[str, int]] = []
        self._numbers: dict[str, int] = {source: 1}
        if lines.files:
            main = lines.files.get(0, ("", lines.source_name or source))
            if main[0]:
                self.directories[0] = main[0]
            for number in range(max(lines.files) + 1):
                self._add(*lines.files.get(number, main))
        if len(self.files) < 2:
            self.files += [(source, 0)] * (2 - len(self.files))

    def _add(self, directory: str, name: str) -> None:
        if not directory:
            index = 0
        elif directory in self.directories:
            index = self.directories.index(directory)
        else:
            index = len(self.directories)
            self.directories.append(directory)
        self.files.append((name, index))

    def number(self, file: str | int) -> int:
        """The number of a file by name, or the one that .file gave."""
        if isinstance(file, int):
            return file
        if file not in self._numbers:
            self._numbers[file] = len(self.files)
            self.files.append((file, 0))
        return self._numbers[file]


def _rows(rows: list[Row], files: FileTable) -> list[LineRow]:
    made = [
        LineRow(r.fragment.offset + r.offset, files.number(r.file), r.line, r.column, r.is_stmt, r.prologue_end)
        for r in rows
    ]
    return sorted(made, key=lambda row: row.offset)


def _section(name: str, made: list[ObjectSection]) -> ObjectSection:
    section = ObjectSection(name, SHT_PROGBITS, 0, data=bytearray())
    made.append(section)
    return section


def _reference(section: ObjectSection) -> ObjectSymbol:
    return ObjectSymbol("", DEFINED, section, kind="section", temporary=True)


def _fill_line(
    line: ObjectSection, code: list[tuple[ObjectSection, list[LineRow]]], files: FileTable, address_size: int
) -> None:
    programs = [(section, sequence(rows, section.size, address_size)) for section, rows in code]
    head = header(files.directories, files.files, sum(len(p) for _, p in programs), address_size)
    data = bytearray(head)
    for section, program in programs:
        line.relocs.append(Reloc(len(data) + 3, str(8 * address_size), _reference(section), 0))
        data += program
    line.data, line.size = data, len(data)


def _add_unit(
    line: ObjectSection, code: list[ObjectSection], source: str, address_size: int, made: list[ObjectSection]
) -> None:
    """One compilation unit without children: name, line program, address ranges."""
    abbrev, info, ranges = (_section(name, made) for name in (".debug_abbrev", ".debug_info", ".debug_rnglists"))
    pairs = b"".join(uleb128(a) + uleb128(f) for a, f in ATTRIBUTES)
    abbrev.data += uleb128(1) + uleb128(TAG_COMPILE_UNIT) + b"\0" + pairs + b"\0\0\0"
    info.data += bytes(4) + (5).to_bytes(2, "little") + bytes((UT_COMPILE, address_size))
    _offset(info, abbrev, 0)
    info.data += uleb128(1) + PRODUCER + LANG_ASSEMBLER.to_bytes(2, "little")
    info.data += source.encode("utf-8", "surrogateescape").replace(b"\0", b"?") + b"\0"
    _offset(info, line, 0)
    _offset(info, ranges, 12)
    info.data += bytes(address_size)
    ranges.data += bytes(4) + (5).to_bytes(2, "little") + bytes((address_size, 0)) + bytes(4)
    for section in code:
        ranges.data += bytes((RLE_START_LENGTH,))
        ranges.relocs.append(Reloc(len(ranges.data), str(8 * address_size), _reference(section), 0))
        ranges.data += bytes(address_size) + uleb128(section.size)
    ranges.data += b"\0"
    for section in (abbrev, info, ranges):
        section.size = len(section.data)
    for section in (info, ranges):
        section.data[:4] = (section.size - 4).to_bytes(4, "little")


def _offset(section: ObjectSection, target: ObjectSection, addend: int) -> None:
    """Appends a 4-byte offset into another debug section."""
    section.relocs.append(Reloc(len(section.data), "32", _reference(target), addend))
    section.data += bytes(4)
