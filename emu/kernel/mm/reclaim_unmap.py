"""Taking a page away from those who map it (Linux: try_to_unmap, folio_referenced in mm/rmap.c).

TLB entries are dropped once per batch, not per page: the harts stand still while the kernel works, so it is enough
that no stale translation is left when they go on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.isa.paging import PTE_A, PTE_D
from emu.kernel.mm import tlb
from emu.kernel.mm.page import PG_ANON, PG_DIRTY
from emu.kernel.mm.rmap import Mapping
from emu.kernel.mm.swap import make_entry
from emu.kernel.mm.vma import VM_SHARED

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.mm import Mm


class Batch:
    """The address spaces that lost entries, and how many; their TLB entries go at the end."""

    def __init__(self) -> None:
        self.touched: dict[Mm, list[int]] = {}

    def add(self, mm: Mm, addr: int) -> None:
        """An entry of this page has lost a right, or A."""
        self.touched.setdefault(mm, []).append(addr)

    def flush(self) -> None:
        """No hart keeps an old translation."""
        for mm, addrs in self.touched.items():
            if len(addrs) == 1:
                tlb.flush_page(mm, addrs[0])
            else:
                tlb.flush_mm(mm)
        self.touched.clear()


def page_referenced(mappings: list[Mapping], batch: Batch) -> tuple[int, int]:
    """How many mappings used the page since last asked (their A bits are cleared), and all their areas' flags
    together.
    """
    referenced, vm_flags = 0, 0
    for mm, vma, addr, cell in mappings:
        pte = mm.cells[cell]
        vm_flags |= vma.vm_flags
        if pte & PTE_A:
            mm.cells[cell] = pte & ~PTE_A
            batch.add(mm, addr)
            referenced += 1
    return referenced, vm_flags


def try_to_unmap(kernel: Kernel, pfn: int, mappings: list[Mapping], batch: Batch, slot: int = 0) -> None:
    """Take all entries of a page away; those of an anonymous one become swap entries. D goes to the frame."""
    mem_map = kernel.pages.mem_map
    anon = mem_map.flags[pfn] & PG_ANON
    for mm, vma, addr, cell in mappings:
        if mm.cells[cell] & PTE_D and (anon or vma.vm_flags & VM_SHARED):
            mem_map.flags[pfn] |= PG_DIRTY
        if mm.rss > mm.hiwater_rss:
            mm.hiwater_rss = mm.rss
        if anon:
            mm.cells[cell] = make_entry(slot)
            mm.swapents += 1
            mm.rss_anon -= 1
        else:
            mm.cells[cell] = 0
            mm.add_file_rss(vma, -1)
        batch.add(mm, addr)
    mem_map.mapcount[pfn] -= len(mappings)
    mem_map.refcount[pfn] -= len(mappings)
    if anon:
        kernel.swap.area.count[slot] += len(mappings)
