"""Arithmetic on exact fractions, rounded once. Shares nothing with emu/machine/softfloat*.py."""

from __future__ import annotations

import math
from fractions import Fraction

from naive_fraction import DZ, RDN, Flags, Format, Number, encode, exponent_of, infinity, invalid, nan


def add(a: Number, b: Number, f: Format, rm: int, flags: Flags) -> int:
    if a.nan or b.nan:
        return nan(f, flags, a, b)
    if a.inf or b.inf:
        if a.inf and b.inf and a.negative != b.negative:
            return invalid(f, flags)
        return infinity(f, a.negative if a.inf else b.negative)
    minus = a.negative if a.negative == b.negative else rm == RDN
    return encode(a.value + b.value, f, rm, flags, minus)


def multiply(a: Number, b: Number, f: Format, rm: int, flags: Flags) -> int:
    if a.nan or b.nan:
        return nan(f, flags, a, b)
    negative = a.negative != b.negative
    if a.inf or b.inf:
        return invalid(f, flags) if a.zero or b.zero else infinity(f, negative)
    return encode(a.value * b.value, f, rm, flags, negative)


def divide(a: Number, b: Number, f: Format, rm: int, flags: Flags) -> int:
    if a.nan or b.nan:
        return nan(f, flags, a, b)
    negative = a.negative != b.negative
    if (a.inf and b.inf) or (a.zero and b.zero):
        return invalid(f, flags)
    if a.inf:
        return infinity(f, negative)
    if b.inf:
        return encode(Fraction(0), f, rm, flags, negative)
    if b.zero:
        flags |= DZ
        return infinity(f, negative)
    return encode(a.value / b.value, f, rm, flags, negative)


def square_root(a: Number, f: Format, rm: int, flags: Flags) -> int:
    if a.nan:
        return nan(f, flags, a)
    if a.zero:
        return encode(Fraction(0), f, rm, flags, a.negative)
    if a.negative:
        return invalid(f, flags)
    if a.inf:
        return infinity(f, False)
    scale = 200 - exponent_of(a.value) // 2  # so many binary places of the root
    square = a.value * Fraction(4) ** scale
    root = math.isqrt(math.floor(square))
    exact = root * root == square
    return encode((root if exact else root + Fraction(1, 2)) / Fraction(2) ** scale, f, rm, flags)


def fused(a: Number, b: Number, c: Number, f: Format, rm: int, flags: Flags) -> int:
    if (a.inf and b.zero) or (a.zero and b.inf):
        return invalid(f, flags)
    if a.nan or b.nan or c.nan:
        return nan(f, flags, a, b, c)
    negative = a.negative != b.negative
    if a.inf or b.inf:
        return invalid(f, flags) if c.inf and c.negative != negative else infinity(f, negative)
    if c.inf:
        return infinity(f, c.negative)
    minus = negative if negative == c.negative else rm == RDN
    return encode(a.value * b.value + c.value, f, rm, flags, minus)
