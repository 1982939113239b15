"""gdb's /FMT of `x`: a count, a letter for how, a letter for how large: 16gx, 4i, 2s."""

from __future__ import annotations

import struct
from typing import NamedTuple

from emu.debug.look.words import signed
from emu.errors import EmuError

SIZES = {"b": 1, "h": 2, "w": 4, "g": 8}
LETTERS = {
    "x": "hexadecimal",
    "d": "decimal",
    "u": "unsigned",
    "o": "octal",
    "t": "binary",
    "z": "hexadecimal with leading zeros",
    "c": "characters",
    "a": "addresses, with their symbols",
    "f": "floating point",
    "s": "C strings",
    "i": "instructions",
}
MOST = 65_536


class Format(NamedTuple):
    """`count` items, written as `letter` says, of `size` bytes each (0 for strings and instructions)."""

    count: int
    letter: str
    size: int


def parse(text: str, xlen: int, last: Format | None = None) -> Format:
    """'16gx' -> Format(16, 'x', 8); what is left out is as it was last. EmuError for what is no format."""
    digits = text[: len(text) - len(text.lstrip("0123456789"))]
    letter, size = "", 0
    for each in text[len(digits) :]:
        if each in SIZES:
            size = SIZES[each]
        elif each in LETTERS:
            letter = each
        else:
            shown = ", ".join(f"{key} {what}" for key, what in LETTERS.items())
            raise EmuError(f"/{text}: {each!r} is no format", hint=f"{shown}; sizes b h w g are 1 2 4 8 bytes")
    count = int(digits) if digits else 1
    if not 1 <= count <= MOST:
        raise EmuError(f"/{text}: {count} items", hint=f"from 1 to {MOST}")
    letter = letter or (last.letter if last else "x")
    return Format(count, letter, unit(letter, size, xlen, last))


def unit(letter: str, size: int, xlen: int, last: Format | None) -> int:
    """Bytes of one item."""
    if letter in "si":
        return 0
    if letter == "a":
        return xlen // 8
    if letter == "c":
        return size or 1
    if letter == "f":
        return size if size >= 4 else 8
    return size or (last.size if last and last.size else 4)


def write(data: bytes, fmt: Format) -> str:
    """One item as text."""
    value = int.from_bytes(data, "little")
    bits = 8 * fmt.size
    if fmt.letter == "f":
        return f"{struct.unpack('<d' if fmt.size == 8 else '<f', data)[0]:.{17 if fmt.size == 8 else 9}g}"
    if fmt.letter == "c":
        return f"{signed(value, bits)} {quoted(data[:1])}"
    if fmt.letter == "d":
        return str(signed(value, bits))
    if fmt.letter == "t":
        return f"{value:0{bits}b}"
    return {"u": f"{value}", "o": f"{value:#o}", "z": f"{value:#0{bits // 4 + 2}x}"}.get(
        fmt.letter, f"{value:#0{bits // 4 + 2}x}"
    )


def quoted(data: bytes, quote: str = "'") -> str:
    """Bytes as C would write them."""
    known = {0: "\\0", 9: "\\t", 10: "\\n", 13: "\\r", 92: "\\\\", ord(quote): "\\" + quote}
    return quote + "".join(known.get(b) or (chr(b) if 32 <= b < 127 else f"\\{b:03o}") for b in data) + quote
