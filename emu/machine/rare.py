"""The rarer register-to-register instructions:

Zba, Zbb, Zbs, Zicond, high products. One function, out of the run loop.
"""

from __future__ import annotations

import numpy as np

from emu.machine import arith
from emu.machine import ops as O
from emu.machine.arith import LOW32, below, sext32
from emu.machine.jit import hot

ONE = np.int64(1)


@hot
def high_product(op, a, b):
    """mulh, mulhsu, mulhu in both widths."""
    if op == O.MULH:
        return arith.mulh(a, b)
    if op == O.MULHSU:
        return arith.mulhsu(a, b)
    if op == O.MULHU:
        return arith.mulhu(a, b)
    if op == O.MULH32:
        return (a * b) >> 32
    if op == O.MULHSU32:
        return (a * (b & LOW32)) >> 32
    return sext32(arith.shift_right((a & LOW32) * (b & LOW32), 32))


@hot
def shift_add(op, a, b):
    """Zba."""
    if op == O.ADD_UW:
        return (a & LOW32) + b
    if op <= O.SH3ADD:
        return (a << (op - O.SH1ADD + 1)) + b
    if op <= O.SH3ADD_UW:
        return ((a & LOW32) << (op - O.SH1ADD_UW + 1)) + b
    if op == O.SLLI_UW:
        return (a & LOW32) << b
    return sext32((a << (op - O.SH1ADD32 + 1)) + b)


@hot
def bit_manipulation(op, a, b):
    """Zbb but for rotations."""
    if op == O.ANDN:
        return a & ~b
    if op == O.ORN:
        return a | ~b
    if op == O.XNOR:
        return ~(a ^ b)
    if op == O.CLZ or op == O.CLZW:
        return arith.leading_zeros(a, 64 if op == O.CLZ else 32)
    if op == O.CTZ or op == O.CTZW:
        return arith.trailing_zeros(a, 64 if op == O.CTZ else 32)
    if op == O.CPOP or op == O.CPOPW:
        return arith.ones(a if op == O.CPOP else a & LOW32)
    if op == O.MAX:
        return max(a, b)
    if op == O.MIN:
        return min(a, b)
    if op == O.MAXU:
        return b if below(a, b) else a
    if op == O.MINU:
        return a if below(a, b) else b
    if op == O.SEXT_B:
        return ((a & 255) ^ 128) - 128
    if op == O.SEXT_H:
        return ((a & 0xFFFF) ^ 0x8000) - 0x8000
    return a & 0xFFFF  # zext.h


@hot
def rotate(op, a, b):
    """Zbb's rotations and byte permutations."""
    if op == O.ROL:
        return arith.rotate_right(a, -b & 63)
    if op == O.ROR or op == O.RORI:
        return arith.rotate_right(a, b & 63)
    if op == O.ROLW:
        return arith.rotate_right32(a, -b & 31)
    if op == O.RORW or op == O.RORIW:
        return arith.rotate_right32(a, b & 31)
    if op == O.ORC_B:
        return arith.or_combine(a)
    if op == O.ORC_B32:
        return sext32(arith.or_combine(a))
    if op == O.REV8:
        return arith.reverse_bytes(a)
    return arith.reverse_bytes(a) >> 32  # rev8 in 32 bits


@hot
def single_bit(op, a, b):
    """Zbs; the 32-bit forms take five bits of the index and sign-extend."""
    wide = op < O.BCLR32
    bit = ONE << (b & (63 if wide else 31))
    kind = (op - (O.BCLR if wide else O.BCLR32)) >> 1  # bclr bext binv bset, each with its immediate form
    if kind == 1:
        return np.int64((a & bit) != 0)
    out = a & ~bit if kind == 0 else a ^ bit if kind == 2 else a | bit
    return out if wide else sext32(out)


@hot
def compute(op, a, b):
    """The result of a rare operation on two operands (the second may be an immediate)."""
    if op <= O.MULHU32:
        return high_product(op, a, b)
    if op <= O.SH3ADD32:
        return shift_add(op, a, b)
    if op <= O.ZEXT_H:
        return bit_manipulation(op, a, b)
    if op <= O.REV8_32:
        return rotate(op, a, b)
    if op <= O.BSETI32:
        return single_bit(op, a, b)
    zero = b == 0
    return a if zero == (op == O.CZERO_NEZ) else np.int64(0)
