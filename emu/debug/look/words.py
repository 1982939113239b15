"""How values are written: addresses, sizes, counts, page-table bits, MESI letters, cells of tables."""

from __future__ import annotations

from emu.debug.view import Line, Span

UNITS = ("itlb", "dtlb", "l2tlb")
LEVELS = ("l1i", "l1d", "l2", "llc")
MESI = "ISEM"


def address(value: int, xlen: int = 64) -> str:
    """0x and as many digits as the width has."""
    return f"{value & ((1 << xlen) - 1):#0{xlen // 4 + 2}x}"


def addr(value: int) -> list[Span]:
    """An address as a cell: 0x and the digits that it needs."""
    return [(f"{value:#x}", "addr")]


def size(count: int) -> str:
    """Bytes in the largest unit that divides them."""
    for unit, shift in (("G", 30), ("M", 20), ("K", 10)):
        if count >= 1 << shift and not count & ((1 << shift) - 1):
            return f"{count >> shift}{unit}"
    return str(count)


def number(value: int) -> str:
    """12,345."""
    return f"{value:,}"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 page`, `2 pages`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def share(part: int, whole: int) -> str:
    """A percentage with one decimal."""
    return f"{100 * part / whole:.1f} %" if whole else ""


def state(letter: int) -> list[Span]:
    """A MESI state as a cell."""
    return [(MESI[letter], MESI[letter])]


def symbol(name: str) -> Line:
    """A symbol as a cell, '' for none."""
    return [(name, "symbol")] if name else ""


def signed(value: int, bits: int) -> int:
    """The low bits as a signed number."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value
