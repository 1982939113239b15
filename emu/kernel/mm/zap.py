"""Work on many page-table entries at once: take pages out of a range, change its rights (Linux: zap_pte_range).

One last-level table at a time, as numpy vectors: an exit of a process with a thousand pages is a few dozen operations.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from emu.isa.paging import PTE_A, PTE_D, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X
from emu.kernel.mm import huge, hugetlb, pgtable, swap, tlb
from emu.kernel.mm.dirty import mark_accessed, set_page_dirty
from emu.kernel.mm.page import PG_ANON, PG_CODE, PG_SWAPCACHE
from emu.kernel.mm.rmap import rmap_walk
from emu.kernel.mm.vma import VM_EXEC, VM_HUGETLB, VM_SHARED, VM_WRITE, Vma

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.filemap import AddressSpace
    from emu.kernel.mm.mm import Mm

_RIGHTS = PTE_R | PTE_W | PTE_X | PTE_U
_ALL = {4: (1 << 32) - 1, 8: (1 << 64) - 1}


def table_slices(mm: Mm, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(first cell, last cell + 1, address of the first) of each existing last-level table's part of start … end."""
    size = 1 << mm.pmd_shift
    if mm.huge:
        huge.split_range(mm, start, end)
    for key in pgtable.keys_between(mm, start, end):
        low, high = max(start, key * size), min(end, (key + 1) * size)
        base = mm.ptes[key] + (low >> 12 & mm.pte_mask)
        yield base, base + ((high - low) >> 12), low


def zap_range(mm: Mm, vma: Vma, start: int, end: int) -> None:
    """Unmap every page of start … end (inside one area): frames lose a user, swap entries a reference."""
    mm.update_hiwater_rss()
    if vma.vm_flags & VM_HUGETLB:
        hugetlb.hugetlb_zap(mm, vma, start, end)
        return
    for low, high, _ in table_slices(mm, start, end):
        entries = mm.many_cells[low:high]
        used = entries[entries != 0]
        if not len(used):
            continue
        entries[:] = 0
        present = (used & PTE_V) != 0
        zap_present(mm, vma, used[present])
        if not present.all():
            swap.free_entries(mm, used[~present].tolist())


def zap_present(mm: Mm, vma: Vma, entries: np.ndarray) -> None:
    """Entries with V are gone already: give up their frames, and count."""
    pages, many = mm.pages, mm.pages.mem_map.many
    pfns = (entries >> 10).astype(np.int64)
    real = pfns != pages.zero_pfn
    if not real.all():
        pfns, entries = pfns[real], entries[real]
    if not len(pfns):
        return
    many.mapcount[pfns] -= 1
    if vma.vm_file is None:
        mm.rss_anon -= len(pfns)
    else:
        _zap_file(mm, vma, pfns, entries)
    cached = pfns[(many.flags[pfns] & PG_SWAPCACHE) != 0]
    pages.put_pages(pfns)
    if len(cached):
        swap.free_page_and_swap_cache(mm.kernel, cached.tolist())


def _zap_file(mm: Mm, vma: Vma, pfns: np.ndarray, entries: np.ndarray) -> None:
    """A file's area holds the cache's frames and, when private, copies; D of a shared page moves to the frame."""
    mem_map = mm.pages.mem_map
    anon = int(np.count_nonzero(mem_map.many.flags[pfns] & PG_ANON))
    mm.rss_anon -= anon
    mm.add_file_rss(vma, anon - len(pfns))
    mark_accessed(mem_map, pfns[(entries & PTE_A) != 0])
    if vma.vm_flags & VM_SHARED:
        for pfn in pfns[(entries & PTE_D) != 0].tolist():
            set_page_dirty(vma.mapping, pfn, mem_map)


def change_protection(mm: Mm, vma: Vma, start: int, end: int) -> None:
    """Give the entries of start … end the area's new rights. A page that may be written now but could not before
    keeps W clear if it may be shared: its next write faults and finds out.
    """
    if vma.vm_flags & VM_HUGETLB:
        hugetlb.hugetlb_protect(mm, vma, start, end)
        return
    rights = vma.prot_ro & _RIGHTS
    kept = ~_RIGHTS | (PTE_W if vma.vm_flags & VM_WRITE else 0)
    for low, high, _ in table_slices(mm, start, end):
        entries = mm.many_cells[low:high]
        present = (entries & PTE_V) != 0
        new = entries[present] & entries.dtype.type(kept & _ALL[entries.itemsize]) | entries.dtype.type(rights)
        if vma.vm_flags & VM_WRITE:
            new[can_be_writable(mm, vma, new)] |= new.dtype.type(PTE_W)
        entries[present] = new
        if vma.vm_flags & VM_EXEC:
            mm.pages.mem_map.many.flags[(new >> 10).astype(np.int64)] |= PG_CODE


def can_be_writable(mm: Mm, vma: Vma, entries: np.ndarray) -> np.ndarray:
    """can_change_pte_writable: anonymous pages that nobody else has, and pages of a shared file that are dirty
    already.
    """
    if vma.vm_flags & VM_SHARED:
        return (entries & PTE_D) != 0
    many, pfns = mm.pages.mem_map.many, (entries >> 10).astype(np.int64)
    anon = (many.flags[pfns] & (PG_ANON | PG_SWAPCACHE)) == PG_ANON
    return anon & (many.mapcount[pfns] == 1) & (many.refcount[pfns] == 1)


def unmap_mapping_range(mapping: AddressSpace, first: int, last: int = 1 << 52) -> None:
    """Unmap the pages `first` … `last` - 1 of a file everywhere, private copies included (a truncated file)."""
    for vma in list(mapping.areas):
        start = max(vma.vm_start, vma.vm_start + ((first - vma.vm_pgoff) << 12))
        end = min(vma.vm_end, vma.vm_start + ((last - vma.vm_pgoff) << 12))
        if start < end:
            zap_range(vma.mm, vma, start, end)
            tlb.flush_range(vma.mm, start, end)


def page_mkclean(kernel: Kernel, pfn: int) -> None:
    """Before a write-back: take W and D off every shared mapping of the page, so that the next write faults."""
    for mm, vma, addr, cell in rmap_walk(kernel.pages.mem_map, pfn):
        if vma.vm_flags & VM_SHARED and mm.cells[cell] & (PTE_W | PTE_D):
            mm.cells[cell] &= ~(PTE_W | PTE_D)
            tlb.flush_page(mm, addr)
