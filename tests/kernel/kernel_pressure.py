"""Guests that need more memory than there is."""

from __future__ import annotations

from kernel_fake import Guest

PAGE = 4096
RAM = 1 << 20  # 256 frames


def small(xlen: int = 64, swap: int = 8 << 20, ram: int = RAM, **options) -> Guest:
    """A machine in which memory is short."""
    return Guest(xlen, ram=ram, swap=swap, **options)


def pattern(n: int) -> bytes:
    """What page n holds."""
    return n.to_bytes(4, "little") * 4


def fill(guest: Guest, addr: int, pages: int) -> None:
    """Write the pattern of each page."""
    for n in range(pages):
        guest.store(addr + n * PAGE, pattern(n))


def verify(guest: Guest, addr: int, pages: int) -> None:
    """Every page holds its pattern."""
    for n in range(pages):
        assert guest.load(addr + n * PAGE, 16) == pattern(n), n
