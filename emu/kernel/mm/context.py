"""Address-space identifiers: TLB entries carry one, so that a switch needs no flush (Linux: arch/riscv/mm/context.c).

There are few (9 bits on RV32, 16 on RV64). An address space gets one when it first runs. When all are used a new
generation begins: every TLB is flushed, what runs on a hart keeps its number, and all others get a new one when they
run next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.isa.paging import SATP32_ASID_BITS, SATP64_ASID_BITS

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.mm import Mm


class Asids:
    """The present generation, the last number given in it, and the numbers kept from the one before."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.count = 1 << (SATP64_ASID_BITS if kernel.xlen == 64 else SATP32_ASID_BITS)
        self.generation, self.last = 1, 0
        self.kept: set[int] = set()

    def check(self, mm: Mm) -> None:
        """Make sure, before it runs, that an address space has a number of this generation."""
        if mm.asid_generation != self.generation:
            mm.asid = self._next(mm)
            mm.asid_generation = self.generation
            mm.cpu_mask = 0

    def _next(self, mm: Mm) -> int:
        while True:
            self.last += 1
            if self.last >= self.count:
                self._roll_over()
                if mm.asid_generation == self.generation:
                    return mm.asid
                continue
            if self.last not in self.kept:
                return self.last

    def _roll_over(self) -> None:
        kernel = self.kernel
        self.generation += 1
        self.last, self.kept = 0, set()
        for cpu, active in enumerate(kernel.sched.active_mm):
            kernel.harts[cpu].sfence()
            if active is not None:
                active.asid_generation = self.generation
                self.kept.add(active.asid)
