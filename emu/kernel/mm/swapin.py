"""A fault on a swap entry: the page comes back (Linux: do_swap_page in mm/memory.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.isa.paging import PTE_W
from emu.kernel.mm.cow import do_wp_page
from emu.kernel.mm.fault import FAULT_MAJOR, FAULT_MINOR
from emu.kernel.mm.page import PG_ANON, PG_LOCKED, PG_SWAPBACKED
from emu.kernel.mm.rmap import anon_vma_prepare
from emu.kernel.mm.swap import reuse_swap_page, slot_of
from emu.kernel.mm.vma import ACCESS_STORE, VM_WRITE

if TYPE_CHECKING:
    from emu.kernel.mm.mm import Mm
    from emu.kernel.mm.vma import Vma


def do_swap_page(mm: Mm, vma: Vma, addr: int, cell: int, access: int) -> int:
    """FAULT_MINOR when the frame is still (or already) cached; FAULT_MAJOR: the disk is read."""
    kernel, swap = mm.kernel, mm.kernel.swap
    entry = mm.cells[cell]
    slot = slot_of(entry)
    pfn = swap.cache.get(slot)
    read = pfn is None
    if pfn is None:
        anon_vma_prepare(vma)
        pfn = swap.read_in(slot)
    waited = kernel.sched.running[kernel.cpu]
    major = read or mm.pages.mem_map.flags[pfn] & PG_LOCKED or (waited is not None and waited.major_wait is not None)
    if major:
        major = kernel.wait_for_read(pfn, read)
    map_swapped(mm, vma, addr, cell, pfn, slot, access)
    return FAULT_MAJOR if major else FAULT_MINOR


def map_swapped(mm: Mm, vma: Vma, addr: int, cell: int, pfn: int, slot: int, access: int) -> None:
    """Enter the frame; a write by the only user takes it over, and its copy on swap goes."""
    kernel, swap, mem_map = mm.kernel, mm.kernel.swap, mm.pages.mem_map
    mem_map.flags[pfn] |= PG_ANON | PG_SWAPBACKED
    if mem_map.mapping.get(pfn) is swap:
        mem_map.mapping[pfn] = anon_vma_prepare(vma)
        mem_map.index[pfn] = vma.index_of(addr)
    mem_map.refcount[pfn] += 1
    mem_map.mapcount[pfn] += 1
    mm.rss_anon += 1
    mm.swapents -= 1
    prot = vma.prot_ro
    swap.area.count[slot] -= 1
    if access == ACCESS_STORE and vma.vm_flags & VM_WRITE and reuse_swap_page(kernel, pfn):
        prot = vma.prot_rw
    elif swap.area.free * 2 < swap.area.pages and not swap.area.count[slot]:
        swap.try_to_free(pfn)  # vm_swap_full: room on swap is worth more than a copy
    mm.cells[cell] = pfn << 10 | prot
    if access == ACCESS_STORE and not prot & PTE_W:
        do_wp_page(mm, vma, addr, cell)
