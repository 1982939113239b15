"""Floating-point results that nothing is computed for: sign injection, and the constants of fli."""

from __future__ import annotations

import numpy as np

from emu.machine.arith import MIN64
from emu.machine.jit import hot
from emu.machine.softfloat import BOX, nan

SIGN_S = 1 << 31  # the sign bit of a single

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
