"""Conversions in integers: between the formats, to and from whole numbers. See softfloat.py.

RISC-V Unprivileged, "Single-Precision Floating-Point Conversion and Move Instructions": out of range saturates and is
invalid; NaN converts to the largest number. "Zfa": rounding to integral values, the modular conversion.
"""

from __future__ import annotations

import numpy as np

from emu.machine.arith import LOW32, MIN64, below, sext32, shift_right
from emu.machine.host import zeros_above
from emu.machine.jit import hot
from emu.machine.softfloat import (
    FINITE,
    INF,
    NV,
    NX,
    QNAN,
    RDN,
    RMM,
    RNE,
    RTZ,
    RUP,
    ZERO,
    infinity,
    nan_of,
    raise_flags,
    round_pack,
    unpack,
    zero,
)

LOST_NONE, LOST_LESS, LOST_HALF, LOST_MORE = range(4)  # the part after the point, against a half
ALL_ONES = np.int64(-1)


@hot
def whole(e, s):
    """(magnitude, LOST_): s · 2**(e - 62) cut at the point; e < 64, and from 2**63 on the magnitude is unsigned."""
    if e >= 62:
        return s << (e - 62), LOST_NONE
    if e < -1:
        return 0, LOST_LESS
    rest = s << (e + 2)  # the bits after the point, the first one at 63: the leading one, too, if e is -1
    cut = shift_right(s, 62 - e) if e >= 0 else np.int64(0)
    if rest == MIN64:
        return cut, LOST_HALF
    return cut, LOST_NONE if rest == 0 else LOST_MORE if rest < 0 else LOST_LESS


@hot
def rounds_up(rm, sign, magnitude, lost):
    """Whether rounding takes the magnitude one further."""
    if rm == RNE:
        return lost == LOST_MORE or (lost == LOST_HALF and magnitude & 1 != 0)
    if rm == RMM:
        return lost >= LOST_HALF
    return lost != LOST_NONE and rm == (RDN if sign else RUP)


@hot
def limit(is_signed, bits, sign):
    """The largest magnitude of that sign that an integer type holds, as an unsigned number."""
    if is_signed:
        return (np.int64(1) << (bits - 1)) - (0 if sign else 1)
    if sign:
        return np.int64(0)
    return ALL_ONES if bits == 64 else LOW32


@hot
def to_integer(h, single, rm, v, is_signed, bits):
    """The register value for v as an integer of 32 or 64 bits (words are sign-extended)."""
    kind, sign, e, s = unpack(v, single)
    if kind == ZERO:
        return np.int64(0)
    if kind >= QNAN:
        sign = 0
    most = limit(is_signed, bits, sign)
    if kind < INF and e < 64:
        magnitude, lost = whole(e, s)
        if rounds_up(rm, sign, magnitude, lost):
            magnitude += 1
        if not below(most, magnitude):
            if lost:
                raise_flags(h, NX)
            return _as_register(sign, magnitude, bits)
    raise_flags(h, NV)
    return _as_register(sign, most, bits)


@hot
def _as_register(sign, magnitude, bits):
    value = -magnitude if sign else magnitude
    return sext32(value) if bits == 32 else value


@hot
def from_integer(h, single, rm, value, is_signed, bits):
    """The number nearest to an integer register."""
    if bits == 32:
        value = sext32(value) if is_signed else value & LOW32
    if value == 0:
        return zero(single, 0)
    sign = 1 if is_signed and value < 0 else 0
    return from_magnitude(h, single, rm, sign, -value if sign else value)


@hot
def from_magnitude(h, single, rm, sign, magnitude):
    """The number nearest to a sign and an unsigned magnitude, not 0."""
    n = zeros_above(magnitude)
    if n == 0:
        return round_pack(h, single, rm, sign, 63, shift_right(magnitude, 1) | (magnitude & 1))
    return round_pack(h, single, rm, sign, 63 - n, magnitude << (n - 1))


@hot
def to_format(h, single, rm, v):
    """v, a number of the other format, in this one."""
    kind, sign, e, s = unpack(v, not single)
    if kind >= QNAN:
        return nan_of(h, single, kind, kind)
    if kind == INF:
        return infinity(single, sign)
    if kind == ZERO:
        return zero(single, sign)
    return round_pack(h, single, rm, sign, e, s)


@hot
def to_integral(h, single, rm, v, tells):
    """fround, froundnx (`tells`: an inexact result raises NX): the nearest whole number in the same format."""
    kind, sign, e, s = unpack(v, single)
    if kind >= QNAN:
        return nan_of(h, single, kind, kind)
    if kind != FINITE or e >= (23 if single else 52):
        return v
    magnitude, lost = whole(e, s)
    if rounds_up(rm, sign, magnitude, lost):
        magnitude += 1
    if lost and tells:
        raise_flags(h, NX)
    if magnitude == 0:
        return zero(single, sign)
    return from_magnitude(h, single, RTZ, sign, magnitude)


@hot
def to_word_modular(h, v):
    """fcvtmod.w.d: towards zero, the low 32 bits of the whole number; flags as fcvt.w.d raises them."""
    kind, sign, e, s = unpack(v, False)
    if kind == ZERO:
        return np.int64(0)
    if kind >= INF:
        raise_flags(h, NV)
        return np.int64(0)
    if e >= 64:
        raise_flags(h, NV)
        return np.int64(0) if e > 83 else _as_register(sign, s << (e - 62), 32)
    magnitude, lost = whole(e, s)
    if below(limit(True, 32, sign), magnitude):
        raise_flags(h, NV)
    elif lost:
        raise_flags(h, NX)
    return _as_register(sign, magnitude, 32)
