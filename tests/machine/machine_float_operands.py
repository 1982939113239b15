"""Operands for floating-point instructions: every pair of corners, and dice."""

from __future__ import annotations

import random
from collections.abc import Iterator

from machine_float import BOX, NX, ONES, Case, reads_singles

from emu.isa.insns import Insn


def corners_d() -> list[int]:
    """Doubles where something changes: zeros, subnormals, extremes, infinities, NaNs, neighbours of powers of two."""
    positive = [0, 1, 2, (1 << 51) + 1, (1 << 52) - 1, 1 << 52, (1 << 52) + 1, 2 << 52]
    positive += [0x7FE << 52, (0x7FF << 52) - 1, (0x7FF << 52) - 2, 0x7FF << 52]  # the largest, infinity
    positive += [(0x7FF << 52) + 1, (0x7FF << 52) + (1 << 50), (0x7FF << 52) + (1 << 51), (0x800 << 52) - 1]  # NaNs
    positive += [0x3FF << 52, (0x3FF << 52) + 1, (0x3FF << 52) - 1, 0x3FE << 52, 0x3FF8 << 48, 0x4008 << 48]
    positive += [(0x3FF - 52 << 52), (0x3FF - 53 << 52), (0x3FF - 54 << 52) + 1, 0x3FF + 53 << 52, 0x433 << 52]
    positive += [0x41DF_FFFF_FFC0_0000, 0x41DF_FFFF_FFE0_0000, 0x41E0 << 48, 0x41EF_FFFF_FFE0_0000, 0x41F0 << 48]
    positive += [0x43E0 << 48, 0x43DF_FFFF_FFFF_FFFF, 0x43F0 << 48, 0x43EF_FFFF_FFFF_FFFF]  # 2**31 … 2**64
    positive += [0x47EF_FFFF_E000_0000, 0x47EF_FFFF_F000_0000, 0x47EF_FFFF_EFFF_FFFF, 0x3690 << 48, 0x36A0 << 48]
    positive += [0x380F_FFFF_FFFF_FFFF, 0x380F_FFFF_E000_0000, 0x3810 << 48, 0x3FF0_0000_1000_0000]  # edges of singles
    positive += [0x3FB9_9999_9999_999A, 0x3FC9_9999_9999_999A, 0x2000 << 48, 0x5FE0 << 48]
    return [sign << 63 | v for v in positive for sign in (0, 1)]


def corners_s() -> list[int]:
    """Singles likewise, boxed; and some that are not."""
    positive = [0, 1, 2, (1 << 22) + 1, (1 << 23) - 1, 1 << 23, (1 << 23) + 1, 2 << 23]
    positive += [0xFE << 23, (0xFF << 23) - 1, (0xFF << 23) - 2, 0xFF << 23]
    positive += [(0xFF << 23) + 1, (0xFF << 23) + (1 << 21), (0xFF << 23) + (1 << 22), (0x100 << 23) - 1]
    positive += [0x7F << 23, (0x7F << 23) + 1, (0x7F << 23) - 1, 0x7E << 23, 0x3FC00000, 0x40400000]
    positive += [0x7F - 23 << 23, 0x7F - 24 << 23, (0x7F - 25 << 23) + 1, 0x7F + 24 << 23, 0x4B000000]
    positive += [0x4EFFFFFF, 0x4F000000, 0x4F7FFFFF, 0x4F800000, 0x5EFFFFFF, 0x5F000000, 0x5F7FFFFF, 0x5F800000]
    positive += [0x3DCCCCCD, 0x20000000, 0x5F000000 + (1 << 22), 0x1FFFFFFF]
    return [BOX | sign << 31 | v for v in positive for sign in (0, 1)] + [0x3F800000, 0xFFFFFFFE << 32 | 0x3F800000]


def random_double(rng: random.Random) -> int:
    """Any exponent or one near 1; many or few digits."""
    exponent = rng.choice((rng.randrange(2048), 0x3FF + rng.randint(-60, 60), rng.choice((0, 1, 2, 2045, 2046, 2047))))
    fraction = rng.getrandbits(52)
    if rng.random() < 0.4:
        fraction &= -1 << rng.randrange(53)
    if rng.random() < 0.2:
        fraction ^= (1 << rng.randrange(53)) - 1
    return rng.getrandbits(1) << 63 | exponent << 52 | fraction


def random_single(rng: random.Random) -> int:
    """The same in 32 bits."""
    exponent = rng.choice((rng.randrange(256), 0x7F + rng.randint(-30, 30), rng.choice((0, 1, 2, 253, 254, 255))))
    fraction = rng.getrandbits(23)
    if rng.random() < 0.4:
        fraction &= -1 << rng.randrange(24)
    if rng.random() < 0.2:
        fraction ^= (1 << rng.randrange(24)) - 1
    return (BOX if rng.random() < 0.98 else 0) | rng.getrandbits(1) << 31 | exponent << 23 | fraction


def corner_cases(insn: Insn, rm: int, fcsr: int = 0, rng: random.Random | None = None) -> Iterator[Case]:
    """Every pair of corners; the third operand is another corner."""
    pool = corners_s() if reads_singles(insn) else corners_d()
    rng = rng or random.Random(insn.name)
    two = any(f.role == "rs2" and f.kind == "freg" for f in insn.fields)
    integers = [
        s * n + d for n in (0, 1 << 31, 1 << 32, 1 << 53, 1 << 63, 1 << 24) for s in (1, -1) for d in (-1, 0, 1)
    ]
    for a in pool:
        for b in pool if two else pool[:1]:
            x = rng.choice(integers) if rng.random() < 0.7 else rng.getrandbits(64) >> rng.randrange(64)
            yield Case(a, b, rng.choice(pool), x & ONES, rng.getrandbits(64), rm << 5 | fcsr)


def random_cases(insn: Insn, rm: int, rng: random.Random, count: int) -> Iterator[Case]:
    """Random operands; the second often near the first; flags before are none or NX."""
    number = random_single if reads_singles(insn) else random_double
    for _ in range(count):
        a, b, c = (number(rng) for _ in range(3))
        if rng.random() < 0.3:
            b = a ^ rng.getrandbits(4) ^ (rng.getrandbits(1) << (31 if reads_singles(insn) else 63))
        x = rng.getrandbits(64) >> rng.randrange(64)
        yield Case(
            a, b, c, (x if rng.random() < 0.5 else -x) & ONES, rng.getrandbits(64), rm << 5 | rng.choice((0, NX))
        )
