"""The host's floating-point unit on bit patterns: int64 in, int64 out, so that no float ever mixes with the integers.

Round to nearest even, as hosts start. d_ functions take doubles, s_ functions NaN-boxed singles, and give such. Their
flags are not read: `float_fast` proves from the result which flags the guest sees, and takes none of these results
that is not a normal number. Under NUMBA_DISABLE_JIT numpy computes the same.
"""

from __future__ import annotations

import platform

import numpy as np
from llvmlite import binding, ir
from numba import types
from numba.extending import intrinsic

from emu.machine.jit import INTERPRETED

BOX = -(1 << 32)  # the upper half of a single in a 64-bit register
I64, I32, DOUBLE, SINGLE = ir.IntType(64), ir.IntType(32), ir.DoubleType(), ir.FloatType()


def _has_fma() -> bool:
    """Whether llvm.fma is one instruction here, and not a call that may not be there."""
    if INTERPRETED:
        return False
    return platform.machine() in ("aarch64", "arm64") or binding.get_host_cpu_features().get("fma", False)


HAS_FMA = _has_fma()


def _unpack(builder, single: bool, value):
    return builder.bitcast(builder.trunc(value, I32), SINGLE) if single else builder.bitcast(value, DOUBLE)


def _pack(builder, single: bool, value):
    if not single:
        return builder.bitcast(value, I64)
    return builder.or_(builder.zext(builder.bitcast(value, I32), I64), I64(BOX))


def _sqrt(builder, value):
    function = builder.module.declare_intrinsic("llvm.sqrt", [value.type])
    return builder.call(function, (value,))


def _binary(single: bool, name: str):
    @intrinsic
    def compute(typing_context, a, b):
        def codegen(context, builder, signature, args):
            operands = [_unpack(builder, single, v) for v in args]
            return _pack(builder, single, getattr(builder, name)(*operands))

        return types.int64(types.int64, types.int64), codegen

    return compute


def _root(single: bool):
    @intrinsic
    def compute(typing_context, a):
        def codegen(context, builder, signature, args):
            return _pack(builder, single, _sqrt(builder, _unpack(builder, single, args[0])))

        return types.int64(types.int64), codegen

    return compute


def _fused(single: bool):
    @intrinsic
    def compute(typing_context, a, b, c):
        def codegen(context, builder, signature, args):
            operands = [_unpack(builder, single, v) for v in args]
            kind = operands[0].type
            function = builder.module.declare_intrinsic("llvm.fma", [kind], ir.FunctionType(kind, [kind] * 3))
            return _pack(builder, single, builder.call(function, operands))

        return types.int64(types.int64, types.int64, types.int64), codegen

    return compute


def _compare(single: bool, relation: str):
    """1 or 0; 0 if either is a NaN."""

    @intrinsic
    def compute(typing_context, a, b):
        def codegen(context, builder, signature, args):
            operands = [_unpack(builder, single, v) for v in args]
            return builder.zext(builder.fcmp_ordered(relation, *operands), I64)

        return types.int64(types.int64, types.int64), codegen

    return compute


@intrinsic
def _jitted_widen(typing_context, a):
    def codegen(context, builder, signature, args):
        return _pack(builder, False, builder.fpext(_unpack(builder, True, args[0]), DOUBLE))

    return types.int64(types.int64), codegen


@intrinsic
def _jitted_narrow(typing_context, a):
    def codegen(context, builder, signature, args):
        return _pack(builder, True, builder.fptrunc(_unpack(builder, False, args[0]), SINGLE))

    return types.int64(types.int64), codegen


# ------------------------------------------------------------------------------------------------- without compilation


def _value(single: bool, bits):
    """The numpy number that a pattern stands for."""
    data = (int(bits) & (1 << 64) - 1).to_bytes(8, "little")
    return np.frombuffer(data, np.float32 if single else np.float64)[0]


def _bits(single: bool, value):
    """The pattern of a numpy number."""
    pattern = int.from_bytes(value.tobytes(), "little")
    return np.int64(pattern | BOX if single else pattern - (pattern >> 63 << 64))


def _plain(single: bool, function):
    def compute(*patterns):
        with np.errstate(all="ignore"):
            return _bits(single, function(*(_value(single, p) for p in patterns)))

    return compute


def _plain_compare(single: bool, function):
    return lambda a, b: np.int64(bool(function(_value(single, a), _value(single, b))))


def _cast(source: bool, target: bool):
    kind = np.float32 if target else np.float64

    def compute(bits):
        with np.errstate(all="ignore"):
            return _bits(target, kind(_value(source, bits)))

    return compute


def _functions(single: bool) -> list:
    if not INTERPRETED:
        arithmetic = [_binary(single, name) for name in ("fadd", "fsub", "fmul", "fdiv")]
        return [*arithmetic, _root(single), _fused(single), *(_compare(single, r) for r in ("==", "<", "<="))]
    arithmetic = [_plain(single, f) for f in (np.add, np.subtract, np.multiply, np.divide, np.sqrt)]
    relations = [_plain_compare(single, f) for f in (np.equal, np.less, np.less_equal)]
    return [*arithmetic, lambda a, b, c: np.int64(0), *relations]  # HAS_FMA is false


d_add, d_sub, d_mul, d_div, d_sqrt, d_fma, d_eq, d_lt, d_le = _functions(single=False)
s_add, s_sub, s_mul, s_div, s_sqrt, s_fma, s_eq, s_lt, s_le = _functions(single=True)
widen = _cast(True, False) if INTERPRETED else _jitted_widen
narrow = _cast(False, True) if INTERPRETED else _jitted_narrow
