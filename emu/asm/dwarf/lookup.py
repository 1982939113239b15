"""Addresses to source lines, from the line tables of an ELF."""

from __future__ import annotations

from bisect import bisect_right
from posixpath import join
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from elftools.dwarf.lineprogram import LineProgram
    from elftools.elf.elffile import ELFFile
    from elftools.elf.sections import Section


class SourceLine(NamedTuple):
    """A line of a source file; column 0 is unknown."""

    file: str
    line: int
    column: int


class LineMap:
    """All line tables of an ELF, ordered by address. Call inside `reading`."""

    def __init__(self, elf: ELFFile) -> None:
        rows: list[tuple[int, SourceLine | None]] = []
        if elf.has_dwarf_info() and not any(map(_is_unreadable, elf.iter_sections())):
            dwarf = elf.get_dwarf_info()
            for unit in dwarf.iter_CUs():
                program = dwarf.line_program_for_CU(unit)
                if program is not None:
                    rows += _rows(program)
        rows.sort(key=lambda row: row[0])
        self._addresses = [address for address, _ in rows]
        self._lines = [line for _, line in rows]

    def find(self, address: int) -> SourceLine | None:
        """The line that the instruction there comes from."""
        index = bisect_right(self._addresses, address) - 1
        return self._lines[index] if index >= 0 else None


def _is_unreadable(section: Section) -> bool:
    """Debug sections that would unpack to any size: compressed ones, and those that claim to be zeros."""
    return section.name.startswith(".debug") and (section.compressed or section["sh_type"] == "SHT_NOBITS")


def _rows(program: LineProgram) -> list[tuple[int, SourceLine | None]]:
    names: dict[int, str] = {}
    rows: list[tuple[int, SourceLine | None]] = []
    for entry in program.get_entries():
        state = entry.state
        if state is None:
            continue
        if state.file not in names:
            names[state.file] = file_name(program, state.file)
        line = None if state.end_sequence or not state.line else SourceLine(names[state.file], state.line, state.column)
        rows.append((state.address, line))
    return rows


def file_name(program: LineProgram, number: int) -> str:
    """The path of a file: its name below its directory, unless that is '.' or the name is absolute."""
    base = 0 if program["version"] >= 5 else 1
    files, directories = program["file_entry"], program["include_directory"]
    if not base <= number < len(files) + base:
        return "?"
    entry = files[number - base]
    name, index = entry.name.decode("utf-8", "replace"), entry.dir_index - base
    directory = directories[index].decode("utf-8", "replace") if 0 <= index < len(directories) else "."
    return name if directory in ("", ".") else join(directory, name)
