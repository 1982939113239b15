"""What the register instructions compute, on Python's unbounded integers: RISC-V Unprivileged, chapter by chapter."""

from __future__ import annotations

from collections.abc import Callable


def signed(value: int, bits: int) -> int:
    """The low bits as a two's complement number."""
    value %= 1 << bits
    return value - (1 << bits) if value >= 1 << (bits - 1) else value


def unsigned(value: int, bits: int) -> int:
    """The low bits as an unsigned number."""
    return value % (1 << bits)


def quotient(a: int, b: int) -> int:
    """Rounded towards zero; all ones for x / 0."""
    return -1 if b == 0 else abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def rest(a: int, b: int) -> int:
    """With the sign of the dividend; x for x % 0."""
    return a if b == 0 else a - quotient(a, b) * b


def rotated(value: int, right: int, bits: int) -> int:
    """A rotation to the right."""
    text = f"{unsigned(value, bits):0{bits}b}"
    right %= bits
    return int(text[bits - right :] + text[: bits - right], 2)


def binary(value: int, bits: int) -> str:
    """The low bits as text."""
    return f"{unsigned(value, bits):0{bits}b}"


def octets(value: int, bits: int) -> list[int]:
    """The bytes, lowest first."""
    return list(unsigned(value, bits).to_bytes(bits // 8, "little"))


def tables(n: int) -> dict[str, Callable[[int, int], int]]:
    """By base name, for XLEN n: the result on rs1 and rs2 (or the immediate); the caller wraps it to XLEN."""
    word = 32

    def u(a: int) -> int:
        return unsigned(a, n)

    table = {
        "add": lambda a, b: a + b,
        "sub": lambda a, b: a - b,
        "sll": lambda a, b: a << b % n,
        "slt": lambda a, b: int(a < b),
        "sltu": lambda a, b: int(u(a) < u(b)),
        "xor": lambda a, b: a ^ b,
        "srl": lambda a, b: u(a) >> b % n,
        "sra": lambda a, b: a >> b % n,
        "or": lambda a, b: a | b,
        "and": lambda a, b: a & b,
        "mul": lambda a, b: a * b,
        "mulh": lambda a, b: a * b >> n,
        "mulhsu": lambda a, b: a * u(b) >> n,
        "mulhu": lambda a, b: u(a) * u(b) >> n,
        "div": quotient,
        "divu": lambda a, b: quotient(u(a), u(b)),
        "rem": rest,
        "remu": lambda a, b: rest(u(a), u(b)),
        "sh1add": lambda a, b: (a << 1) + b,
        "sh2add": lambda a, b: (a << 2) + b,
        "sh3add": lambda a, b: (a << 3) + b,
        "andn": lambda a, b: a & ~b,
        "orn": lambda a, b: a | ~b,
        "xnor": lambda a, b: ~(a ^ b),
        "clz": lambda a, b: len(binary(a, n)) - len(binary(a, n).lstrip("0")),
        "ctz": lambda a, b: len(binary(a, n)) - len(binary(a, n).rstrip("0")),
        "cpop": lambda a, b: binary(a, n).count("1"),
        "max": max,
        "min": min,
        "maxu": lambda a, b: max(u(a), u(b)),
        "minu": lambda a, b: min(u(a), u(b)),
        "sext.b": lambda a, b: signed(a, 8),
        "sext.h": lambda a, b: signed(a, 16),
        "zext.h": lambda a, b: unsigned(a, 16),
        "rol": lambda a, b: rotated(a, -b, n),
        "ror": lambda a, b: rotated(a, b, n),
        "orc.b": lambda a, b: int.from_bytes(bytes(255 if o else 0 for o in octets(a, n)), "little"),
        "rev8": lambda a, b: int.from_bytes(bytes(octets(a, n)), "big"),
        "bclr": lambda a, b: a & ~(1 << b % n),
        "bext": lambda a, b: a >> b % n & 1,
        "binv": lambda a, b: a ^ (1 << b % n),
        "bset": lambda a, b: a | (1 << b % n),
        "czero.eqz": lambda a, b: 0 if b == 0 else a,
        "czero.nez": lambda a, b: a if b == 0 else 0,
    }
    for name in ("add", "slt", "xor", "or", "and", "sll", "srl", "sra", "ror", "bclr", "bext", "binv", "bset"):
        table[name + "i"] = table[name]
    table["sltiu"] = table["sltu"]
    if n == 64:
        narrow = tables(word)
        for name in (
            "add",
            "sub",
            "sll",
            "srl",
            "sra",
            "mul",
            "div",
            "divu",
            "rem",
            "remu",
            "rol",
            "ror",
            "clz",
            "ctz",
            "cpop",
        ):
            table[name + "w"] = in_words(narrow[name])
        for name in ("addi", "slli", "srli", "srai", "rori"):
            table[name + "w"] = in_words(narrow[name])
        table["add.uw"] = lambda a, b: unsigned(a, word) + b
        table["slli.uw"] = lambda a, b: unsigned(a, word) << b
        for k in (1, 2, 3):
            table[f"sh{k}add.uw"] = lambda a, b, k=k: (unsigned(a, word) << k) + b
    return table


def in_words(function: Callable[[int, int], int]) -> Callable[[int, int], int]:
    """The 32-bit instruction on 64-bit registers: low words in, the result sign-extended."""
    return lambda a, b: signed(function(signed(a, 32), signed(b, 32)), 32)


COMPUTE = {64: tables(64), 32: tables(32)}

BRANCHES: dict[str, Callable[[int, int, int], bool]] = {
    "beq": lambda a, b, n: a == b,
    "bne": lambda a, b, n: a != b,
    "blt": lambda a, b, n: a < b,
    "bge": lambda a, b, n: a >= b,
    "bltu": lambda a, b, n: unsigned(a, n) < unsigned(b, n),
    "bgeu": lambda a, b, n: unsigned(a, n) >= unsigned(b, n),
}

# Bytes, and whether the value is sign-extended.
LOADS = {"lb": (1, True), "lh": (2, True), "lw": (4, True), "ld": (8, True)} | {
    "lbu": (1, False), "lhu": (2, False), "lwu": (4, False)
}  # fmt: skip
STORES = {"sb": 1, "sh": 2, "sw": 4, "sd": 8}

AMOS: dict[str, Callable[[int, int, int], int]] = {
    "amoswap": lambda old, b, n: b,
    "amoadd": lambda old, b, n: old + b,
    "amoxor": lambda old, b, n: old ^ b,
    "amoand": lambda old, b, n: old & b,
    "amoor": lambda old, b, n: old | b,
    "amomin": lambda old, b, n: min(old, b),
    "amomax": lambda old, b, n: max(old, b),
    "amominu": lambda old, b, n: min(unsigned(old, n), unsigned(b, n)),
    "amomaxu": lambda old, b, n: max(unsigned(old, n), unsigned(b, n)),
}
