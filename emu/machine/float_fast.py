"""What the host's unit computes right, and how that is known.

Rounding to nearest even, a result that is a normal number above the smallest (`ordinary`) is the right one, and its
only possible flag is NX: NaN operands give NaN, infinities infinity, overflow infinity, and tiny results are not
ordinary. So where NX is set already, nothing is left to find out: the run loop's arms ask for that. Here it is found
out whether the result is exact: from the rounding error of a sum, which is itself a number (Knuth's TwoSum), or by
counting the digits of a product.
"""

from __future__ import annotations

import numpy as np

from emu.machine import host_float as F
from emu.machine.arith import below
from emu.machine.host import first_bit, zeros_above
from emu.machine.jit import hot, inlined
from emu.machine.softfloat import NX, raise_flags

EXPONENT_D = np.int64(0x7FF << 52)
SECOND_D, SPAN_D = np.int64(2 << 52), np.int64(0x7FD << 52)
SECOND_S, SPAN_S = np.int64(2 << 23), np.int64(0xFD << 23)
MAGNITUDE_D, MAGNITUDE_S = np.int64((1 << 63) - 1), np.int64((1 << 31) - 1)
FRACTION_D, LEAD_D = np.int64((1 << 52) - 1), np.int64(1 << 52)


@inlined
def ordinary_d(v):
    """A double with exponent field 2 to 2046."""
    return below((v & MAGNITUDE_D) - SECOND_D, SPAN_D)


@inlined
def ordinary_s(v):
    """A single with exponent field 2 to 254."""
    return below((v & MAGNITUDE_S) - SECOND_S, SPAN_S)


@inlined
def boxed(a, b):
    """Whether both are NaN-boxed singles."""
    return (a & b) >> 32 == -1


@inlined
def word_to_double(w):
    """The double of a signed word, exactly: 2**52 + 2**31 + w, and the sum taken away."""
    return F.d_sub(np.int64(0x4330000080000000) ^ (w & 0xFFFFFFFF), np.int64(0x4330000080000000))


@hot
def sum_is_exact(a, b, s):
    """Whether the doubles' sum s was not rounded; s ordinary."""
    part = F.d_sub(s, a)
    error = F.d_add(F.d_sub(a, F.d_sub(s, part)), F.d_sub(b, part))
    return error << 1 == 0


@hot
def digits(v):
    """The significand of a finite double, not 0, without trailing zeros."""
    s = v & FRACTION_D
    if v & EXPONENT_D:
        s |= LEAD_D
    return s >> first_bit(s)


@hot
def product_is_exact(a, b):
    """Whether the product of two finite doubles, not 0, needs no more than 53 digits."""
    x, y = digits(a), digits(b)
    return zeros_above(x) + zeros_above(y) >= 74 and x * y < LEAD_D << 1


@hot
def told(h, v, exact):
    """v, with NX if it is not exact."""
    if not exact:
        raise_flags(h, NX)
    return v


@hot
def quotient_is_exact(a, b, v):
    """Whether v = a / b for doubles; all ordinary. With b = v it is about the root of a."""
    return product_is_exact(v, b) and F.d_mul(v, b) == a


@hot
def wide_sum_is_exact(a, b, v):
    """Whether the single v, ordinary, is exactly the sum of two doubles."""
    s = F.d_add(a, b)
    return s == F.widen(v) and sum_is_exact(a, b, s)
