"""What the hardware makes of a page table, a corrupt one too: the walk up to the entry that ends it."""

from __future__ import annotations

from typing import Any, NamedTuple

from emu.debug.look.words import size
from emu.isa.paging import (
    PTE_A,
    PTE_D,
    PTE_LETTERS,
    PTE_R,
    PTE_RESERVED_64,
    PTE_U,
    PTE_V,
    PTE_W,
    SCHEMES,
    is_canonical,
    is_leaf,
    pte_flags,
)

FRAME_BITS = (1 << 44) - 1


class Way(NamedTuple):
    """The entries that are read; where they lead (None: nowhere) and by pages of which size; why the walk fails for
    every access, and whether that is an access fault, not a page fault. R, W, X and U of the leaf are left to who asks.
    """

    steps: list[Any]
    pa: int | None
    page_size: int
    why: str = ""
    access_fault: bool = False

    @property
    def corrupt(self) -> bool:
        """Whether an entry is valid and yet of no use, as the kernel never makes them."""
        return bool(self.why and self.steps and self.steps[-1].pte & PTE_V)


def follow(machine: Any, satp: tuple[int, int] | int, va: int) -> Way:
    """The walk under (mode, root table) or a value of satp, as emu.machine.walk goes. Nothing is touched."""
    found = machine.walk(satp, va)
    mode, _ = satp if isinstance(satp, tuple) else machine.split_satp(satp)
    if mode not in SCHEMES:
        return Way(found.steps, found.pa, found.page_size)
    scheme = SCHEMES[mode]
    if not is_canonical(scheme, va):
        return Way([], None, 4096, f"not a {scheme.name} address: its upper bits must repeat bit {scheme.va_bits - 1}")
    if not found.steps:
        return Way([], None, 4096, "the root table lies beyond memory", True)
    levels, wide = scheme.levels, scheme.pte_size == 8
    for index, step in enumerate(found.steps):
        level = levels[index]
        name = f"{step.level}[{step.index}]"
        if why := refused(step.pte, name, wide) or misplaced(step.pte, name, level):
            return Way(found.steps[: index + 1], None, level.page_size, why)
        if beyond(step.pte, level, len(machine.ram)):
            return Way(found.steps[: index + 1], None, level.page_size, f"{name} points beyond memory", True)
    return Way(found.steps, found.pa, found.page_size)


def refused(pte: int, name: str, wide: bool) -> str:
    """Why an entry is invalid, '' if it isn't."""
    if not pte & PTE_V:
        return f"V is 0 in {name}"
    if wide and pte & PTE_RESERVED_64:
        return f"bits 54 to 63 of {name} are reserved and not 0"
    if pte & (PTE_R | PTE_W) == PTE_W:
        return f"W without R is reserved: {pte_flags(pte)} in {name}"
    return ""


def misplaced(pte: int, name: str, level: Any) -> str:
    """Why a valid entry can't stand at its level, '' if it can."""
    if is_leaf(pte):
        odd = pte >> 10 & ((level.page_size >> 12) - 1)
        return f"{name} maps a huge page whose frame is no multiple of {size(level.page_size)}" if odd else ""
    if not level.shift - 12:
        return f"{name} is the last level and yet points to a table (R and X are 0)"
    if bits := pte & (PTE_U | PTE_A | PTE_D):
        letters = " and ".join(letter for bit, letter in enumerate(PTE_LETTERS) if bits >> bit & 1)
        return f"{letters} must be 0 in {name}, which points to a table"
    return ""


def beyond(pte: int, level: Any, memory: int) -> bool:
    """Whether the frame or table that an entry names is not there."""
    at = (pte >> 10 & FRAME_BITS) << 12
    return at + (level.page_size if is_leaf(pte) else 1) > memory
