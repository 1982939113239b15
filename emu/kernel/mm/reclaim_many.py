"""The common case of reclaim, a batch at a time: anonymous pages that one area of one process maps.

What shrink.py decides page by page is done here with vectors, for the same result (a test compares): pages in use get
their second chance, the others their slots and swap entries. `sole` finds out whether a batch is of that kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from emu.isa.paging import PTE_A, PTE_D, PTE_V
from emu.kernel.mm import tlb
from emu.kernel.mm.page import (
    PG_ACTIVE,
    PG_ANON,
    PG_DIRTY,
    PG_LOCKED,
    PG_REFERENCED,
    PG_SWAPBACKED,
    PG_SWAPCACHE,
    PG_WRITEBACK,
)
from emu.kernel.mm.rmap import AnonVma
from emu.kernel.mm.swap import make_entry
from emu.kernel.mm.vma import VM_LOCKED

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.mm import Mm
    from emu.kernel.mm.page import MemMap

BUSY, OURS = PG_LOCKED | PG_WRITEBACK, PG_ANON | PG_SWAPBACKED
FEW = 8  # pages for which vectors don't pay


class Sole(NamedTuple):
    """Pages, their flags and addresses, and the cells and values of the one entry that maps each."""

    mm: Mm
    pfns: np.ndarray
    flags: np.ndarray
    vpns: np.ndarray
    cells: np.ndarray
    ptes: np.ndarray


def sole(mem_map: MemMap, pages: list[int]) -> Sole | None:
    """The batch as vectors, if every page is anonymous, idle, and mapped once, all by the same area; else None."""
    mapping = mem_map.mapping
    first = mapping[pages[0]] if len(pages) >= FEW else None
    if type(first) is not AnonVma or len(first.areas) != 1 or any(mapping[pfn] is not first for pfn in pages):
        return None
    vma = next(iter(first.areas))
    mm, many, pfns = vma.mm, mem_map.many, np.array(pages)
    if mm.huge or vma.vm_flags & VM_LOCKED:
        return None
    flags = many.flags[pfns]
    vpns = many.index[pfns].astype(np.int64) + ((vma.vm_start >> 12) - vma.vm_pgoff)
    cells = first_cells(mm, vpns >> mm.cell_shift) + (vpns & mm.pte_mask)
    ptes = mm.many_cells[cells]
    users = 1 + ((flags & PG_SWAPCACHE) != 0)
    plain = (flags & (BUSY | OURS)) == OURS
    mapped = ((ptes & PTE_V) != 0) & ((ptes >> 10) == pfns.astype(ptes.dtype))
    good = plain & mapped & (many.mapcount[pfns] == 1) & (many.refcount[pfns] == users)
    return Sole(mm, pfns, flags, vpns, cells, ptes) if good.all() else None


def first_cells(mm: Mm, keys: np.ndarray) -> np.ndarray | int:
    """The first cell of each page's last-level table: mostly one table for all. 0, a cell of no entry, without one."""
    key = int(keys[0])
    if (keys == key).all():
        return mm.ptes.get(key, 0)
    return np.array([mm.ptes.get(key, 0) for key in keys.tolist()])


def second_chance(kernel: Kernel, batch: Sole) -> tuple[np.ndarray, int]:
    """Clear the A bits. Which pages were used since last asked, and how many of them go to the active list."""
    used = (batch.ptes & PTE_A) != 0
    again = used & ((batch.flags & PG_REFERENCED) != 0)
    mm, flags = batch.mm, batch.flags
    mm.many_cells[batch.cells] = batch.ptes & ~batch.ptes.dtype.type(PTE_A)
    flags = np.where(used, flags | PG_REFERENCED, flags & ~np.uint32(PG_REFERENCED))
    kernel.pages.mem_map.many.flags[batch.pfns] = np.where(again, flags | PG_ACTIVE, flags)
    return used, int(again.sum())


def unmap(kernel: Kernel, batch: Sole, gone: list[int]) -> None:
    """Pages `gone` (places in the batch), which have slots: swap entries take the place of theirs."""
    mm, many = batch.mm, kernel.pages.mem_map.many
    mm.update_hiwater_rss()
    pfns, ptes = batch.pfns[gone], batch.ptes[gone]
    slots = many.private[pfns]
    many.flags[pfns[(ptes & PTE_D) != 0]] |= PG_DIRTY
    mm.many_cells[batch.cells[gone]] = make_entry(slots.astype(ptes.dtype))
    many.mapcount[pfns] = 0
    many.refcount[pfns] -= 1
    count = kernel.swap.area.count
    for slot in slots.tolist():
        count[slot] += 1
    mm.swapents += len(pfns)
    mm.rss_anon -= len(pfns)


def flush(batch: Sole, touched: list[int]) -> None:
    """No hart keeps a translation of the pages (places in the batch) whose entries changed."""
    if len(touched) == 1:
        tlb.flush_page(batch.mm, int(batch.vpns[touched[0]]) << 12)
    elif touched:
        tlb.flush_mm(batch.mm)
