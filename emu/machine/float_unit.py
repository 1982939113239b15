"""The floating-point unit: every instruction of F, D and Zfa that computes, in every rounding mode, with exact flags.

The run loop's arms do the same for the common cases and leave the others to this function.
"""

from __future__ import annotations

import numpy as np

from emu.machine import float_table as K
from emu.machine import softfloat_convert as convert
from emu.machine.arith import LOW32
from emu.machine.float_arith import arithmetic
from emu.machine.float_compare import EQ, LE, LT, class_of, compare, extreme
from emu.machine.float_moves import constant, inject
from emu.machine.jit import hot, inlined
from emu.machine.softfloat import DYN, RMM

RESERVED = 2  # the run loop takes this for: leave it to the slow path, which traps


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
