"""Comparisons, minimum and maximum, classes: what needs no rounding. Kinds and flags as in softfloat.py.

RISC-V Unprivileged, "Single-Precision Floating-Point Compare Instructions"; minimum and maximum are those of
IEEE 754-2019 (a number wins over a NaN; -0 is less than +0), "Zfa" adds those where a NaN wins.
"""

from __future__ import annotations

import numpy as np

from emu.machine.jit import hot
from emu.machine.softfloat import INF, NV, QNAN, SNAN, ZERO, kind_of, nan, order, raise_flags, unpack

EQ, LT, LE = range(3)


@hot
def compare(h, single, relation, quiet, a, b):
    """1 or 0; with a NaN 0, and invalid if it signals or if the relation is not quiet."""
    ka, kb = kind_of(a, single), kind_of(b, single)
    if ka >= QNAN or kb >= QNAN:
        if not quiet or ka == SNAN or kb == SNAN:
            raise_flags(h, NV)
        return np.int64(0)
    x, y = order(a, single), order(b, single)
    same = x == y or (ka == ZERO and kb == ZERO)
    if relation == EQ:
        return np.int64(same)
    if relation == LT:
        return np.int64(x < y and not same)
    return np.int64(x < y or same)


@hot
def extreme(h, single, largest, nan_wins, a, b):
    """fmin, fmax, fminm, fmaxm."""
    ka, kb = kind_of(a, single), kind_of(b, single)
    if ka == SNAN or kb == SNAN:
        raise_flags(h, NV)
    if ka >= QNAN or kb >= QNAN:
        if nan_wins or (ka >= QNAN and kb >= QNAN):
            return nan(single)
        return b if ka >= QNAN else a
    less = order(a, single) < order(b, single)
    return a if less != largest else b


@hot
def class_of(v, single):
    """fclass: one bit of ten."""
    kind, sign, e, _ = unpack(v, single)
    if kind >= QNAN:
        return np.int64(1 << 8) if kind == SNAN else np.int64(1 << 9)
    if kind == INF:
        place = 0
    elif kind == ZERO:
        place = 3
    else:
        place = 2 if e < (-126 if single else -1022) else 1
    return np.int64(1) << (place if sign else 7 - place)
