"""Many frames at once: those that an exit or munmap gives back, and blocks of the buddy system."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from emu.kernel.mm import buddy
from emu.kernel.mm.page import PAGE_SIZE, PG_CODE, PG_LRU, PG_STALE, PG_TABLE, MemMap
from emu.kernel.panic import bug_on

if TYPE_CHECKING:
    from emu.kernel.mm.lru import Lru
    from emu.kernel.mm.zone import Zone

POISON = b"\x6b" * PAGE_SIZE  # POISON_FREE of Linux's slab


class BlockAllocator:
    """The part of PageAllocator that deals with more than one frame."""

    ram: memoryview
    mem_map: MemMap
    zones: list[Zone]
    zonelist: list[Zone]
    lru: Lru
    code_changed: Callable[[int], None]
    poison: bool

    # -- many frames --------------------------------------------------------------------------------------------------
    def put_pages(self, pfns: np.ndarray) -> None:
        """put_page of many different frames at once (exit, munmap)."""
        many = self.mem_map.many
        left = many.refcount[pfns] - 1
        many.refcount[pfns] = left
        gone = pfns[left == 0]
        bug_on(bool((left < 0).any()), "put_pages of a free frame", pfns[left < 0][:4])
        if len(gone):
            self._free_many(gone)

    def _free_many(self, pfns: np.ndarray) -> None:
        many, mapping = self.mem_map.many, self.mem_map.mapping
        bug_on(bool(many.mapcount[pfns].any()), "freeing mapped frames")
        flags = many.flags[pfns]
        special = pfns[(flags & (PG_LRU | PG_CODE)) != 0].tolist() if not self.poison else pfns.tolist()
        pages = sorted(pfns.tolist())
        for pfn in special:
            self._unhook(pfn)
        many.flags[pfns] = PG_STALE
        for pfn in pages:
            mapping.pop(pfn, None)
        for zone in self.zones:
            own = pages if len(self.zones) == 1 else [pfn for pfn in pages if zone.start <= pfn < zone.end]
            zone.freed += len(own)
            keep = max(0, zone.pcp_high - zone.pcp_batch - len(zone.pcp))
            zone.pcp.extend(reversed(own[:keep]))
            buddy.free_pages_sorted(zone, self.mem_map, own[keep:])

    def _unhook(self, pfn: int) -> None:
        flags = self.mem_map.flags[pfn]
        if flags & PG_LRU:
            self.lru.remove(pfn)
        if flags & PG_CODE:
            self.code_changed(pfn)
        if self.poison:
            self.ram[pfn << 12 : (pfn << 12) + PAGE_SIZE] = POISON

    # -- page tables and blocks ---------------------------------------------------------------------------------------
    def alloc_table(self) -> int:
        """A zeroed frame to be a page table."""
        pfn = self.alloc_zeroed_page()
        self.mem_map.flags[pfn] = PG_TABLE
        self.mem_map.index[pfn] = 0
        self.nr_table_pages += 1
        self.max_table_pages = max(self.max_table_pages, self.nr_table_pages)
        return pfn

    def free_table(self, pfn: int) -> None:
        """Give back the frame of a page table."""
        self.nr_table_pages -= 1
        self.put_page(pfn)

    def alloc_pages(self, order: int) -> int | None:
        """A block of 2^order frames, each with refcount 1; None when no zone has one, not even after the per-cpu lists
        went back to the buddy system.
        """
        pfn = self._take_block(order)
        if pfn is None and any(zone.pcp for zone in self.zones):
            for zone in self.zones:
                self.drain(zone)
            pfn = self._take_block(order)
        return pfn

    def _take_block(self, order: int) -> int | None:
        for zone in self.zonelist:
            if zone.nr_free - (1 << order) >= zone.min:
                pfn = buddy.take_block(zone, self.mem_map, order)
                if pfn is not None:
                    self.mem_map.many.refcount[pfn : pfn + (1 << order)] = 1
                    return pfn
        return None

    def free_pages(self, pfn: int, order: int) -> None:
        """Give back a block from alloc_pages."""
        mem_map = self.mem_map
        bug_on(mem_map.refcount[pfn] != 1, "free_pages: block in use", pfn, mem_map.refcount[pfn])
        mem_map.many.refcount[pfn : pfn + (1 << order)] = 0
        mem_map.many.flags[pfn : pfn + (1 << order)] = PG_STALE
        zone = self.zone_of(pfn)
        zone.freed += 1 << order
        buddy.free_block(zone, mem_map, pfn, order)
