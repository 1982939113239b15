"""The line table: addresses to source lines and back."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from posixpath import basename, normpath
from typing import Any, NamedTuple

from emu.asm.dwarf.lookup import file_name

MOST_UNITS, MOST_ROWS = 20_000, 2_000_000


class Row(NamedTuple):
    """From this address on, instructions come from this line; line 0: from none. is_stmt: a good place to stop."""

    address: int
    file: str
    line: int
    is_stmt: bool
    prologue_end: bool


class LineTable:
    """The rows of all units, by address; sequences are ended by rows of line 0."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = stops(sorted(rows, key=lambda row: (row.address, row.line > 0)))
        self.addresses = [row.address for row in self.rows]
        self.files = sorted({row.file for row in self.rows if row.line})

    @classmethod
    def read(cls, dwarf: Any, bias: int = 0) -> LineTable:
        """All line programs; those that can't be read are left out."""
        rows: list[Row] = []
        try:
            for row in _rows(dwarf):
                rows.append(row._replace(address=row.address + bias))
                if len(rows) >= MOST_ROWS:
                    break
        except Exception:  # hostile
            pass
        return cls(rows)

    def find(self, addr: int) -> Row | None:
        """The row that an instruction belongs to."""
        index = bisect_right(self.addresses, addr) - 1
        return self.rows[index] if index >= 0 and self.rows[index].line else None

    def range_of(self, addr: int) -> tuple[int, int] | None:
        """The first address and the end of the run of rows of one line that holds `addr`: what `step` leaves."""
        index = bisect_right(self.addresses, addr) - 1
        if index < 0 or not self.rows[index].line:
            return None
        here = self.rows[index][1:3]
        first = index
        while first > 0 and self.rows[first - 1][1:3] == here:
            first -= 1
        last = index + 1
        while last < len(self.rows) and self.rows[last][1:3] == here:
            last += 1
        end = self.addresses[last] if last < len(self.rows) else addr + 4
        return self.addresses[first], max(end, addr + 1)

    def starts_line(self, addr: int) -> bool:
        """Whether a statement begins exactly here."""
        index = bisect_left(self.addresses, addr)
        return any(row.address == addr and row.line and row.is_stmt for row in self.rows[index : index + 4])

    def matching(self, file: str) -> list[str]:
        """The files of the table that a name means: the whole path, or its end."""
        exact = [name for name in self.files if name == file or normpath(name) == normpath(file)]
        return exact or [name for name in self.files if name.endswith("/" + file) or basename(name) == file]

    def places(self, file: str, line: int) -> tuple[int, list[int]]:
        """(the line that has code, at or behind the one asked for; one address for each piece of it)."""
        lines = [row.line for row in self.rows if row.file == file and row.line >= line and row.is_stmt]
        if not lines:
            return 0, []
        found = min(lines)
        places, last = [], None
        for row in self.rows:
            mine = row.file == file and row.line == found
            if mine and row.is_stmt and not last:
                places.append(row.address)
            last = mine
        return found, places

    def after_prologue(self, start: int, end: int, second: bool) -> int | None:
        """Where a function's body begins: the row marked so; else, if `second`, the second statement, as gdb has it."""
        index = bisect_left(self.addresses, start)
        inside = []
        for row in self.rows[index:]:
            if row.address >= end:
                break
            if row.line:
                inside.append(row)
        for row in inside:
            if row.prologue_end:
                return row.address
        later = [row.address for row in inside if row.is_stmt and row.address > start]
        return later[0] if second and later else None


def stops(rows: list[Row]) -> list[Row]:
    """Without the rows that share an address with a statement and are none: optimised code has many of them."""
    statements = {row.address for row in rows if row.is_stmt and row.line}
    return [row for row in rows if row.is_stmt or row.address not in statements]


def _rows(dwarf: Any) -> Iterator[Row]:
    seen: set[int] = set()
    for count, unit in enumerate(dwarf.iter_CUs()):
        if count >= MOST_UNITS:
            return
        attribute = unit.get_top_DIE().attributes.get("DW_AT_stmt_list")
        if attribute is None or attribute.value in seen:
            continue
        seen.add(attribute.value)
        program = dwarf.line_program_for_CU(unit)
        names: dict[int, str] = {}
        for entry in program.get_entries():
            state = entry.state
            if state is not None:
                if state.file not in names:
                    names[state.file] = file_name(program, state.file)
                line = 0 if state.end_sequence else state.line
                end = bool(getattr(state, "prologue_end", False))
                yield Row(state.address, names[state.file], line, bool(state.is_stmt), end)
