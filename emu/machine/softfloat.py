"""IEEE 754 in integers: taking numbers apart, rounding them, flags. What the host's unit is not trusted with ends here.

A finite number is a sign, an exponent e and a significand s whose leading bit is bit 62: s · 2**(e - 62). Bits that
fell off below are or-ed into bit 0 ("jammed"): it stands far below the last place of both formats, so rounding sees
all it needs. RISC-V Unprivileged, "F Extension": tininess is detected after rounding; NaN results are canonical.
"""

from __future__ import annotations

import numpy as np

from emu.machine.arith import LOW32, MIN64, shift_right
from emu.machine.host import zeros_above
from emu.machine.jit import hot, inlined

NX, UF, OF, DZ, NV = 1, 2, 4, 8, 16
RNE, RTZ, RDN, RUP, RMM, DYN = 0, 1, 2, 3, 4, 7
ZERO, FINITE, INF, QNAN, SNAN = range(5)  # kinds, in this order: finite or not, NaN or not are comparisons

BOX = np.int64(-(1 << 32))
NAN_D, NAN_S = np.int64(0x7FF8 << 48), np.int64(0x7FC00000 - (1 << 32))
INF_D, INF_S = np.int64(0x7FF << 52), np.int64(0x7F800000)
LEAD = np.int64(1 << 62)


@inlined
def raise_flags(h, flags):
    """Set exception flags; they stay set."""
    h.fcsr |= flags


@inlined
def nan(single):
    """The canonical NaN."""
    return NAN_S if single else NAN_D


@hot
def invalid(h, single):
    """The result of an invalid operation."""
    raise_flags(h, NV)
    return nan(single)


@inlined
def nan_of(h, single, kind_a, kind_b):
    """The result when an operand is a NaN: a signalling one is invalid."""
    if kind_a == SNAN or kind_b == SNAN:
        raise_flags(h, NV)
    return nan(single)


@inlined
def infinity(single, sign):
    """An infinity."""
    return INF_S | sign << 31 | BOX if single else INF_D | sign << 63


@inlined
def zero(single, sign):
    """A zero."""
    return sign << 31 | BOX if single else sign << 63


@hot
def unpack(v, single):
    """(kind, sign, exponent, significand). A single that is not NaN-boxed is a quiet NaN."""
    if single:
        if v >> 32 != -1:
            return QNAN, 0, 0, 0
        sign, field, top, bias = (v >> 31) & 1, (v >> 23) & 255, 255, 127
        fraction = (v & 0x7FFFFF) << 39
    else:
        sign, field, top, bias = (v >> 63) & 1, (v >> 52) & 2047, 2047, 1023
        fraction = (v & ((1 << 52) - 1)) << 10
    if field == top:
        if fraction == 0:
            return INF, sign, 0, 0
        return (QNAN if fraction >> 61 else SNAN), sign, 0, 0
    if field:
        return FINITE, sign, field - bias, fraction | LEAD
    if fraction == 0:
        return ZERO, sign, 0, 0
    n = zeros_above(fraction) - 1
    return FINITE, sign, 1 - bias - n, fraction << n


@hot
def jam_right(s, n):
    """s >> n; what falls off, if anything, sets bit 0. s and n are not negative."""
    if n > 62:
        return np.int64(s != 0)
    return s >> n | np.int64(s & ((np.int64(1) << n) - 1) != 0)


@inlined
def increment(rm, sign, last):
    """What is added below the last place, before the bits below it are cut off; `last`: the last place's weight."""
    if rm == RNE or rm == RMM:
        return last >> 1
    if rm == (RDN if sign else RUP):
        return last - 1
    return last & 0


@hot
def overflow(h, single, rm, sign):
    """Infinity, or the largest number when rounding goes the other way."""
    raise_flags(h, OF | NX)
    big = infinity(single, sign)
    return big if increment(rm, sign, np.int64(2)) else big - 1


@hot
def round_pack(h, single, rm, sign, e, s):
    """The number s · 2**(e - 62), s with leading bit 62, in the format, and the flags of rounding it."""
    digits, top, places = (24, 254, 39) if single else (53, 2046, 10)
    last = np.int64(1) << places
    up = increment(rm, sign, last)
    field = e + (127 if single else 1023)
    tiny = False
    if field <= 0:
        tiny = field < 0 or s + up > 0  # unless it is rounded up to the smallest normal number
        s = jam_right(s, 1 - field)
        field = 1
    elif field > top or (field == top and s + up < 0):
        return overflow(h, single, rm, sign)
    rest = s & (last - 1)
    if rest:
        raise_flags(h, NX | UF if tiny else NX)
    s = shift_right(s + up, places)
    if rm == RNE and rest == last >> 1:
        s &= -2
    bits = ((field - 1) << (digits - 1)) + s  # the leading bit makes the exponent one more
    return (bits & LOW32) | sign << 31 | BOX if single else bits | sign << 63


@hot
def order(v, single):
    """A number whose signed order is that of the pattern, -0 below +0."""
    if single:
        v <<= 32
    return v ^ ((v >> 63) & ~MIN64)


@hot
def kind_of(v, single):
    """The kind alone."""
    return unpack(v, single)[0]
