"""Sv32, Sv39, Sv48: RISC-V Privileged, "Supervisor-Level ISA", satp and the virtual-memory systems.

    Sv39 address      38       30 29       21 20       12 11            0
                     |  PUD  9   |  PMD  9   |  PTE  9   |  offset  12  |

    PTE (RV64)   63..54   53                10  9 8   7 6 5 4 3 2 1 0
                 reserved |  ppn  44          | RSW | D A G U X W R V |
    PTE (RV32)            31                10  9 8   7 6 5 4 3 2 1 0
                          |  ppn  22          | RSW | D A G U X W R V |

A PTE with V set and R, W, X clear points to the next level; any of R, X makes it a leaf, at every level (a huge page).
"""

from __future__ import annotations

from typing import NamedTuple

PAGE_SHIFT = 12
PAGE_SIZE = 1 << PAGE_SHIFT
PAGE_MASK = PAGE_SIZE - 1

PTE_V, PTE_R, PTE_W, PTE_X, PTE_U, PTE_G, PTE_A, PTE_D = (1 << bit for bit in range(8))
PTE_SOFT_SHIFT = 8  # the two RSW bits, left to the kernel
PTE_SOFT = 3 << PTE_SOFT_SHIFT
PTE_PPN_SHIFT = 10
PTE_PPN_BITS_32 = 22
PTE_PPN_BITS_64 = 44
PTE_RESERVED_64 = 0x3FF << 54  # must be zero without Svnapot, Svpbmt and the like
PTE_LETTERS = "VRWXUGAD"  # bit 0 first

# satp: the mode fields' values; bare and Sv32 differ in width from the 64-bit ones.
PAGING_BARE, PAGING_SV32, PAGING_SV39, PAGING_SV48 = 0, 1, 8, 9

SATP32_MODE_SHIFT, SATP32_ASID_SHIFT, SATP32_ASID_BITS, SATP32_PPN_BITS = 31, 22, 9, 22
SATP64_MODE_SHIFT, SATP64_ASID_SHIFT, SATP64_ASID_BITS, SATP64_PPN_BITS = 60, 44, 16, 44


class Level(NamedTuple):
    """One level of a table: its Linux name, the lowest address bit it indexes, and how many bits."""

    name: str
    shift: int
    bits: int

    @property
    def page_size(self) -> int:
        """Bytes that one leaf entry at this level maps."""
        return 1 << self.shift

    def index(self, va: int) -> int:
        """The entry of this level that `va` selects."""
        return va >> self.shift & ((1 << self.bits) - 1)


class Scheme(NamedTuple):
    """A translation mode: levels from the root down; entry size in bytes; width of an address."""

    name: str
    mode: int
    levels: tuple[Level, ...]
    pte_size: int
    va_bits: int


SV32 = Scheme("Sv32", PAGING_SV32, (Level("PGD", 22, 10), Level("PTE", 12, 10)), 4, 32)
SV39 = Scheme("Sv39", PAGING_SV39, (Level("PUD", 30, 9), Level("PMD", 21, 9), Level("PTE", 12, 9)), 8, 39)
SV48 = Scheme("Sv48", PAGING_SV48, (Level("PGD", 39, 9), *SV39.levels), 8, 48)
SCHEMES = {s.mode: s for s in (SV32, SV39, SV48)}


def is_canonical(scheme: Scheme, va: int) -> bool:
    """Whether the bits above the address width repeat its top bit ("must all equal bit va_bits-1"); `va` unsigned."""
    if scheme.mode == PAGING_SV32:
        return 0 <= va < 1 << 32
    high = va >> (scheme.va_bits - 1)
    return high == 0 or high == (1 << (65 - scheme.va_bits)) - 1


def is_leaf(pte: int) -> bool:
    """Whether a valid entry maps a page (and does not point to a table)."""
    return bool(pte & (PTE_R | PTE_X))


def make_satp(mode: int, asid: int, root_ppn: int) -> int:
    """The satp value: Sv32 (and bare, which is 0 either way) in 32 bits, the others in 64."""
    if mode in (PAGING_SV39, PAGING_SV48):
        return mode << SATP64_MODE_SHIFT | asid << SATP64_ASID_SHIFT | root_ppn
    return mode << SATP32_MODE_SHIFT | asid << SATP32_ASID_SHIFT | root_ppn if mode else 0


def pte_flags(pte: int) -> str:
    """The flag bits as the manual draws them, D first, '-' where clear: 'DA-UXWRV'."""
    return "".join(PTE_LETTERS[bit] if pte >> bit & 1 else "-" for bit in reversed(range(8)))
