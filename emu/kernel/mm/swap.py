"""Swapping: pages on the swap area, and their entries in page tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.kernel.panic import KernelPanic

if TYPE_CHECKING:
    from emu.kernel.mm.mm import Mm
    from emu.kernel.mm.vma import Vma


def do_swap_page(mm: Mm, vma: Vma, addr: int, cell: int, access: int) -> int:
    raise KernelPanic(f"a swap entry at {addr:#x}: {mm.cells[cell]:#x}")


def free_entries(mm: Mm, entries: list[int]) -> None:
    raise KernelPanic(f"swap entries {entries[:4]}")


def duplicate_entries(mm: Mm, entries: list[int]) -> None:
    raise KernelPanic(f"swap entries {entries[:4]}")


def reuse_swap_page(kernel: Any, pfn: int) -> bool:
    """Whether the one mapping that faults is the only user of an anonymous frame."""
    return kernel.pages.mem_map.refcount[pfn] == 1
