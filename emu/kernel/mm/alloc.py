"""alloc_page, get_page, put_page: single frames through per-cpu lists, larger blocks from the buddy system.

Handing out a frame is a list pop; only every pcp_batch-th time the buddy system and the watermarks are looked at.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

import numpy as np

from emu.kernel.mm import buddy
from emu.kernel.mm.lru import Lru
from emu.kernel.mm.page import PAGE_SIZE, PG_CODE, PG_LRU, PG_RESERVED, PG_STALE, PG_TABLE, MemMap
from emu.kernel.mm.zone import Zone, default_min_free_kbytes, make_zones, setup_pcp, setup_watermarks, zonelist
from emu.kernel.panic import bug_on

ZERO_PAGE = bytes(PAGE_SIZE)
POISON = b"\x6b" * PAGE_SIZE  # POISON_FREE of Linux's slab
PCP_HUGE_DRAIN = 4096


class OutOfMemory(Exception):
    """No frame could be had, not even by reclaim."""


class PageAllocator:
    """All frames of the machine: mem_map, zones, and the functions that hand frames out and take them back."""

    def __init__(self, machine: Any, count: int, xlen: int, nodes: int = 1, poison: bool = False) -> None:
        self.ram: memoryview = machine.ram
        self.code_changed: Callable[[int], None] = machine.code_changed
        self.poison = poison
        self.mem_map = MemMap(count)
        self.zones = make_zones(count, xlen, nodes)
        self._starts = [zone.start for zone in self.zones]
        self.zonelists = [zonelist(self.zones, node) for node in range(nodes)]
        self.reclaim: Callable[[int], bool] = lambda order: False  # the slow path; set by the reclaimer
        self.wake_kswapd: Callable[[Zone], None] = lambda zone: None
        self.lru = Lru(self.mem_map)
        self.nr_table_pages = self.max_table_pages = 0
        self.nr_alloc = self.nr_free_calls = 0  # of blocks, for statistics
        self._boot()
        self.set_node(0)
        self.zero_pfn = self.alloc_page()
        self.mem_map.flags[self.zero_pfn] = PG_RESERVED

    def _boot(self) -> None:
        """Free every frame but number 0, so that a pfn of 0 is always a mistake."""
        self.mem_map.flags[0], self.mem_map.refcount[0] = PG_RESERVED, 1
        for zone in reversed(self.zones):
            buddy.free_range(zone, self.mem_map, max(zone.start, 1), zone.end)
            zone.managed = zone.nr_free
            setup_pcp(zone)
        self.set_min_free(default_min_free_kbytes(self.mem_map.count))

    def set_min_free(self, kbytes: int) -> None:
        """Linux's vm.min_free_kbytes."""
        self.min_free_kbytes = kbytes
        setup_watermarks(self.zones, kbytes)

    def set_node(self, node: int) -> None:
        """Allocate from this node first: the node of the hart that runs the kernel now."""
        self.node = node
        self.zonelist = self.zonelists[node]
        self.pcp = self.zonelist[0].pcp

    def zone_of(self, pfn: int) -> Zone:
        return self.zones[bisect_right(self._starts, pfn) - 1] if len(self.zones) > 1 else self.zones[0]

    @property
    def nr_free_pages(self) -> int:
        return sum(zone.free for zone in self.zones)

    @property
    def total_pages(self) -> int:
        return sum(zone.managed for zone in self.zones)

    # -- single frames ------------------------------------------------------------------------------------------------
    def alloc_page(self) -> int:
        """A frame with refcount 1; its bytes are whatever they were (see clear_page). OutOfMemory."""
        pcp = self.pcp
        pfn = pcp.pop() if pcp else self._refill_and_take()
        self.mem_map.refcount[pfn] = 1
        return pfn

    def try_alloc_page(self) -> int:
        """GFP_NOWAIT: a frame if there is one above the watermarks, else 0; never reclaims."""
        if self.pcp or any(zone.pcp or zone.nr_free > zone.min for zone in self.zonelist):
            return self.alloc_page()
        return 0

    def alloc_zeroed_page(self) -> int:
        pfn = self.alloc_page()
        self.clear_page(pfn)
        return pfn

    def clear_page(self, pfn: int) -> None:
        """Zero a fresh frame; one that nobody used since boot is zero already. Its flags start anew."""
        if self.mem_map.flags[pfn] & PG_STALE:
            self.ram[pfn << 12 : (pfn << 12) + PAGE_SIZE] = ZERO_PAGE
        self.mem_map.flags[pfn] = 0

    def take_page(self) -> int:
        """alloc_page without the refcount, for the hottest path, which sets all columns itself."""
        pcp = self.pcp
        return pcp.pop() if pcp else self._refill_and_take()

    def _refill_and_take(self) -> int:
        """rmqueue_bulk: fetch a batch from the first zone above its watermark, waking kswapd at low; else the slow
        path.
        """
        if len(self.lru.pending) > self.lru.pending_limit:
            self.lru.compact()
        for zone in self.zonelist:
            if zone.pcp:
                return zone.pcp.pop()
            if zone.nr_free - zone.pcp_batch < zone.low:
                self.wake_kswapd(zone)
            if zone.nr_free > zone.min and (pages := buddy.take_pages(zone, self.mem_map, zone.pcp_batch)):
                return self._stock(zone, pages)
        return self._slow_path()

    def _slow_path(self) -> int:
        """Below min everywhere: reclaim until there is something, or until OutOfMemory ends it. Reclaim itself, and
        what happens before there is one, may use the reserve.
        """
        while self.reclaim(0):
            for zone in self.zonelist:
                if zone.pcp:
                    return zone.pcp.pop()
                if zone.nr_free > zone.min and (pages := buddy.take_pages(zone, self.mem_map, zone.pcp_batch)):
                    return self._stock(zone, pages)
        return self._last_reserve()

    def _stock(self, zone: Zone, pages: list[int]) -> int:
        pages.reverse()
        zone.pcp.extend(pages)
        return zone.pcp.pop()

    def _last_reserve(self) -> int:
        """ALLOC_NO_WATERMARKS: below min, one by one."""
        for zone in self.zonelist:
            if pages := buddy.take_pages(zone, self.mem_map, 1):
                return pages[0]
        raise OutOfMemory

    def take_reserve(self) -> int | None:
        """A frame with refcount 1 from below the watermarks, without reclaim; None when there is none at all."""
        for zone in self.zonelist:
            if pages := buddy.take_pages(zone, self.mem_map, 1):
                self.mem_map.refcount[pages[0]] = 1
                return pages[0]
        return None

    def get_page(self, pfn: int) -> None:
        self.mem_map.refcount[pfn] += 1

    def put_page(self, pfn: int) -> None:
        """Drop one use; the last one frees the frame."""
        count = self.mem_map.refcount[pfn] - 1
        self.mem_map.refcount[pfn] = count
        if count <= 0:
            bug_on(count < 0, "put_page of a free frame", pfn)
            self._free(pfn)

    def _free(self, pfn: int) -> None:
        mem_map = self.mem_map
        flags = mem_map.flags[pfn]
        bug_on(mem_map.mapcount[pfn] != 0, "freeing a mapped frame", pfn, mem_map.mapcount[pfn])
        if flags & PG_LRU:
            self.lru.remove(pfn)
        if flags & PG_CODE:
            self.code_changed(pfn)
        if self.poison:
            self.ram[pfn << 12 : (pfn << 12) + PAGE_SIZE] = POISON
        mem_map.flags[pfn] = PG_STALE
        mem_map.mapping.pop(pfn, None)
        zone = self.zone_of(pfn)
        zone.pcp.append(pfn)
        if len(zone.pcp) > zone.pcp_high:
            self.drain(zone, keep=zone.pcp_high - zone.pcp_batch)

    def drain(self, zone: Zone, keep: int = 0) -> None:
        """free_pcppages_bulk: the oldest frames of the per-cpu list go back to the buddy system."""
        old = zone.pcp[: len(zone.pcp) - keep]
        del zone.pcp[: len(old)]
        buddy.free_pages_sorted(zone, self.mem_map, sorted(old))

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
        buddy.free_block(self.zone_of(pfn), mem_map, pfn, order)
