"""What the benchmark programs compute, said again in Python: their checksums at the sizes of the smoke test."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path

LOW = 0xFFFFFFFF


def randoms() -> Iterator[int]:
    """The xorshift generator of lib.s."""
    x = 2463534242
    while True:
        x ^= x << 13 & LOW
        x ^= x >> 17
        x ^= x << 5 & LOW
        yield x


def digest(words) -> int:
    """a0 = a0 * 31 + word."""
    total = 0
    for word in words:
        total = (total * 31 + word) & LOW
    return total


def signed(word: int, bits: int = 32) -> int:
    """Two's complement."""
    return word - (1 << bits) if word >> (bits - 1) else word


def alu(xlen: int, TURNS: int) -> int:
    """alu.s"""
    mask, x, total = (1 << xlen) - 1, 88675123, 0
    for _ in range(TURNS):
        x ^= x << 13 & mask
        x ^= x >> 7
        x ^= x << 17 & mask
        total = (total + (signed(x, xlen) < signed(total, xlen)) + (x & 255)) & mask
    return total & LOW


def sieve(xlen: int, N: int, TURNS: int) -> int:
    """sieve.s: numbers below N without a divisor."""
    return TURNS * sum(all(n % d for d in range(2, int(n**0.5) + 1)) for n in range(2, N))


def memcpy(xlen: int, BYTES: int, TURNS: int) -> int:
    """memcpy.s"""
    return digest(islice(randoms(), BYTES // 64))


def stride(xlen: int, BYTES: int, TURNS: int) -> int:
    """stride.s: each of four sweeps meets every word that is not 0."""
    return 4 * TURNS * sum(islice(randoms(), BYTES // 64)) & LOW


def matmul(xlen: int, N: int, ORDER: int = 0) -> int:
    """matmul.s"""
    words = list(islice(randoms(), 2 * N * N))
    a, b = words[: N * N], words[N * N :]
    return digest(sum(a[i * N + k] * b[k * N + j] for k in range(N)) for i in range(N) for j in range(N))


def quicksort(xlen: int, N: int) -> int:
    """quicksort.s"""
    return digest(sorted(signed(word) for word in islice(randoms(), N)))


def chase(xlen: int, NODES: int, STEPS: int) -> int:
    """chase.s: Sattolo's shuffle, then so many steps from node 0."""
    node, draw = list(range(NODES)), randoms()
    for last in range(NODES - 1, 0, -1):
        other = (next(draw) >> 1) % last
        node[last], node[other] = node[other], node[last]
    at = 0
    for _ in range(STEPS):
        at = node[at]
    return at * 64


def pagetouch(xlen: int, PAGES: int, TURNS: int, WORDS: int = 1) -> int:
    """pagetouch.s: every word of a page holds the number of pages still to come."""
    return TURNS * WORDS * PAGES * (PAGES + 1) // 2 & LOW


def sharing(xlen: int, TURNS: int, GAP: int) -> int:
    """sharing.s: the counts of four harts."""
    return 4 * TURNS


# ------------------------------------------------------------------------------------------------------ floating point


def fma(a: float, b: float, c: float) -> float:
    """a · b + c, rounded once (not for zeros)."""
    return float(Fraction(a) * Fraction(b) + Fraction(c))


def halves(number: float) -> list[int]:
    """The two words of a double."""
    return list(struct.unpack("<2I", struct.pack("<d", number)))


def mandelbrot(xlen: int, SIDE: int, TURNS: int = 100) -> int:
    """mandelbrot.s"""
    total, step = 0, 2 / SIDE
    for row in range(SIDE):
        for column in range(SIDE):
            a, b = fma(column, step, -1.5), fma(row, step, -1.0)
            x, y, left = a, b, TURNS
            while left and x * x + y * y <= 4:
                x, y, left = x * x - y * y + a, fma(x + x, y, b), left - 1
            total = (total + left) * 31 & LOW
    return total


def matmul_double(xlen: int, N: int, TURNS: int, EXACT: int = 0) -> int:
    """matmul_double.s"""
    words = [signed(word) >> 16 for word in islice(randoms(), 2 * N * N)]
    numbers = [float(word & 1023) if EXACT else word / 1000 for word in words]
    a, b, c = numbers[: N * N], numbers[N * N :], [0.0] * (N * N)
    for _ in range(TURNS):
        for i in range(N):
            for k in range(N):
                for j in range(N):
                    c[i * N + j] = fma(b[k * N + j], a[i * N + k], c[i * N + j])
    return digest(word for number in c for word in halves(number))


def nbody(xlen: int, STEPS: int) -> int:
    """nbody.s, with the numbers of what it includes."""
    text = (Path(__file__).resolve().parents[2] / "programs" / "lib" / "nbody.s").read_text(encoding="utf-8")
    lines = text.partition("bodies:\n")[2].replace(".double", ",").replace("\n", " ")
    numbers = [float(word) for word in lines.split(",") if word.strip()]
    bodies = [numbers[k : k + 7] for k in range(0, 35, 7)]
    for _ in range(STEPS):
        for i, one in enumerate(bodies):
            for other in bodies[i + 1 :]:
                attract(one, other)
        for body in bodies:
            body[:3] = [fma(0.01, v, p) for p, v in zip(body[:3], body[3:6], strict=True)]
    return digest(word for body in bodies for number in body[:3] for word in halves(number))


def attract(one: list[float], other: list[float]) -> None:
    """A pair changes its velocities."""
    apart = [p - q for p, q in zip(one[:3], other[:3], strict=True)]
    square = fma(apart[2], apart[2], fma(apart[1], apart[1], apart[0] * apart[0]))
    by = 0.01 / (square * math.sqrt(square))
    for k, d in enumerate(apart):
        one[3 + k] = float(Fraction(one[3 + k]) - Fraction(d) * Fraction(other[6] * by))
        other[3 + k] = fma(d, one[6] * by, other[3 + k])
