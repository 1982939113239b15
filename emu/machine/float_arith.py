"""Sums, products, quotients, roots, fused: by the host where that is right (float_fast.py), else in integers."""

from __future__ import annotations

from emu.machine import float_fast as fast
from emu.machine import float_table as K
from emu.machine import host_float as F
from emu.machine import softfloat_arith as soft
from emu.machine.arith import MIN64
from emu.machine.float_moves import SIGN_S
from emu.machine.jit import hot
from emu.machine.softfloat import NX, RNE
from emu.machine.softfloat_fma import fused


@hot
def try_double(h, kind, a, b, c):
    """(done, result): by the host's unit, with the flag, rounding to nearest even."""
    if kind == K.F_ADD:
        v = F.d_add(a, b)
        return (True, fast.told(h, v, fast.sum_is_exact(a, b, v))) if fast.ordinary_d(v) else (False, v)
    if kind == K.F_MUL:
        v = F.d_mul(a, b)
        return (True, fast.told(h, v, fast.product_is_exact(a, b))) if fast.ordinary_d(v) else (False, v)
    if kind == K.F_FMA:
        if not F.HAS_FMA:
            return False, a
        v = F.d_fma(a, b, c)
        if not fast.ordinary_d(v) or h.fcsr & NX:
            return fast.ordinary_d(v), v
        p = F.d_mul(a, b)
        exact = fast.ordinary_d(p) and fast.product_is_exact(a, b) and fast.sum_is_exact(p, c, v)
        return exact, v  # if it looks inexact: the product was, the sum may cancel that
    if not fast.ordinary_d(a):
        return False, a
    v = F.d_div(a, b) if kind == K.F_DIV else F.d_sqrt(a)
    if not fast.ordinary_d(v):
        return False, v
    return True, fast.told(h, v, fast.quotient_is_exact(a, b if kind == K.F_DIV else v, v))


@hot
def try_single(h, kind, a, b, c):
    """The same for singles, all boxed."""
    if kind == K.F_ADD:
        v = F.s_add(a, b)
        exact = fast.ordinary_s(v) and fast.wide_sum_is_exact(F.widen(a), F.widen(b), v)
    elif kind == K.F_MUL:
        v = F.s_mul(a, b)
        exact = F.d_mul(F.widen(a), F.widen(b)) == F.widen(v)
    elif kind == K.F_FMA:
        if not F.HAS_FMA:
            return False, a
        v = F.s_fma(a, b, c)
        exact = fast.ordinary_s(v) and fast.wide_sum_is_exact(F.d_mul(F.widen(a), F.widen(b)), F.widen(c), v)
    elif kind == K.F_DIV:
        v = F.s_div(a, b)
        exact = F.d_mul(F.widen(v), F.widen(b)) == F.widen(a)
    else:
        v = F.s_sqrt(a)
        exact = F.d_mul(F.widen(v), F.widen(v)) == F.widen(a)
    return (True, fast.told(h, v, exact)) if fast.ordinary_s(v) else (False, v)


@hot
def arithmetic(h, kind, single, rm, imm, a, b, c):
    """Sum, product, quotient, root, fused."""
    if single:
        if kind == K.F_ADD:
            b ^= imm & SIGN_S
        else:
            a ^= imm & SIGN_S
        c ^= (imm << 1) & SIGN_S
    else:
        if kind == K.F_ADD:
            b ^= imm & MIN64
        else:
            a ^= imm & MIN64
        c ^= (imm << 33) & MIN64
    if rm == RNE:
        if not single:
            done, v = try_double(h, kind, a, b, c)
            if done:
                return v
        elif a >> 32 == -1 and (b >> 32 == -1 or kind == K.F_SQRT) and (c >> 32 == -1 or kind != K.F_FMA):
            done, v = try_single(h, kind, a, b, c)
            if done:
                return v
    if kind == K.F_ADD:
        return soft.add(h, single, rm, a, b)
    if kind == K.F_MUL:
        return soft.multiply(h, single, rm, a, b)
    if kind == K.F_DIV:
        return soft.divide(h, single, rm, a, b)
    if kind == K.F_SQRT:
        return soft.square_root(h, single, rm, a)
    return fused(h, single, rm, a, b, c)
