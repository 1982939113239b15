"""`li`: the shortest sequence of lui, addi(w), slli, srli and xori for a constant, as clang chooses it.

RISC-V Assembly Programmer's Manual, "Load Immediate". A step is (mnemonic, number); all work on one register, the first
of lui and addi starts from zero. Ties go to the plain sequence.
"""

from __future__ import annotations

from emu.asm.nodes import wrap

Step = tuple[str, int]


def low12(value: int) -> int:
    """The low 12 bits, signed: what addi can add."""
    return ((value & 0xFFF) ^ 0x800) - 0x800


def _trailing_zeros(value: int) -> int:
    return (value & -value).bit_length() - 1


def _fits(value: int, bits: int) -> bool:
    return -(1 << (bits - 1)) <= value < 1 << (bits - 1)


def _word(value: int, xlen: int) -> list[Step]:
    """32 bits: lui, addi or both; addiw where the sum must wrap around (0x7fffffff)."""
    upper, lower = ((value + 0x800) >> 12) & 0xFFFFF, low12(value)
    steps = [("lui", upper)] if upper else []
    if lower or not upper:
        wraps = upper and ((upper << 12) ^ 1 << 31) - (1 << 31) + lower != value
        steps.append(("addiw" if wraps and xlen == 64 else "addi", lower))
    return steps


def _plain(value: int, xlen: int) -> list[Step]:
    """From the top: the upper part by itself, shifted into place, then the low 12 bits added."""
    if _fits(value, 32):
        return _word(value, xlen)
    lower = low12(value)
    upper, shift = wrap(value - lower), 0
    if not _fits(upper, 32):
        shift = _trailing_zeros(upper)
        upper >>= shift
        if shift > 12 and not _fits(upper, 12) and _fits(upper << 12, 32):
            shift, upper = shift - 12, upper << 12  # lui brings twelve zeros of its own
    steps = _plain(upper, xlen)
    if shift:
        steps.append(("slli", shift))
    return [*steps, ("addi", lower)] if lower else steps


def _without_leading_zeros(value: int, xlen: int) -> list[Step]:
    """A positive value moved up to the top, ones or zeros below it, and a shift right at the end."""
    zeros = 64 - value.bit_length()
    moved = value << zeros
    with_ones, with_zeros = (_plain(wrap(v), xlen) for v in (moved | (1 << zeros) - 1, moved))
    return [*(with_zeros if len(with_zeros) < len(with_ones) else with_ones), ("srli", zeros)]


def _one_more_addition(value: int, xlen: int) -> list[Step]:
    """With bits 12..11 = 10 a second addi of up to -2047 leaves twelve more zeros to shift away."""
    last = (value & 0xFFF) - 0x800
    return [*_plain(wrap(value - last), xlen), ("addi", last)]


def _even(value: int, best: list[Step], xlen: int) -> list[Step]:
    """The odd part and a shift left, if that is shorter or a pair that compresses well (c.li, c.slli)."""
    zeros = _trailing_zeros(value)
    steps = [*_plain(value >> zeros, xlen), ("slli", zeros)]
    return steps if len(steps) < len(best) or _fits(value >> zeros, 6) else best


def constant_steps(value: int, xlen: int) -> list[Step]:
    """The steps for a signed value of 64 (or on RV32 of 32) bits."""
    best = _plain(value, xlen)
    if len(best) >= 2 and value & 0xFFF and not value & 1:
        best = _even(value, best, xlen)
    if len(best) > 2 and value & 0xFFF and value & 0x1800 == 0x1000:
        best = min(best, _one_more_addition(value, xlen), key=len)
    if len(best) > 2 and value > 0:
        best = min(best, _without_leading_zeros(value, xlen), key=len)
    if len(best) > 3 and value < 0:
        best = min(best, [*_without_leading_zeros(~value, xlen), ("xori", -1)], key=len)
    return best
