"""Raw access to host memory by address: how jitted code reaches simulated physical memory.

The machine hands out an address only after translation has checked the frame against the size of RAM, so these need no
bounds. Accesses may be misaligned. Under NUMBA_DISABLE_JIT the same names are ctypes reads and writes.
"""

from __future__ import annotations

import ctypes

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from emu.machine.jit import INTERPRETED


def _pointer(builder, address, bits: int):
    return builder.inttoptr(address, ir.IntType(bits).as_pointer())


def _jitted_load(bits: int, signed: bool):
    @intrinsic
    def load(typing_context, address):
        def codegen(context, builder, signature, args):
            value = builder.load(_pointer(builder, args[0], bits), align=1)
            if bits == 64:
                return value
            return (builder.sext if signed else builder.zext)(value, ir.IntType(64))

        return types.int64(types.int64), codegen

    return load


def _jitted_store(bits: int):
    @intrinsic
    def store(typing_context, address, value):
        def codegen(context, builder, signature, args):
            narrow = args[1] if bits == 64 else builder.trunc(args[1], ir.IntType(bits))
            builder.store(narrow, _pointer(builder, args[0], bits), align=1)
            return context.get_dummy_value()

        return types.void(types.int64, types.int64), codegen

    return store


def _python_load(bits: int, signed: bool):
    kind = getattr(ctypes, f"c_{'' if signed else 'u'}int{bits}")
    return lambda address: np.int64(kind.from_address(int(address)).value)


def _python_store(bits: int):
    kind = getattr(ctypes, f"c_int{bits}")

    def store(address, value) -> None:
        kind.from_address(int(address)).value = int(value)

    return store


_load = _python_load if INTERPRETED else _jitted_load
_store = _python_store if INTERPRETED else _jitted_store

load_i8, load_i16, load_i32, load_i64 = (_load(bits, True) for bits in (8, 16, 32, 64))
load_u8, load_u16, load_u32 = (_load(bits, False) for bits in (8, 16, 32))
store_8, store_16, store_32, store_64 = (_store(bits) for bits in (8, 16, 32, 64))

# Eight 64-bit cells at once: how a set's tags are compared and its oldest stamp found. LLVM makes of it what the
# host has.

_LANES = ir.VectorType(ir.IntType(64), 8)


def _eight(builder, address):
    return builder.load(builder.inttoptr(address, _LANES.as_pointer()), align=8)


def _splat(builder, value):
    one = builder.insert_element(ir.Constant(_LANES, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(one, one, ir.Constant(ir.VectorType(ir.IntType(32), 8), [0] * 8))


@intrinsic
def _jitted_equal_lanes(typing_context, address, value):
    def codegen(context, builder, signature, args):
        same = builder.icmp_signed("==", _eight(builder, args[0]), _splat(builder, args[1]))
        return builder.zext(builder.bitcast(same, ir.IntType(8)), ir.IntType(64))

    return types.int64(types.int64, types.int64), codegen


@intrinsic
def _jitted_lowest_lane(typing_context, address, lanes):
    def codegen(context, builder, signature, args):
        wanted = builder.bitcast(builder.trunc(args[1], ir.IntType(8)), ir.VectorType(ir.IntType(1), 8))
        rest = ir.Constant(_LANES, [(1 << 63) - 1] * 8)
        cells = builder.select(wanted, _eight(builder, args[0]), rest)
        smin = ir.FunctionType(ir.IntType(64), (_LANES,))
        reduce = builder.module.declare_intrinsic("llvm.vector.reduce.smin.v8i64", (), smin)
        return builder.call(reduce, (cells,))

    return types.int64(types.int64, types.int64), codegen


@intrinsic
def _jitted_first_bit(typing_context, bits):
    def codegen(context, builder, signature, args):
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.int64), codegen


@intrinsic
def _jitted_zeros_above(typing_context, bits):
    def codegen(context, builder, signature, args):
        return builder.ctlz(args[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.int64), codegen


@intrinsic
def _jitted_prefetch(typing_context, address):
    def codegen(context, builder, signature, args):
        i32, pointer = ir.IntType(32), ir.IntType(8).as_pointer()
        touch = ir.FunctionType(ir.VoidType(), (pointer, i32, i32, i32))
        function = builder.module.declare_intrinsic("llvm.prefetch.p0", (), touch)
        builder.call(function, (builder.inttoptr(args[0], pointer), i32(1), i32(3), i32(1)))
        return context.get_dummy_value()

    return types.void(types.int64), codegen


def _cells(address) -> list[int]:
    return list((ctypes.c_int64 * 8).from_address(int(address)))


def _python_equal_lanes(address, value):
    return np.int64(sum(1 << k for k, cell in enumerate(_cells(address)) if cell == value))


def _python_lowest_lane(address, lanes):
    return np.int64(min(cell if lanes >> k & 1 else (1 << 63) - 1 for k, cell in enumerate(_cells(address))))


def _python_first_bit(bits):
    return np.int64((int(bits) & -int(bits)).bit_length() - 1)


def _python_zeros_above(bits):
    return np.int64(64 - (int(bits) & (1 << 64) - 1).bit_length())


equal_lanes = _python_equal_lanes if INTERPRETED else _jitted_equal_lanes
lowest_lane = _python_lowest_lane if INTERPRETED else _jitted_lowest_lane
prefetch = (lambda address: None) if INTERPRETED else _jitted_prefetch
first_bit = _python_first_bit if INTERPRETED else _jitted_first_bit
zeros_above = _python_zeros_above if INTERPRETED else _jitted_zeros_above  # 64 for 0
