"""Values into bytes, where a relocation wants them; for the assembler (labels near by) and the linker (the rest)."""

from __future__ import annotations

from emu.asm.constants import low12
from emu.asm.errors import Mistake
from emu.asm.relocations import Relocation
from emu.isa.formats import FIELDS, Field


def patch(data: bytearray, offset: int, relocation: Relocation, value: int, xlen: int) -> None:
    """Writes a final value; Mistake if it does not fit."""
    where = relocation.where
    if where == "-":
        return
    if where == "call":
        put_field(data, offset, FIELDS["imm_u"], upper(value, xlen))
        put_field(data, offset + 4, FIELDS["imm_i"], low12(value))
    elif where[0] == "w":
        put_word(data, offset, int(where[1:]), relocation.how, value)
    elif where == "uleb":
        put_uleb(data, offset, relocation.name, value)
    else:
        put_field(data, offset, FIELDS[where], _field_value(FIELDS[where], relocation, value, xlen))


def _field_value(field: Field, relocation: Relocation, value: int, xlen: int) -> int:
    if field.shift:
        return upper(value, xlen)
    if relocation.how == "pcrel":
        value = wrap32(value) if xlen == 32 else value
        if not field.allows(value):
            if value % field.scale:
                raise Mistake(f"the target is not at a multiple of {field.scale} bytes (offset {value})")
            raise Mistake(
                f"the target is {abs(value)} bytes away; {relocation.name} reaches {field.minimum}..{field.maximum}",
                None,
                "call or tail reach any address; j and jal 1 MiB, branches 4 KiB",
            )
        return value
    return low12(value)


def wrap32(value: int) -> int:
    """To signed 32 bits."""
    return ((value + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)


def upper(value: int, xlen: int) -> int:
    """What lui or auipc must add so that the signed low 12 bits make up the rest."""
    value += 0x800
    if xlen == 64 and not -(1 << 31) <= value < 1 << 31:
        raise Mistake(f"{value - 0x800:#x} does not fit in the 32 bits that lui or auipc and a low part can make")
    return wrap32(value) & ~0xFFF


def put_field(data: bytearray, offset: int, field: Field, value: int) -> None:
    """Replaces one field of the instruction at `offset`."""
    length = 2 if field.name.startswith("c_") else 4
    if offset + length > len(data):
        raise Mistake(f"relocation at {offset:#x} lies outside its section")
    word = int.from_bytes(data[offset : offset + length], "little") & ~field.bits | field.insert(value)
    data[offset : offset + length] = word.to_bytes(length, "little")


def put_word(data: bytearray, offset: int, bits: int, how: str, value: int) -> None:
    """Writes, or adds to, or subtracts from, a little-endian word; 6 bits leave the top two of their byte alone."""
    length = max(bits // 8, 1)
    if offset + length > len(data):
        raise Mistake(f"relocation at {offset:#x} lies outside its section")
    old = int.from_bytes(data[offset : offset + length], "little")
    new = {"add": old + value, "sub": old - value}.get(how, value)
    if how in ("abs", "pcrel", "got") and bits < 64 and not -(1 << (bits - 1)) <= new < 1 << bits:
        raise Mistake(
            f"{new:#x} does not fit in {length} bytes", None, f".{'dword' if bits == 32 else 'word'} has more"
        )
    mask = (1 << bits) - 1
    data[offset : offset + length] = (old & ~mask | new & mask).to_bytes(length, "little")


def put_uleb(data: bytearray, offset: int, name: str, value: int) -> None:
    """Sets or subtracts from a ULEB128 number in the bytes it has."""
    length = 1
    while offset + length <= len(data) and data[offset + length - 1] & 0x80:
        length += 1
    if offset + length > len(data):
        raise Mistake(f"relocation at {offset:#x} lies outside its section")
    old = sum((data[offset + i] & 0x7F) << 7 * i for i in range(length))
    new = (old - value if name.startswith("SUB") else value) & ((1 << 7 * length) - 1)
    data[offset : offset + length] = bytes(
        (new >> 7 * i & 0x7F) | (0x80 if i + 1 < length else 0) for i in range(length)
    )
