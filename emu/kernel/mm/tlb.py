"""TLB flushes: after an entry loses a right or its frame, no hart may keep the old translation (Linux: asm/tlbflush.h).

The kernel's own hart executes sfence.vma; every other hart that ran the address space since its asid was given gets an
inter-processor interrupt that makes it do the same: a shootdown, charged to both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.irq import IPI_CALL_FUNC

if TYPE_CHECKING:
    from emu.kernel.mm.mm import Mm

FLUSH_ALL_ABOVE = 32  # pages; beyond, the whole asid goes (riscv's tlb_flush_all_threshold is 64)


def flush_page(mm: Mm, addr: int) -> None:
    """Drop the translation of one page."""
    kernel, mask, cpu = mm.kernel, mm.cpu_mask, mm.kernel.cpu
    if mask == 1 << cpu:
        kernel.harts[cpu].sfence(addr, mm.asid)
    elif mask:
        _shootdown(mm, [addr])


def flush_range(mm: Mm, start: int, end: int) -> None:
    """Drop the translations of a range, page by page when it is short."""
    if not mm.cpu_mask:
        return
    if end - start > FLUSH_ALL_ABOVE << 12:
        _shootdown(mm, [None])
    else:
        _shootdown(mm, list(range(start, end, 4096)))


def flush_mm(mm: Mm) -> None:
    """Drop all translations of an address space."""
    if mm.cpu_mask:
        _shootdown(mm, [None])


def _shootdown(mm: Mm, addrs: list[int] | list[None]) -> None:
    kernel = mm.kernel
    for cpu, hart in enumerate(kernel.harts):
        if mm.cpu_mask >> cpu & 1:
            for addr in addrs:
                hart.sfence(addr, mm.asid)
            if cpu != kernel.cpu:
                kernel.irqs.send_ipi(cpu, IPI_CALL_FUNC)
