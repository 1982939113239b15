"""The floating-point unit: every instruction of F, D and Zfa that computes, in every rounding mode, with exact flags.

The run loop's arms do the same for the common cases and leave the others to this function. Where the host's unit is
known to be right it is used (float_fast.py); all else is computed in integers (softfloat*.py).
"""

from __future__ import annotations

import numpy as np

from emu.machine import float_fast as fast
from emu.machine import float_table as K
from emu.machine import host_float as F
from emu.machine import softfloat_arith as soft
from emu.machine import softfloat_convert as convert
from emu.machine.arith import LOW32, MIN64
from emu.machine.float_compare import EQ, LE, LT, class_of, compare, extreme
from emu.machine.jit import hot, inlined
from emu.machine.softfloat import BOX, DYN, RMM, RNE, nan
from emu.machine.softfloat import NX as INEXACT
from emu.machine.softfloat_fma import fused

RESERVED = 2  # the run loop takes this for: leave it to the slow path, which traps
SIGN_S = 1 << 31

# fli's constants: RISC-V Unprivileged, "Zfa", "Load-Immediate Instructions". The second is the smallest normal number.
_LI = (
    -1.0, 0.0, 2**-16, 2**-15, 2**-8, 2**-7, 0.0625, 0.125, 0.25, 0.3125, 0.375, 0.4375, 0.5, 0.625, 0.75, 0.875, 1.0,
    1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 8.0, 16.0, 128.0, 256.0, 32768.0, 65536.0, np.inf, np.nan,
)  # fmt: skip
LI_D = tuple(int(n) for n in np.array(_LI, dtype=np.float64).view(np.int64))
LI_S = tuple(int(n) | -1 << 32 for n in np.array(_LI, dtype=np.float32).view(np.uint32))
SMALLEST_D, SMALLEST_S = 1 << 52, 1 << 23


@hot
def constant(single, k):
    """The constant k of fli."""
    if k == 1:
        return BOX | SMALLEST_S if single else np.int64(SMALLEST_D)
    if k == 31:
        return nan(single)
    return np.int64(LI_S[k]) if single else np.int64(LI_D[k])


@hot
def inject(single, imm, a, b):
    """fsgnj, fsgnjn, fsgnjx."""
    if single:
        a = a if a >> 32 == -1 else nan(True)
        b = b if b >> 32 == -1 else nan(True)
        return (a & ~SIGN_S) | ((b ^ imm ^ (a & (imm << 1))) & SIGN_S)
    return (a & ~MIN64) | ((b ^ imm ^ (a & (imm << 33))) & MIN64)


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
        if not fast.ordinary_d(v) or h.fcsr & INEXACT:
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


@hot
def judged(h, kind, single, imm, a, b):
    """Comparisons, extremes, classes."""
    if kind <= K.F_CMPQ:
        relation = LT if not imm & K.EQUAL else LE if imm & K.LESS else EQ
        return compare(h, single, relation, kind == K.F_CMPQ, a, b)
    if kind == K.F_CLASS:
        return class_of(a, single)
    largest = kind == K.F_MAX or kind == K.F_MAXM
    return extreme(h, single, largest, kind >= K.F_MINM, a, b)


@hot
def converted(h, kind, single, rm, a):
    """Conversions, and rounding to whole numbers."""
    if kind <= K.F_TO_LU:
        place = kind - K.F_TO_W
        return convert.to_integer(h, single, rm, a, place & 1 == 0, 32 << (place >> 1))
    if kind <= K.F_FROM_LU:
        place = kind - K.F_FROM_W
        return convert.from_integer(h, single, rm, a, place & 1 == 0, 32 << (place >> 1))
    if kind == K.F_FORMAT:
        return convert.to_format(h, single, rm, a)
    if kind == K.F_MODULAR:
        return convert.to_word_modular(h, a)
    return convert.to_integral(h, single, rm, a, kind == K.F_ROUNDNX)


@hot
def float_unit(h, r):
    """Execute a floating-point record. Returns 0, or RESERVED if the dynamic rounding mode is none."""
    imm = np.int64(r.imm)
    kind, single, rm = (imm >> K.KIND) & 127, (imm >> 16) & 1 != 0, imm & 7
    if rm == DYN:
        rm = (h.fcsr >> 5) & 7
        if rm > RMM:
            return RESERVED
    x = h.x
    a, b = x[r.rs1], x[r.rs2]
    if kind <= K.F_FMA:
        v = arithmetic(h, kind, single, rm, imm, a, b, x[(imm >> K.THIRD) & 63])
    elif kind == K.F_SGNJ:
        v = inject(single, imm, a, b)
    elif kind == K.F_LI:
        v = constant(single, r.rs1)
    elif kind == K.F_PAIR:
        v = (a & LOW32) | b << 32
    elif kind <= K.F_CLASS:
        v = judged(h, kind, single, imm, a, b)
    else:
        v = converted(h, kind, single, rm, a)
    x[r.rd] = v
    return 0


@inlined
def float_cost(m, imm):
    """Cycles beyond the first of a record that `float_unit` executes: docs/timing.md."""
    kind = (np.int64(imm) >> K.KIND) & 127
    if kind == K.F_MUL or kind == K.F_FMA:
        return m.cost_fp_mul
    if kind == K.F_DIV:
        return m.cost_fp_div
    if kind == K.F_SQRT:
        return m.cost_fp_sqrt
    return 0 if K.F_SGNJ <= kind <= K.F_LI else m.cost_fp_add


@inlined
def computes(imm):
    """1 for what `insn.fp` counts, 0 for moves."""
    kind = (np.int64(imm) >> K.KIND) & 127
    return 0 if K.F_SGNJ <= kind <= K.F_LI else 1
