"""Numbers of variable length: DWARF, "Variable Length Data"."""

from __future__ import annotations


def uleb128(value: int, size: int = 0) -> bytes:
    """Unsigned LEB128, padded to `size` bytes; a negative value is taken modulo 2^64."""
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F or len(out) + 1 < size:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def sleb128(value: int, size: int = 0) -> bytes:
    """Signed LEB128, padded to `size` bytes."""
    out = bytearray()
    while not -0x40 <= value < 0x40 or len(out) + 1 < size:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value & 0x7F])
