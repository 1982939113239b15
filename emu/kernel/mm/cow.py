"""Copy on write: a frame that several share until one of them writes (Linux: mm/memory.c do_wp_page, wp_page_copy)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.mm import swap, tlb
from emu.kernel.mm.dirty import set_page_dirty
from emu.kernel.mm.page import PAGE_SIZE, PG_ANON, PG_CODE, PG_SWAPBACKED, PG_SWAPCACHE, PG_UPTODATE
from emu.kernel.mm.rmap import anon_vma_prepare
from emu.kernel.mm.vma import VM_EXEC, VM_SHARED, Vma

if TYPE_CHECKING:
    from emu.kernel.mm.mm import Mm

ANON_PAGE = PG_ANON | PG_SWAPBACKED | PG_UPTODATE


def new_anon_page(mm: Mm, vma: Vma, addr: int, source: int) -> int:
    """A frame for `addr` with a copy of frame `source`, or zeroes for the zero page; not yet in the page table."""
    pages = mm.pages
    anon_vma = anon_vma_prepare(vma)
    pfn = pages.alloc_page()
    mem_map = pages.mem_map
    if source == pages.zero_pfn:
        pages.clear_page(pfn)
    else:
        pages.ram[pfn << 12 : (pfn << 12) + PAGE_SIZE] = pages.ram[source << 12 : (source << 12) + PAGE_SIZE]
    mem_map.flags[pfn] = ANON_PAGE if not vma.vm_flags & VM_EXEC else ANON_PAGE | PG_CODE
    mem_map.mapcount[pfn] = 1
    mem_map.index[pfn] = vma.index_of(addr)
    mem_map.mapping[pfn] = anon_vma
    pages.lru.pending.append(pfn)
    return pfn


def do_wp_page(mm: Mm, vma: Vma, addr: int, cell: int) -> None:
    """A write to a page that is shared for the time being: take it over if nobody else has it, else copy it."""
    pages, pte = mm.pages, mm.cells[cell]
    pfn = pte >> 10
    if vma.vm_flags & VM_SHARED:
        set_page_dirty(vma.mapping, pfn, pages.mem_map)
        mm.cells[cell] = pfn << 10 | vma.prot_rw
    elif pages.mem_map.flags[pfn] & PG_ANON and swap.reuse_swap_page(mm.kernel, pfn):
        mm.cells[cell] = pfn << 10 | vma.prot_rw
        mm.kernel.vm.pgreuse += 1
    else:
        wp_page_copy(mm, vma, addr, cell, pfn)
    tlb.flush_page(mm, addr)
    mm.kernel.vm.cow += 1


def wp_page_copy(mm: Mm, vma: Vma, addr: int, cell: int, old: int) -> None:
    """Break the sharing: this process gets its own copy, the old frame loses one user."""
    pages, mem_map = mm.pages, mm.pages.mem_map
    mem_map.refcount[old] += 1
    try:
        new = new_anon_page(mm, vma, addr, old)
    finally:
        pages.put_page(old)
    mm.cells[cell] = new << 10 | vma.prot_rw
    mm.rss_anon += 1
    if old != pages.zero_pfn:
        if mem_map.flags[old] & PG_ANON:
            mm.rss_anon -= 1
        else:
            mm.add_file_rss(vma, -1)
        mem_map.mapcount[old] -= 1
        pages.put_page(old)
        if mem_map.flags[old] & PG_SWAPCACHE:  # nobody else may want it, if its write was done in the meantime
            swap.free_page_and_swap_cache(mm.kernel, [old])
