"""Pages on the swap area: their entries in page tables, the swap cache, and the way back (Linux: swap_state.c,
memory.c).

An entry that stands for a page on swap has V clear and the slot where the frame number was:   slot << 10 | 2

The swap cache knows the frames that have a copy on swap: on the way out until the write is done, on the way in until
the last process that shares the page has it, and after that as long as the copy is good, so that a page that was only
read can leave again without being written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from emu.kernel.mm import workingset
from emu.kernel.mm.page import (
    PAGE_SIZE,
    PG_DIRTY,
    PG_SWAPBACKED,
    PG_SWAPCACHE,
    PG_UPTODATE,
    PG_WRITEBACK,
)
from emu.kernel.mm.swapfile import SwapArea

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.mm import Mm
    from emu.kernel.mm.vma import Vma

SWAP_MARK = 2


def make_entry(slot: Any) -> Any:
    """What stands in the page table for a page in this slot; of many at once for an array."""
    return slot << 10 | SWAP_MARK


def slot_of(entry: int) -> int:
    """The slot that a swap entry names."""
    return entry >> 10


class Swap:
    """The swap area and its cache. `cache[slot]` is the frame, mem_map.private[frame] the slot."""

    def __init__(self, kernel: Kernel, area: SwapArea) -> None:
        self.kernel, self.area = kernel, area
        self.cache: dict[int, int] = {}
        self.areas: dict[Vma, None] = {}  # a frame that only the cache has is mapped nowhere

    # -- cache --------------------------------------------------------------------------------------------------------
    def add_to_cache(self, pfn: int, slot: int) -> None:
        """The frame has a copy (or will have one) at the slot; the cache is one of its users."""
        mem_map = self.kernel.pages.mem_map
        mem_map.flags[pfn] |= PG_SWAPCACHE
        mem_map.private[pfn] = slot
        mem_map.refcount[pfn] += 1
        self.cache[slot] = pfn

    def delete_from_cache(self, pfn: int) -> None:
        """The frame and its copy part; the slot is free if no entry refers to it."""
        mem_map = self.kernel.pages.mem_map
        slot = mem_map.private[pfn]
        mem_map.flags[pfn] &= ~PG_SWAPCACHE
        del self.cache[slot]
        if not self.area.count[slot]:
            self.area.release(slot)
        self.kernel.pages.put_page(pfn)

    def drop_unmapped(self, pfns: np.ndarray) -> None:
        """delete_from_cache for frames that nobody else uses: they are free."""
        if not len(pfns):
            return
        count, cache = self.area.count, self.cache
        for slot in self.kernel.pages.mem_map.many.private[pfns].tolist():
            del cache[slot]
            if not count[slot]:
                self.area.release(slot)
        self.kernel.pages.put_pages(pfns)

    def try_to_free(self, pfn: int) -> bool:
        """folio_free_swap: give up the copy of a frame that only mappings use now."""
        mem_map = self.kernel.pages.mem_map
        if mem_map.flags[pfn] & PG_WRITEBACK or self.area.count[mem_map.private[pfn]]:
            return False
        mem_map.flags[pfn] |= PG_DIRTY
        self.delete_from_cache(pfn)
        return True

    # -- references ---------------------------------------------------------------------------------------------------
    def put_slot(self, slot: int) -> None:
        """One entry less refers to the slot; with the last one the slot is free, and the frame if only the cache has
        it.
        """
        left = self.area.count[slot] - 1
        self.area.count[slot] = left
        if left:
            return
        pfn = self.cache.get(slot)
        if pfn is None:
            self.area.release(slot)
        elif self.kernel.pages.mem_map.refcount[pfn] == 1 and not self.kernel.pages.mem_map.flags[pfn] & PG_WRITEBACK:
            self.delete_from_cache(pfn)

    # -- reading ------------------------------------------------------------------------------------------------------
    def read_in(self, slot: int) -> int:
        """swapin_readahead: bring a slot and its neighbours in one request into the cache; the frame, locked till
        then.
        """
        kernel, cluster = self.kernel, 1 << self.kernel.sysctl.page_cluster
        frames = {slot: kernel.pages.alloc_page()}
        first = slot & -cluster
        for other in range(max(first, 1), min(first + cluster, self.area.pages)):
            if other != slot and self.area.count[other] and other not in self.cache:
                pfn = kernel.pages.try_alloc_page()
                if not pfn:
                    break
                frames[other] = pfn
        for run in runs(sorted(frames)):
            self.area.read(run[0], [self._frame(frames[s]) for s in run])
        for each, pfn in frames.items():
            self._enter(each, pfn)
        workingset.refault_anon(kernel, frames)
        kernel.swap_disk.read(list(frames.values()))
        kernel.vm.pswpin += len(frames)
        if kernel.tracer is not None:
            kernel.tracer.emit(kernel, "swap_in", slot=slot, slots=sorted(frames))
        return frames[slot]

    def _frame(self, pfn: int) -> memoryview:
        return self.kernel.ram[pfn << 12 : (pfn << 12) + PAGE_SIZE]

    def _enter(self, slot: int, pfn: int) -> None:
        """A fresh frame becomes the cache's, its only user."""
        mem_map = self.kernel.pages.mem_map
        mem_map.flags[pfn] = PG_SWAPBACKED | PG_UPTODATE | PG_SWAPCACHE
        mem_map.private[pfn] = slot
        self.cache[slot] = pfn
        mem_map.mapping[pfn] = self
        self.kernel.pages.lru.pending.append(pfn)


def runs(slots: list[int], most: int = 1 << 30) -> list[list[int]]:
    """Ascending numbers in runs without holes, of up to `most`."""
    found: list[list[int]] = []
    for slot in slots:
        if found and found[-1][-1] == slot - 1 and len(found[-1]) < most:
            found[-1].append(slot)
        else:
            found.append([slot])
    return found


def free_entries(mm: Mm, entries: list[int]) -> None:
    """munmap and exit: the entries go."""
    swap = mm.kernel.swap
    count, used, cache, freed = swap.area.count, swap.area.used, swap.cache, 0
    for entry in entries:
        slot = entry >> 10
        if count[slot] == 1 and slot not in cache:
            count[slot] = used[slot] = 0
            freed += 1
        else:
            swap.put_slot(slot)
    swap.area.free += freed
    mm.swapents -= len(entries)


def duplicate_entries(mm: Mm, entries: list[int]) -> None:
    """fork: as many entries refer to the same slots once more."""
    count = mm.kernel.swap.area.count
    for entry in entries:
        count[slot_of(entry)] += 1
    mm.swapents += len(entries)


def reuse_swap_page(kernel: Kernel, pfn: int) -> bool:
    """Whether the one mapping that faults is the only user of an anonymous frame; a copy on swap is given up for it."""
    mem_map = kernel.pages.mem_map
    if not mem_map.flags[pfn] & PG_SWAPCACHE:
        return mem_map.refcount[pfn] == 1
    return mem_map.refcount[pfn] == 2 and mem_map.mapcount[pfn] == 1 and kernel.swap.try_to_free(pfn)


def free_page_and_swap_cache(kernel: Kernel, pfns: list[int]) -> None:
    """After the last mapping of cached frames went: they and their slots are of no use to anyone."""
    mem_map, count = kernel.pages.mem_map, kernel.swap.area.count
    useless = []
    for pfn in pfns:
        flags = mem_map.flags[pfn]
        idle = flags & (PG_SWAPCACHE | PG_WRITEBACK) == PG_SWAPCACHE and mem_map.refcount[pfn] == 1
        if idle and not count[mem_map.private[pfn]]:
            useless.append(pfn)
    kernel.swap.drop_unmapped(np.array(useless, dtype=np.int64))
