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
