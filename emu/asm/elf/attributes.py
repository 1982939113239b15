""".riscv.attributes: RISC-V ELF psABI, "Attributes". Tags with odd numbers hold strings, even ones numbers."""

from __future__ import annotations

from emu.asm.leb128 import uleb128

VENDOR = b"riscv\0"


def encode_attributes(attributes: dict[int, int | str]) -> bytes:
    """The section's contents for {tag: value}."""
    body = b"".join(uleb128(tag) + _value(value) for tag, value in sorted(attributes.items()))
    file_part = b"\x01" + (len(body) + 5).to_bytes(4, "little") + body
    vendor = VENDOR + file_part
    return b"A" + (len(vendor) + 4).to_bytes(4, "little") + vendor


def _value(value: int | str) -> bytes:
    return uleb128(value) if isinstance(value, int) else value.encode("ascii", "replace") + b"\0"


def decode_attributes(data: bytes) -> dict[int, int | str]:
    """The {tag: value} of a section; {} for anything it cannot read."""
    start = data.find(VENDOR)
    if data[:1] != b"A" or start != 5:
        return {}
    position, found = start + len(VENDOR) + 5, {}
    while position < len(data):
        tag, position = _read_uleb(data, position)
        if tag % 2:
            end = data.find(b"\0", position)
            if end < 0:
                return found
            found[tag] = data[position:end].decode("ascii", "replace")
            position = end + 1
        else:
            found[tag], position = _read_uleb(data, position)
    return found


def _read_uleb(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(data) and shift < 64:
        byte = data[position]
        value |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if not byte & 0x80:
            break
    return value, position
