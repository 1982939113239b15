"""The symbol table: names to addresses and back."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from struct import calcsize, iter_unpack
from typing import Any, NamedTuple

from emu.errors import EmuError, did_you_mean

KINDS = ("", "object", "function")  # STT_NOTYPE, STT_OBJECT, STT_FUNC
SHN_LORESERVE = 0xFF00
LONGEST_NAME = 4096
FAR = 1 << 16  # a symbol without a size reaches this far at most


class Symbol(NamedTuple):
    """A name with its address, its size (0: unknown) and whether it is a function, an object or neither."""

    start: int
    size: int
    name: str
    kind: str
    is_global: bool


class SymbolTable:
    """Sorted by address; among names of one address functions, then global ones, come first."""

    def __init__(self, rows: list[Symbol]) -> None:
        self.rows = sorted(rows, key=lambda s: (s.start, s.kind != "function", not s.is_global, s.name))
        self.starts = [row.start for row in self.rows]
        self.by_name: dict[str, Symbol] = {}
        for row in self.rows:
            if row.name not in self.by_name or row.is_global:
                self.by_name[row.name] = row

    @classmethod
    def read(cls, elf: Any, bias: int = 0) -> SymbolTable:
        """Those of .symtab, else of .dynsym; none of a file that can't be read."""
        rows: list[Symbol] = []
        try:
            table = elf.get_section_by_name(".symtab") or elf.get_section_by_name(".dynsym")
            if table is not None:
                strings = elf.get_section(table["sh_link"]).data()
                rows = [row._replace(start=row.start + bias) for row in _rows(table.data(), strings, elf.elfclass)]
        except Exception:  # hostile
            pass
        return cls(rows)

    def address(self, name: str) -> int:
        """Where a name stands. EmuError with those that resemble it."""
        row = self.by_name.get(name)
        if row is None:
            raise EmuError(f"no symbol is called {name!r}", hint=did_you_mean(name, self.by_name))
        return row.start

    def at(self, addr: int) -> Symbol | None:
        """The symbol that an address belongs to."""
        index = bisect_right(self.starts, addr) - 1
        if index < 0:
            return None
        start = self.starts[index]
        while index > 0 and self.starts[index - 1] == start:
            index -= 1
        row = self.rows[index]
        return row if addr - start < max(row.size, FAR) else None

    def name(self, addr: int) -> str:
        """`main+0x1c`, or ''."""
        row = self.at(addr)
        if row is None:
            return ""
        offset = addr - row.start
        return f"{row.name}+{offset:#x}" if offset else row.name

    def end(self, row: Symbol) -> int:
        """The first address behind a symbol: its size, or where the next one begins that is no local label."""
        if row.size:
            return row.start + row.size
        index = bisect_right(self.starts, row.start)
        return self.starts[index] if index < len(self.starts) else row.start + FAR


def _rows(table: bytes, strings: bytes, width: int) -> Iterator[Symbol]:
    """The symbols that name a place in the program, and are no mapping symbols or local labels."""
    order = "<IBBHQQ" if width == 64 else "<IIIBBH"
    size = calcsize(order)
    for row in iter_unpack(order, table[: len(table) // size * size]):
        name_at, info, shndx, value, length = (
            (row[0], row[1], row[3], row[4], row[5]) if width == 64 else (row[0], row[3], row[5], row[1], row[2])
        )
        if info & 15 > 2 or not 0 < shndx < SHN_LORESERVE:
            continue
        end = strings.find(b"\0", name_at, name_at + LONGEST_NAME)
        name = strings[name_at : end if end >= 0 else name_at].decode("utf-8", "replace")
        if name and not name.startswith(("$", ".L")):
            yield Symbol(value, length, name, KINDS[info & 15], info >> 4 != 0)
