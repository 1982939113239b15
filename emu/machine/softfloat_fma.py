"""Fused multiply-add in integers: the product in 128 bits, one rounding at the end. See softfloat.py.

A 128-bit number is a pair (high, low) of 64-bit patterns; here bit 127 is always 0.
"""

from __future__ import annotations

import numpy as np

from emu.machine.arith import below, mulhu, shift_right
from emu.machine.host import zeros_above
from emu.machine.jit import hot
from emu.machine.softfloat import (
    INF,
    QNAN,
    RDN,
    ZERO,
    infinity,
    invalid,
    nan_of,
    round_pack,
    unpack,
    zero,
)


@hot
def fused(h, single, rm, a, b, c):
    """a · b + c."""
    ka, sa, ea, ma = unpack(a, single)
    kb, sb, eb, mb = unpack(b, single)
    kc, sc, ec, mc = unpack(c, single)
    sign = sa ^ sb
    no_product = (ka == INF and kb == ZERO) or (ka == ZERO and kb == INF)
    if no_product:
        return invalid(h, single)  # even if c is a quiet NaN
    if ka >= QNAN or kb >= QNAN or kc >= QNAN:
        return nan_of(h, single, max(ka, kb), kc)
    if ka == INF or kb == INF:
        return invalid(h, single) if kc == INF and sc != sign else infinity(single, sign)
    if kc == INF:
        return infinity(single, sc)
    if ka == ZERO or kb == ZERO:
        if kc == ZERO:
            return zero(single, sc if sc == sign else np.int64(rm == RDN))
        return c
    if kc == ZERO:
        ec, mc = ea + eb, np.int64(0)
    return _sum(h, single, rm, sign, ea + eb, mulhu(ma, mb), ma * mb, sc, ec, shift_right(mc, 2), mc << 62)


@hot
def _sum(h, single, rm, sp, ep, ph, pl, sc, ec, ch, cl):
    """Round the sum of two numbers (high, low) · 2**(e - 124)."""
    if ep > ec:
        ch, cl = jam_right_128(ch, cl, ep - ec)
    else:
        ph, pl = jam_right_128(ph, pl, ec - ep)
    if sp == sc:
        low = pl + cl
        high = ph + ch + np.int64(below(low, pl))
    else:
        if ph < ch or (ph == ch and below(pl, cl)):
            sp, ph, pl, ch, cl = sc, ch, cl, ph, pl
        low = pl - cl
        high = ph - ch - np.int64(below(pl, cl))
    if high == 0 and low == 0:
        return zero(single, np.int64(rm == RDN))
    n, s = _normalise(high, low)
    return round_pack(h, single, rm, sp, max(ep, ec) - n + 2, s)


@hot
def _normalise(high, low):
    """(n, s): the number shifted left by n, so that its leading bit is 126; s is the upper half, jammed."""
    if high == 0:
        n = zeros_above(low)
        if n == 0:
            return 63, shift_right(low, 1) | (low & 1)
        return n + 63, low << (n - 1)
    n = zeros_above(high) - 1
    if n == 0:
        return n, high | np.int64(low != 0)
    return n, high << n | shift_right(low, 64 - n) | np.int64(low << n != 0)


@hot
def jam_right_128(high, low, n):
    """(high, low) >> n, jammed."""
    if n == 0:
        return high, low
    if n > 126:
        return np.int64(0), np.int64((high | low) != 0)
    if n >= 64:
        n -= 64
        lost = low != 0 or high & ((np.int64(1) << n) - 1) != 0
        return np.int64(0), (high >> n) | np.int64(lost)
    lost = low & ((np.int64(1) << n) - 1) != 0
    return high >> n, shift_right(low, n) | high << (64 - n) | np.int64(lost)
