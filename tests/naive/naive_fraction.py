"""Floating-point numbers as exact fractions: patterns taken apart, and rounded from the exact value.

A value is an exact Fraction, an infinity, a NaN, or a zero with its sign; results are rounded once, from the exact
value, by comparing it with its neighbours. Shares nothing with emu/machine/softfloat*.py.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

NX, UF, OF, DZ, NV = 1, 2, 4, 8, 16
RNE, RTZ, RDN, RUP, RMM = range(5)
ONES = (1 << 64) - 1


class Format(NamedTuple):
    """bits in all, digits of the significand (with the leading one), smallest and largest exponent."""

    bits: int
    digits: int
    low: int
    high: int

    @property
    def nan(self) -> int:
        return (1 << (self.bits - 1)) - (1 << (self.digits - 2))

    @property
    def infinity(self) -> int:
        return (1 << (self.bits - 1)) - (1 << (self.digits - 1))


S, D = Format(32, 24, -126, 127), Format(64, 53, -1022, 1023)


@dataclass
class Number:
    """kind: 'nan', 'inf' or 'number'; the sign is told apart for zeros and infinities."""

    kind: str
    negative: bool = False
    value: Fraction = Fraction(0)
    signalling: bool = False

    @property
    def nan(self) -> bool:
        return self.kind == "nan"

    @property
    def inf(self) -> bool:
        return self.kind == "inf"

    @property
    def zero(self) -> bool:
        return self.kind == "number" and self.value == 0

    def __neg__(self) -> Number:
        return Number(self.kind, not self.negative, -self.value, self.signalling)


class Flags:
    """The flags that an instruction raises."""

    def __init__(self) -> None:
        self.raised = 0

    def __ior__(self, bits: int) -> Flags:
        self.raised |= bits
        return self


def unbox(register: int, f: Format) -> int:
    """The pattern in a 64-bit register; a single that is not boxed is a NaN."""
    if f is D:
        return register & ONES
    return register & 0xFFFFFFFF if register >> 32 & 0xFFFFFFFF == 0xFFFFFFFF else S.nan


def box(bits: int, f: Format) -> int:
    """The register for a pattern."""
    return bits if f is D else bits | 0xFFFFFFFF << 32


def decode(bits: int, f: Format) -> Number:
    """A pattern's value."""
    negative = bool(bits >> (f.bits - 1))
    magnitude = bits & ((1 << (f.bits - 1)) - 1)
    if magnitude > f.infinity:
        return Number("nan", signalling=not magnitude >> (f.digits - 2) & 1)
    if magnitude == f.infinity:
        return Number("inf", negative)
    exponent, fraction = magnitude >> (f.digits - 1), magnitude & ((1 << (f.digits - 1)) - 1)
    if exponent:
        fraction |= 1 << (f.digits - 1)
    value = fraction * Fraction(2) ** (max(exponent, 1) + f.low - f.digits)
    return Number("number", negative, -value if negative else value)


def whole(value: Fraction, rm: int) -> int:
    """A fraction rounded to an integer."""
    below = math.floor(value)
    rest = value - below
    if rm == RTZ:
        return below + (1 if value < 0 and rest else 0)
    if rm in (RDN, RUP):
        return below + (1 if rm == RUP and rest else 0)
    if rest != Fraction(1, 2):
        return below + (1 if rest > Fraction(1, 2) else 0)
    if rm == RNE:
        return below + below % 2
    return below + (1 if value > 0 else 0)


def exponent_of(value: Fraction) -> int:
    """e with 2**e <= |value| < 2**(e + 1)."""
    value = abs(value)
    e = value.numerator.bit_length() - value.denominator.bit_length()
    return e if value >= Fraction(2) ** e else e - 1


def rounded(value: Fraction, rm: int, digits: int, low: int | None) -> Fraction:
    """To so many digits, with exponents from `low` on."""
    e = exponent_of(value)
    unit = Fraction(2) ** ((e if low is None else max(e, low)) - digits + 1)
    return whole(value / unit, rm) * unit


def encode(value: Fraction, f: Format, rm: int, flags: Flags, negative_zero: bool = False) -> int:
    """The pattern of an exact value, rounded, with its flags; a zero's sign must be told."""
    top = 1 << (f.bits - 1)
    if value == 0:
        return top if negative_zero else 0
    sign = top if value < 0 else 0
    near = rounded(value, rm, f.digits, f.low)
    unbounded = rounded(value, rm, f.digits, None)
    if abs(unbounded) >= Fraction(2) ** (f.high + 1):
        flags |= OF | NX
        away = rm in (RNE, RMM) or rm == (RDN if value < 0 else RUP)
        return sign | (f.infinity if away else f.infinity - 1)
    if near != value:
        flags |= NX
        if abs(unbounded) < Fraction(2) ** f.low:
            flags |= UF
    if near == 0:
        return sign
    e = max(exponent_of(near), f.low)
    steps = abs(near) / Fraction(2) ** (e - f.digits + 1)
    assert steps.denominator == 1
    return sign | ((e - f.low << (f.digits - 1)) + int(steps))


def nan(f: Format, flags: Flags, *numbers: Number) -> int:
    if any(n.signalling for n in numbers):
        flags |= NV
    return f.nan


def infinity(f: Format, negative: bool) -> int:
    return f.infinity | negative << (f.bits - 1)


def invalid(f: Format, flags: Flags) -> int:
    flags |= NV
    return f.nan
