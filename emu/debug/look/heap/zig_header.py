"""The header before each block of zig's malloc: the alignment's logarithm in the low bits, above them the size."""

from __future__ import annotations

from emu.debug.look.heap.model import Reader

SLAB = 64 << 10
HEADER = 8
FIRST = 4  # logarithm of the least alignment, max_align_t's
ALIGNMENTS = range(FIRST, 31)  # logarithms that are looked for


def least(xlen: int) -> int:
    """Logarithm of the smallest slot: a pointer."""
    return 3 if xlen == 64 else 2


def classes(xlen: int) -> int:
    """Number of size classes: from a pointer's size up to half a slab."""
    return 16 - least(xlen)


def header(reader: Reader, base: int, log: int) -> int | None:
    """The size of the block with this alignment in the memory from `base` on; None if its header says otherwise."""
    bits = 6 if reader.width == 8 else 5
    word = reader.unsigned(base + (1 << log) - HEADER, HEADER)
    return word >> bits if word & (1 << bits) - 1 == log else None


def slot_size(length: int, log: int) -> int:
    """The power of two that holds so many bytes and is aligned so."""
    return 1 << max((length - 1).bit_length(), log)


def in_slot(reader: Reader, at: int, slot: int) -> tuple[int, int] | None:
    """The address and size that the user has of a slot: of its possible headers the first that fits.

    In a slot that `malloc` gave before `aligned_alloc` did, both headers may: the first is taken, for it is the rule.
    """
    for log in ALIGNMENTS:
        if 1 << log > slot:
            return None
        size = header(reader, at, log)
        if size is not None and slot_size(size + (1 << log), log) == slot:
            return at + (1 << log), size
    return None
