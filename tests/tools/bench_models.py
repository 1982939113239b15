"""What the benchmark programs compute, said again in Python: their checksums at the sizes of the smoke test."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

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
