"""Addition, multiplication, division and square root in integers, exact in every rounding mode: see softfloat.py."""

from __future__ import annotations

import numpy as np

from emu.machine.arith import mulhu, shift_right
from emu.machine.host import zeros_above
from emu.machine.jit import hot
from emu.machine.softfloat import (
    DZ,
    INF,
    LEAD,
    QNAN,
    RDN,
    ZERO,
    infinity,
    invalid,
    jam_right,
    nan_of,
    raise_flags,
    round_pack,
    unpack,
    zero,
)


@hot
def add(h, single, rm, a, b):
    """a + b."""
    ka, sa, ea, ma = unpack(a, single)
    kb, sb, eb, mb = unpack(b, single)
    if ka >= QNAN or kb >= QNAN:
        return nan_of(h, single, ka, kb)
    if ka == INF or kb == INF:
        if ka == kb and sa != sb:
            return invalid(h, single)
        return infinity(single, sa if ka == INF else sb)
    if ka == ZERO and kb == ZERO:
        return zero(single, sa if sa == sb else np.int64(rm == RDN))
    if ka == ZERO or kb == ZERO:
        return b if ka == ZERO else a
    return _add_finite(h, single, rm, sa, ea, ma, sb, eb, mb)


@hot
def _add_finite(h, single, rm, sa, ea, ma, sb, eb, mb):
    if ea < eb or (ea == eb and ma < mb):
        sa, ea, ma, sb, eb, mb = sb, eb, mb, sa, ea, ma
    ma >>= 1  # room for the carry; the last bits are 0
    mb = jam_right(mb >> 1, ea - eb)
    s = ma + mb if sa == sb else ma - mb
    if s == 0:
        return zero(single, np.int64(rm == RDN))
    n = zeros_above(s) - 1
    return round_pack(h, single, rm, sa, ea + 1 - n, s << n)


@hot
def multiply(h, single, rm, a, b):
    """a · b."""
    ka, sa, ea, ma = unpack(a, single)
    kb, sb, eb, mb = unpack(b, single)
    sign = sa ^ sb
    if ka >= QNAN or kb >= QNAN:
        return nan_of(h, single, ka, kb)
    if ka == INF or kb == INF:
        return invalid(h, single) if ka == ZERO or kb == ZERO else infinity(single, sign)
    if ka == ZERO or kb == ZERO:
        return zero(single, sign)
    s = mulhu(ma << 1, mb) | np.int64((ma << 1) * mb != 0)
    e = ea + eb + 1
    if s < LEAD:
        s, e = s << 1, e - 1
    return round_pack(h, single, rm, sign, e, s)


@hot
def divide(h, single, rm, a, b):
    """a / b."""
    ka, sa, ea, ma = unpack(a, single)
    kb, sb, eb, mb = unpack(b, single)
    sign = sa ^ sb
    if ka >= QNAN or kb >= QNAN:
        return nan_of(h, single, ka, kb)
    if ka == kb and (ka == ZERO or ka == INF):
        return invalid(h, single)
    if ka == INF:
        return infinity(single, sign)
    if ka == ZERO or kb == INF:
        return zero(single, sign)
    if kb == ZERO:
        raise_flags(h, DZ)
        return infinity(single, sign)
    q = _quotient(ma >> 10, mb >> 10)
    n = zeros_above(q) - 1
    return round_pack(h, single, rm, sign, ea - eb + 2 - n, q << n)


@hot
def _quotient(a, b):
    """a · 2**60 / b, jammed; both have 53 bits."""
    q = np.int64(a >= b)
    r = a - b if a >= b else a
    for _ in range(6):
        r <<= 10
        digit = r // b
        q = q << 10 | digit
        r -= digit * b
    return q | np.int64(r != 0)


@hot
def square_root(h, single, rm, a):
    """√a; √-0 is -0."""
    kind, sign, e, s = unpack(a, single)
    if kind >= QNAN:
        return nan_of(h, single, kind, kind)
    if kind == ZERO:
        return zero(single, sign)
    if sign:
        return invalid(h, single)
    if kind == INF:
        return infinity(single, sign)
    return round_pack(h, single, rm, sign, e >> 1, _root(s >> 10 << (e & 1)) << 6)


@hot
def _root(a):
    """√(a · 2**60), jammed, digit by digit; a has 53 or 54 bits, the root 57."""
    root = rest = np.int64(0)
    for k in range(57):
        rest = rest << 2 | (shift_right(a, 52 - 2 * k) & 3 if k <= 26 else 0)
        trial = root << 2 | 1
        root <<= 1
        if rest >= trial:
            rest -= trial
            root |= 1
    return root | np.int64(rest != 0)
