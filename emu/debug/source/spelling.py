"""Values written in C's manner: `7`, `0x1000 "text"`, `{x = 3, y = 4}`."""

from __future__ import annotations

import re
from collections.abc import Callable
from struct import pack, unpack

from emu.debug.source.types import BOOLEAN, FLOAT, Member, Type

DEEPEST, MOST_ELEMENTS, MOST_PARTS, LONGEST_STRING = 6, 32, 2000, 200
MOST_SAME = 10  # so many equal elements are written once, with their number
LARGEST = 1 << 16  # bytes of one value that are read
Reader = Callable[[int, int], bytes | None]
RUNS = re.compile(rb"(?P<same>(.)\2{10,})|(?:(?!(.)\3{10}).)+", re.DOTALL)
QUAD_BIAS, QUAD_BITS = 16383, 112


def spell(kind: Type, data: bytes | None, read: Reader, letter: str = "") -> str:
    """A value of a type. Pointers to char show their string. letter: x d u o t z c a f, how numbers are written."""
    return Speller(read, letter).spell(kind, data, 0)


class Speller:
    """Writes one value; a hostile type that holds itself many times over is cut off."""

    def __init__(self, read: Reader, letter: str = "") -> None:
        self.read, self.letter, self.left = read, letter, MOST_PARTS

    def spell(self, kind: Type, data: bytes | None, depth: int) -> str:
        """A value, inside `depth` others."""
        self.left -= 1
        if data is None or len(data) < kind.size:
            return "<not in memory>"
        data = data[: kind.size]
        if kind.is_scalar and self.letter == "f" and len(data) in (4, 8, 16):
            return real(data)
        if kind.is_scalar and self.letter:
            return in_format(int.from_bytes(data, "little"), 8 * len(data), self.letter)
        if kind.kind == "base":
            return base(kind, data)
        value = int.from_bytes(data, "little")
        if kind.kind == "pointer":
            is_text = kind.target and kind.target.is_char and value and not kind.is_reference
            return f"{value:#x}" + (string_at(value, self.read) if is_text else "")
        if kind.kind == "enum":
            return enumerator(kind, value)
        if depth >= DEEPEST or self.left <= 0:
            return "{…}"
        if kind.kind in ("struct", "union"):
            return self.members(kind, data, depth)
        return self.elements(kind, data, depth) if kind.kind == "array" and kind.target else "…"

    def members(self, kind: Type, data: bytes, depth: int) -> str:
        """{name = value, …}"""
        parts = []
        for member in kind.members:
            if self.left <= 0:
                return "{" + ", ".join([*parts, "…"]) + "}"
            value = self.spell(member.type, cut(member, data), depth + 1)
            name = f"<{member.name}>" if member.is_base else member.name
            parts.append(f"{name} = {value}" if name else value)
        return "{" + ", ".join(parts) + "}"

    def elements(self, kind: Type, data: bytes, depth: int) -> str:
        """{first, second, …}: of many equal ones in a row the first."""
        if kind.target.is_char and not self.letter:
            return characters(data[: kind.count])
        size, parts, at = kind.target.size, [], 0
        while at < kind.count and len(parts) < MOST_ELEMENTS and self.left > 0:
            one = data[at * size : (at + 1) * size]
            same = 1
            while size and at + same < kind.count and data[(at + same) * size : (at + same + 1) * size] == one:
                same += 1
            said = self.spell(kind.target, one, depth + 1)
            known = same >= MOST_SAME
            parts.append(f"{said} <repeats {same} times>" if known else said)
            at += same if known else 1
        return "{" + ", ".join(parts + (["…"] if at < kind.count else [])) + "}"


def cut(member: Member, data: bytes) -> bytes:
    """The bytes of a member; the bits of a bit-field become a whole number."""
    part = data[member.at : member.at + member.type.size]
    if not member.bits or len(part) < member.type.size:
        return part
    value = bits_of(int.from_bytes(part, "little"), member.first, member.bits, member.type.is_signed)
    return (value & (1 << 8 * len(part)) - 1).to_bytes(len(part), "little")


def bits_of(word: int, first: int, bits: int, signed: bool) -> int:
    """A bit-field of a word."""
    value = word >> first & (1 << bits) - 1
    return value - (1 << bits) if signed and value >> bits - 1 else value


def base(kind: Type, data: bytes) -> str:
    """A number, a truth or a character."""
    if kind.encoding == FLOAT:
        return real(data)
    value = int.from_bytes(data, "little", signed=kind.is_signed)
    if kind.encoding == BOOLEAN:
        return {0: "false", 1: "true"}.get(value, str(value))
    if kind.is_char:
        return f"{value} {chr(value)!r}" if 32 <= value < 127 else str(value)
    return str(value)


def real(data: bytes) -> str:
    """A float, double or long double, with as many digits as tell it from its neighbours."""
    if len(data) in (4, 8):
        return shortest(unpack("<f" if len(data) == 4 else "<d", data)[0], len(data))
    word = int.from_bytes(data, "little")
    sign, exponent = "-" if word >> 127 & 1 else "", (word >> QUAD_BITS & 0x7FFF)
    if len(data) != 16 or exponent == 0x7FFF:
        return f"{sign}nan" if word & (1 << QUAD_BITS) - 1 or len(data) != 16 else f"{sign}inf"
    return sign + quad(word & (1 << QUAD_BITS) - 1, exponent)


def shortest(value: float, size: int) -> str:
    """The fewest digits that lead back to the same float or double."""
    if size == 8:
        return repr(value).removesuffix(".0")
    texts = (f"{value:.{digits}g}" for digits in range(6, 10))
    return next((text for text in texts if same_float(float(text), value)), f"{value:.9g}")


def same_float(text: float, value: float) -> bool:
    """Whether a number is rounded to this float."""
    try:
        return unpack("<f", pack("<f", text))[0] == value
    except OverflowError:
        return False


def quad(fraction: int, exponent: int) -> str:
    """The digits of a finite number of 128 bits (IEEE 754 binary128)."""
    from decimal import Context, Decimal

    whole = fraction | (1 << QUAD_BITS if exponent else 0)
    power = max(exponent, 1) - QUAD_BIAS - QUAD_BITS
    context = Context(prec=36, Emin=-9999, Emax=9999)
    scaled = context.multiply(Decimal(whole), context.power(Decimal(2), power))
    return f"{context.create_decimal(scaled).normalize(context):g}"


def enumerator(kind: Type, value: int) -> str:
    """The name of an enumeration's value; of several bits the names that make it up."""
    if value in kind.names:
        return kind.names[value]
    bits = [(bit, name) for bit, name in kind.names.items() if bit > 0 and bit & (bit - 1) == 0 and value & bit == bit]
    whole = sum(bit for bit, _ in bits)
    return f"({' | '.join(name for _, name in bits)})" if bits and whole == value else str(value)


def in_format(number: int, bits: int, letter: str) -> str:
    """A word of some bits as /x /d /u /o /t /c or /a writes it."""
    signed = number - (1 << bits) if bits and number >> (bits - 1) else number
    if letter == "c":
        return f"{number & 255} {chr(number & 255)!r}"
    if letter == "z":
        return f"{number:#0{bits // 4 + 2}x}"
    forms = {"x": f"{number:#x}", "a": f"{number:#x}", "d": str(signed), "u": str(number), "o": f"{number:#o}"}
    return forms.get(letter, f"{number:#b}")


def string_at(addr: int, read: Reader) -> str:
    """The C string at an address, as far as it is in memory."""
    found = bytearray()
    while len(found) < LONGEST_STRING:
        chunk = read(addr + len(found), min(64 - (addr + len(found)) % 64, LONGEST_STRING - len(found)))
        if not chunk:
            return f" {quoted(bytes(found))}…" if found else ""
        head, nul, _ = chunk.partition(b"\0")
        found += head
        if nul:
            return f" {quoted(bytes(found))}"
    return f" {quoted(bytes(found))}…"


def characters(data: bytes) -> str:
    """An array of char: without the NULs at its end; where more stands behind a NUL, long runs are written once."""
    data = data.rstrip(b"\0")
    if b"\0" not in data:
        return quoted(data)
    parts: list[str] = []
    for found in RUNS.finditer(data[:LONGEST_STRING]):
        run = found[0]
        if found["same"]:
            parts.append(f"'{quoted(run[:1])[1:-1]}' <repeats {len(run)} times>")
        else:
            parts.append(quoted(run))
    return ", ".join(parts) + ("…" if len(data) > LONGEST_STRING else "")


def quoted(data: bytes) -> str:
    """Bytes as a C string."""
    escapes = {10: "\\n", 9: "\\t", 13: "\\r", 34: '\\"', 92: "\\\\"}
    return '"' + "".join(escapes.get(b) or (chr(b) if 32 <= b < 127 else f"\\{b:03o}") for b in data) + '"'
