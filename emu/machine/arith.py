"""Integer arithmetic that int64 does not give for free: unsigned order, high products, RISC-V division, bit counts.

RISC-V Unprivileged, "Division Operations": x / 0 is all ones, x % 0 is x, and the overflowing quotient is the dividend.
All values are int64; RV32 values are sign-extended.
"""

from __future__ import annotations

import numpy as np

from emu.machine.jit import hot, inlined

MIN64 = np.int64(-(1 << 63))
LOW32 = np.int64(0xFFFFFFFF)


@inlined
def sext32(a):
    """The low 32 bits as a signed number."""
    return ((a & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000


@inlined
def below(a, b):
    """a < b, unsigned."""
    return (a ^ MIN64) < (b ^ MIN64)


@inlined
def shift_right(a, n):
    """a >> n, filling with zeros; 0 <= n < 64."""
    return (a >> n) & ~((MIN64 >> n) << 1) if n else a


@hot
def mulhu(a, b):
    """The high 64 bits of the unsigned product."""
    al, ah = a & LOW32, (a >> 32) & LOW32
    bl, bh = b & LOW32, (b >> 32) & LOW32
    low = al * bl
    mid = ah * bl + ((low >> 32) & LOW32)
    mid2 = al * bh + (mid & LOW32)
    return ah * bh + ((mid >> 32) & LOW32) + ((mid2 >> 32) & LOW32)


@hot
def mulh(a, b):
    """The high 64 bits of the signed product."""
    return mulhu(a, b) - (b if a < 0 else 0) - (a if b < 0 else 0)


@hot
def mulhsu(a, b):
    """The high 64 bits of signed a times unsigned b."""
    return mulhu(a, b) - (b if a < 0 else 0)


@hot
def divide(a, b):
    """Signed quotient, rounded towards zero."""
    if b == 0:
        return np.int64(-1)
    if a == MIN64 and b == -1:
        return a
    q = a // b
    return q + 1 if q < 0 and q * b != a else q


@hot
def remainder(a, b):
    """Signed remainder, with the sign of the dividend."""
    if b == 0:
        return a
    if b == -1:
        return np.int64(0)
    return a - divide(a, b) * b


@hot
def divide_unsigned(a, b):
    """Unsigned quotient."""
    if b == 0:
        return np.int64(-1)
    if a >= 0 and b > 0:
        return a // b
    if b < 0:
        return np.int64(0) if below(a, b) else np.int64(1)
    q = (shift_right(a, np.int64(1)) // b) << 1
    return q + 1 if not below(a - q * b, b) else q


@hot
def remainder_unsigned(a, b):
    """Unsigned remainder."""
    return a if b == 0 else a - divide_unsigned(a, b) * b


@hot
def ones(a):
    """How many bits are set."""
    count = np.int64(0)
    while a != 0:
        a &= a - 1
        count += 1
    return count


@hot
def trailing_zeros(a, width):
    """Zeros below the lowest set bit of the low `width` bits; width if there is none."""
    count = np.int64(0)
    while count < width and not (a >> count) & 1:
        count += 1
    return count


@hot
def leading_zeros(a, width):
    """Zeros above the highest set bit of the low `width` bits."""
    count = np.int64(0)
    while count < width and not (a >> (width - 1 - count)) & 1:
        count += 1
    return count


@hot
def rotate_right(a, n):
    """64-bit rotation, 0 <= n < 64."""
    return a if n == 0 else shift_right(a, n) | (a << (64 - n))


@hot
def rotate_right32(a, n):
    """32-bit rotation of the low half, 0 <= n < 32; sign-extended."""
    low = a & LOW32
    return sext32(low >> n | low << (32 - n))


@hot
def or_combine(a):
    """Each byte becomes all ones if any of its bits is set."""
    out = np.int64(0)
    for k in range(0, 64, 8):
        if (a >> k) & 255:
            out |= np.int64(255) << k
    return out


@hot
def reverse_bytes(a):
    """The eight bytes in the opposite order."""
    out = np.int64(0)
    for k in range(0, 64, 8):
        out |= ((a >> k) & 255) << (56 - k)
    return out
