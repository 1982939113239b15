"""MADV_FREE: pages whose contents the program can do without (Linux: madvise_free_pte_range, and lazyfree in vmscan.c).

A page that was freed so is clean and no longer PG_SWAPBACKED, which puts it on the list of inactive file pages: reclaim
drops it there without writing it anywhere, and the next access finds zeroes. A write in the meantime sets D, and the
page is as any other again, with all that it held.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.isa.paging import PTE_A, PTE_D, PTE_V
from emu.kernel.errno import EINVAL, Errno
from emu.kernel.mm import swap, tlb, zap
from emu.kernel.mm.page import PG_ACTIVE, PG_ANON, PG_DIRTY, PG_REFERENCED, PG_SWAPBACKED, PG_SWAPCACHE
from emu.kernel.mm.vma import VM_HUGETLB, VM_LOCKED

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.mm import Mm
    from emu.kernel.mm.reclaim_unmap import Batch
    from emu.kernel.mm.rmap import Mapping
    from emu.kernel.mm.vma import Vma

NOT_LAZY = PG_SWAPBACKED | PG_DIRTY | PG_ACTIVE | PG_REFERENCED


def madvise_free(mm: Mm, vma: Vma, low: int, high: int) -> None:
    """Mark what the range holds; what is on swap goes at once. EINVAL unless private anonymous memory, not locked."""
    if vma.vm_file is not None or vma.vm_flags & (VM_LOCKED | VM_HUGETLB):
        raise Errno(EINVAL)
    mm.pages.lru.drain()
    for first, last, _ in zap.table_slices(mm, low, high):
        for cell in range(first, last):
            pte = mm.cells[cell]
            if pte & PTE_V:
                mark(mm, cell, pte)
            elif pte:
                mm.cells[cell] = 0
                swap.free_entries(mm, [pte])
    tlb.flush_range(mm, low, high)


def mark(mm: Mm, cell: int, pte: int) -> None:
    """One page, if this is its only mapping and no copy of it on swap is needed elsewhere."""
    mem_map, lru, pfn = mm.pages.mem_map, mm.pages.lru, pte >> 10
    if not mem_map.flags[pfn] & PG_ANON or mem_map.mapcount[pfn] != 1 or not lru.holds(pfn):
        return
    if mem_map.flags[pfn] & PG_SWAPCACHE and not mm.kernel.swap.try_to_free(pfn):
        return
    mm.cells[cell] = pte & ~(PTE_A | PTE_D)
    lru.move(pfn, clear_flags=NOT_LAZY)
    mm.kernel.vm.pglazyfree += 1


def drop(kernel: Kernel, pfn: int, mappings: list[Mapping], batch: Batch) -> bool:
    """Reclaim found such a page: it goes without a trace, unless it was written since; then it is an ordinary one."""
    pages = kernel.pages
    dirty = pages.mem_map.flags[pfn] & PG_DIRTY or any(mm.cells[cell] & PTE_D for mm, _, _, cell in mappings)
    if dirty:
        pages.mem_map.flags[pfn] |= PG_SWAPBACKED
        return False
    for mm, _, addr, cell in mappings:
        mm.update_hiwater_rss()
        mm.cells[cell] = 0
        mm.rss_anon -= 1
        batch.add(mm, addr)
        pages.mem_map.mapcount[pfn] -= 1
        pages.put_page(pfn)
    kernel.vm.pglazyfreed += 1
    return True
