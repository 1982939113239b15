"""A value of an expression: a number with a width and a sign, and where it came from when it has a place."""

from __future__ import annotations

from dataclasses import dataclass
from struct import pack, unpack

from emu.debug.source.declare import pointer_name
from emu.debug.source.types import Type


@dataclass(frozen=True, slots=True)
class Value:
    """`number` is within `bits`, negative only if signed. `address`: of the memory it came from; `register`: its name.

    `type` is C's, where it is known; of structures and arrays `number` is their address, of floating-point numbers
    their bits. `field`: of a bit-field, its first bit in what lies at `address`, and how many. `via`: the type of the
    reference of C++ that it was read through.
    """

    number: int
    bits: int = 64
    signed: bool = True
    address: int | None = None
    register: str = ""
    type: Type | None = None
    field: tuple[int, int] | None = None
    via: Type | None = None

    @property
    def unsigned(self) -> int:
        """The same bits as a number without sign."""
        return self.number & ((1 << self.bits) - 1)

    def word(self, xlen: int) -> int:
        """The number without sign, as a register holds it: what is narrower is extended by its sign."""
        return self.number & ((1 << max(self.bits, xlen)) - 1)

    @property
    def register_bits(self) -> int:
        """The 64 bits that a register holds for it (psABI): by its type to 32 bits, then by their sign."""
        number = self.number - (1 << 32) if self.bits == 32 and self.number >> 31 == 1 else self.number
        return number & (1 << 64) - 1

    @property
    def is_float(self) -> bool:
        """Whether the bits are those of a float or double."""
        return self.type is not None and self.type.is_float

    @property
    def real(self) -> float:
        """What it is as a floating-point number."""
        if not self.is_float:
            return float(self.number)
        return unpack("<f" if self.bits == 32 else "<d", self.unsigned.to_bytes(self.bits // 8, "little"))[0]

    @property
    def is_true(self) -> bool:
        """C's truth."""
        return bool(self.real if self.is_float else self.number)


def make(number: int, bits: int = 64, signed: bool = True, **more: object) -> Value:
    """A value of these bits, whatever the size of the number."""
    number &= (1 << bits) - 1
    if signed and number >> (bits - 1):
        number -= 1 << bits
    return Value(number, bits, signed, **more)


def integer(number: int, bits: int, signed: bool, xlen: int) -> Value:
    """A whole number of one of C's types of at least int."""
    name = "int" if bits <= 32 else "long" if bits == xlen else "long long"
    return make(number, max(bits, 32), signed, type=base_type(name if signed else f"unsigned {name}", xlen))


def make_float(number: float, kind: Type | None = None) -> Value:
    """A floating-point value, a double unless told otherwise."""
    kind = kind or DOUBLE
    try:
        data = pack("<f" if kind.size == 4 else "<d", number)
    except OverflowError:  # beyond a float
        data = pack("<f", float("inf") if number > 0 else float("-inf"))
    return make(int.from_bytes(data, "little"), 8 * kind.size, False, type=kind)


FLOAT = Type("base", "float", 4, 4, plain="float")
DOUBLE = Type("base", "double", 8, 4, plain="double")
NAMES = {
    "u8": ("unsigned char", 1, 8), "i8": ("signed char", 1, 6), "u16": ("unsigned short", 2, 7), "i16": ("short", 2, 5),
    "u32": ("unsigned int", 4, 7), "i32": ("int", 4, 5), "u64": ("unsigned long long", 8, 7), "i64": ("long long", 8,
    5), "f32": ("float", 4, 4), "f64": ("double", 8, 4), "bool": ("bool", 1, 2), "_Bool": ("_Bool", 1, 2),
    "char": ("char", 1, 8), "short": ("short", 2, 5), "int": ("int", 4, 5), "unsigned": ("unsigned int", 4, 7),
    "unsigned int": ("unsigned int", 4, 7), "unsigned long": ("unsigned long", 0, 7),
    "unsigned long long": ("unsigned long long", 8, 7),
    "uint8_t": ("unsigned char", 1, 7), "int8_t": ("signed char", 1, 5), "uint16_t": ("unsigned short", 2, 7),
    "int16_t": ("short", 2, 5), "uint32_t": ("unsigned int", 4, 7), "int32_t": ("int", 4, 5),
    "uint64_t": ("unsigned long long", 8, 7), "int64_t": ("long long", 8, 5),
    "long": ("long", 0, 5), "long long": ("long long", 8, 5), "ulong": ("unsigned long", 0, 7),
    "size_t": ("unsigned long", 0, 7), "ssize_t": ("long", 0, 5),
    "uintptr_t": ("unsigned long", 0, 7), "intptr_t": ("long", 0, 5),
    "float": ("float", 4, 4), "double": ("double", 8, 4),
}  # fmt: skip
"""Types that an expression may name: C's name, size (0: a register's), DWARF's encoding."""


def base_type(name: str, xlen: int) -> Type:
    """One of NAMES."""
    spelled, size, encoding = NAMES[name]
    return Type("base", spelled, size or xlen // 8, encoding, plain=spelled)


def pointer_to(target: Type, xlen: int) -> Type:
    """A pointer type."""
    plain = pointer_name(target.plain or target.name)
    return Type("pointer", pointer_name(target.name), xlen // 8, target=target, plain=plain)
