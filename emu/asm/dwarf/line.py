"""The line-number program: DWARF 5, "Line Number Information"."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from emu.asm.leb128 import sleb128, uleb128

LINE_BASE, LINE_RANGE, OPCODE_BASE = -5, 14, 13
STANDARD_LENGTHS = bytes((0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1))
COPY, ADVANCE_PC, ADVANCE_LINE, SET_FILE, SET_COLUMN, NEGATE_STMT, SET_PROLOGUE_END = 1, 2, 3, 4, 5, 6, 10
END_SEQUENCE, SET_ADDRESS = 1, 2
LNCT_PATH, LNCT_DIRECTORY, FORM_STRING, FORM_UDATA = 1, 2, 0x08, 0x0F


class LineRow(NamedTuple):
    """The instruction at an offset of a section comes from this place; `file` indexes the file table."""

    offset: int
    file: int
    line: int
    column: int
    is_stmt: bool
    prologue_end: bool


def sequence(rows: Iterable[LineRow], size: int, address_size: int) -> bytes:
    """The program of one section: the address, 0 here, stands at byte 3 for a relocation; ends at `size`."""
    out = bytearray((0, address_size + 1, SET_ADDRESS)) + bytes(address_size)
    last = LineRow(0, 1, 1, 0, True, False)
    for row in rows:
        out += _changes(last, row)
        out += _advance(row.offset - last.offset, row.line - last.line)
        last = row
    out += bytes((ADVANCE_PC,)) + uleb128(size - last.offset)
    return bytes(out + bytes((0, 1, END_SEQUENCE)))


def _changes(last: LineRow, row: LineRow) -> bytes:
    """What must be said before the row is made."""
    out = b""
    if row.file != last.file:
        out += bytes((SET_FILE,)) + uleb128(row.file)
    if row.column != last.column:
        out += bytes((SET_COLUMN,)) + uleb128(row.column)
    if row.is_stmt != last.is_stmt:
        out += bytes((NEGATE_STMT,))
    return out + (bytes((SET_PROLOGUE_END,)) if row.prologue_end else b"")


def _advance(distance: int, lines: int) -> bytes:
    """Makes a row after moving address and line: one special opcode if it reaches."""
    out = b""
    if not LINE_BASE <= lines < LINE_BASE + LINE_RANGE:
        out, lines = bytes((ADVANCE_LINE,)) + sleb128(lines), 0
    special = lines - LINE_BASE + LINE_RANGE * distance + OPCODE_BASE
    if special <= 255:
        return out + bytes((special,))
    return out + bytes((ADVANCE_PC,)) + uleb128(distance) + bytes((lines - LINE_BASE + OPCODE_BASE,))


def header(directories: list[str], files: list[tuple[str, int]], programs: int, address_size: int) -> bytes:
    """Everything before the program, whose length is `programs`; files are (name, index of directory)."""
    tables = bytes((1,)) + uleb128(LNCT_PATH) + uleb128(FORM_STRING) + uleb128(len(directories))
    tables += b"".join(_string(directory) for directory in directories)
    tables += bytes((2,)) + uleb128(LNCT_PATH) + uleb128(FORM_STRING) + uleb128(LNCT_DIRECTORY) + uleb128(FORM_UDATA)
    tables += uleb128(len(files)) + b"".join(_string(name) + uleb128(index) for name, index in files)
    fixed = bytes((1, 1, 1, LINE_BASE & 0xFF, LINE_RANGE, OPCODE_BASE)) + STANDARD_LENGTHS
    after = len(fixed) + len(tables)
    start = (5).to_bytes(2, "little") + bytes((address_size, 0)) + after.to_bytes(4, "little")
    length = len(start) + after + programs
    return length.to_bytes(4, "little") + start + fixed + tables


def _string(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape").replace(b"\0", b"?") + b"\0"
