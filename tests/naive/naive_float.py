"""What the floating-point instructions compute, on exact fractions: RISC-V Unprivileged, "F", "D", "Zfa".

Shares nothing with emu/machine/softfloat*.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from naive_float_arith import add, divide, fused, multiply, square_root
from naive_fraction import (
    NV,
    NX,
    ONES,
    RNE,
    RTZ,
    D,
    Flags,
    Format,
    Number,
    S,
    box,
    decode,
    encode,
    infinity,
    nan,
    unbox,
    whole,
)

# -------------------------------------------------------------------------------------- comparisons, choices, classes


def key(n: Number) -> Fraction | float:
    if n.inf:
        return -math.inf if n.negative else math.inf
    return n.value


def compare(name: str, a: Number, b: Number, flags: Flags) -> int:
    quiet = name in ("feq", "fltq", "fleq")
    if a.nan or b.nan:
        if not quiet or a.signalling or b.signalling:
            flags |= NV
        return 0
    x, y = key(a), key(b)
    return int({"eq": x == y, "lt": x < y, "le": x <= y}[name[1:3]])


def extreme(name: str, a: int, b: int, f: Format, flags: Flags) -> int:
    x, y = decode(a, f), decode(b, f)
    if x.signalling or y.signalling:
        flags |= NV
    if (x.nan and y.nan) or (name[-1] == "m" and (x.nan or y.nan)):
        return f.nan
    if x.nan or y.nan:
        return b if x.nan else a
    small, large = (a, b) if (key(x), not x.negative) <= (key(y), not y.negative) else (b, a)
    return small if name.startswith("fmin") else large


def class_of(bits: int, f: Format) -> int:
    n = decode(bits, f)
    if n.nan:
        return 1 << (8 if n.signalling else 9)
    if n.inf:
        place = 0
    elif n.zero:
        place = 3
    else:
        place = 1 if abs(n.value) >= Fraction(2) ** f.low else 2
    return 1 << (place if n.negative else 7 - place)


# -------------------------------------------------------------------------------------------------------- conversions


def to_integer(n: Number, signed: bool, bits: int, rm: int, flags: Flags) -> int:
    """The integer; the caller sign-extends words."""
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    if n.kind != "number":
        flags |= NV
        return low if n.inf and n.negative else high
    value = whole(n.value, rm)
    if not low <= value <= high:
        flags |= NV
        return low if value < low else high
    if value != n.value:
        flags |= NX
    return value


def to_integral(bits: int, f: Format, rm: int, flags: Flags, tells: bool) -> int:
    n = decode(bits, f)
    if n.nan:
        return nan(f, flags, n)
    if n.inf:
        return bits
    value = whole(n.value, rm)
    if tells and value != n.value:
        flags |= NX
    return encode(Fraction(value), f, rm, flags, n.negative)


def modular(n: Number, flags: Flags) -> int:
    saturated = Flags()
    to_integer(n, True, 32, RTZ, saturated)
    flags |= saturated.raised
    return whole(n.value, RTZ) % (1 << 32) if n.kind == "number" else 0


def load_constant(k: int, f: Format) -> int:
    """fli's table."""
    if k == 30:
        return f.infinity
    if k == 31:
        return f.nan
    texts = "-1 min 2**-16 2**-15 2**-8 2**-7 1/16 1/8 1/4 5/16 3/8 7/16 1/2 5/8 3/4 7/8 1 5/4 3/2 7/4 2 5/2 3 4 8 16"
    texts += " 128 256 2**15 2**16"
    text = texts.split()[k]
    if text == "min":
        value = Fraction(2) ** f.low
    elif text.startswith("2**"):
        value = Fraction(2) ** int(text[3:])
    else:
        value = Fraction(text)
    return encode(value, f, RNE, Flags())


# ----------------------------------------------------------------------------------------------------- the instructions

FUSED = {"fmadd": (1, 1), "fmsub": (1, -1), "fnmsub": (-1, 1), "fnmadd": (-1, -1)}
INTEGERS = {"w": (True, 32), "wu": (False, 32), "l": (True, 64), "lu": (False, 64)}
FORMATS = {"s": S, "d": D}


def sign_extended(value: int, bits: int) -> int:
    value %= 1 << bits
    return value - (1 << bits) if value >> (bits - 1) else value


def execute(name: str, rm: int, f1: int, f2: int, f3: int, x1: int, x2: int = 0) -> tuple[int, int]:
    """(result register as an unsigned 64-bit pattern, flags) for 64-bit operand registers; rm is what counts."""
    flags = Flags()
    result = _execute(name, rm, (f1, f2, f3), x1, x2, flags)
    return result & ONES, flags.raised


def _execute(name: str, rm: int, registers: tuple[int, ...], x1: int, x2: int, flags: Flags) -> int:
    if name.startswith(("fcvt.", "fcvtmod.")):
        return _convert(name, rm, registers[0], x1, flags)
    if name in MOVES:
        return MOVES[name](registers[0], x1, x2)
    stem, _, letter = name.rpartition(".")
    f = FORMATS[letter]
    bits = [unbox(r, f) for r in registers]
    a, b, c = (decode(v, f) for v in bits)
    if stem in ("feq", "flt", "fle", "fltq", "fleq"):
        return compare(stem, a, b, flags)
    if stem == "fclass":
        return class_of(bits[0], f)
    if stem == "fli":
        return box(load_constant(x1, f), f)
    return box(_compute(stem, f, rm, bits, (a, b, c), flags), f)


def _compute(stem: str, f: Format, rm: int, bits: list[int], numbers: tuple[Number, ...], flags: Flags) -> int:
    a, b, c = numbers
    if stem in FUSED:
        product, addend = FUSED[stem]
        return fused(a if product > 0 else -a, b, c if addend > 0 else -c, f, rm, flags)
    if stem in ("fmin", "fmax", "fminm", "fmaxm"):
        return extreme(stem, bits[0], bits[1], f, flags)
    if stem in ("fround", "froundnx"):
        return to_integral(bits[0], f, rm, flags, stem == "froundnx")
    if stem.startswith("fsgnj"):
        top = 1 << (f.bits - 1)
        sign = {"fsgnj": bits[1], "fsgnjn": ~bits[1], "fsgnjx": bits[0] ^ bits[1]}[stem] & top
        return bits[0] & ~top | sign
    if stem == "fsqrt":
        return square_root(a, f, rm, flags)
    function: Callable = {"fadd": add, "fsub": add, "fmul": multiply, "fdiv": divide}[stem]
    return function(a, -b if stem == "fsub" else b, f, rm, flags)


MOVES: dict[str, Callable[[int, int, int], int]] = {
    "fmv.x.w": lambda f, x, y: sign_extended(f, 32),
    "fmv.x.d": lambda f, x, y: f,
    "fmv.w.x": lambda f, x, y: box(x & 0xFFFFFFFF, S),
    "fmv.d.x": lambda f, x, y: x,
    "fmvh.x.d": lambda f, x, y: sign_extended(f >> 32, 32),
    "fmvp.d.x": lambda f, x, y: x & 0xFFFFFFFF | y << 32,
}


def _convert(name: str, rm: int, register: int, x: int, flags: Flags) -> int:
    _, target, source = name.split(".")
    if name == "fcvtmod.w.d":
        return sign_extended(modular(decode(register, D), flags), 32)
    if source in INTEGERS:
        signed, bits = INTEGERS[source]
        value = sign_extended(x, bits) if signed else x % (1 << bits)
        f = FORMATS[target]
        return box(encode(Fraction(value), f, rm, flags), f)
    n = decode(unbox(register, FORMATS[source]), FORMATS[source])
    if target in INTEGERS:
        signed, bits = INTEGERS[target]
        return sign_extended(to_integer(n, signed, bits, rm, flags), bits)
    f = FORMATS[target]
    if n.nan:
        return box(nan(f, flags, n), f)
    if n.inf:
        return box(infinity(f, n.negative), f)
    return box(encode(n.value, f, rm, flags, n.negative), f)


def expected(insn, rm: int, case, xlen: int, constant: int = 0) -> tuple[int, int]:
    """What a case of tests/machine/machine_float.py comes to: (register as an unsigned 64-bit pattern, flags)."""
    rm = RTZ if insn.name == "fcvtmod.w.d" else rm
    x1 = constant if insn.name.startswith("fli") else case.x1
    result, flags = execute(insn.name, rm, case.f1, case.f2, case.f3, x1, case.x2)
    if xlen == 32 and any(f.role == "rd" and f.kind == "xreg" for f in insn.fields):
        result = sign_extended(result, 32) & ONES
    return result, flags | case.fcsr & 31
