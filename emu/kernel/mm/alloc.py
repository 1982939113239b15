"""alloc_page, get_page, put_page: single frames through per-cpu lists, larger blocks from the buddy system.

Handing out a frame is a list pop; only every pcp_batch-th time the buddy system and the watermarks are looked at.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

from emu.kernel.mm import buddy
from emu.kernel.mm.alloc_many import POISON, BlockAllocator
from emu.kernel.mm.lru import Lru
from emu.kernel.mm.page import PAGE_SIZE, PG_CODE, PG_LRU, PG_RESERVED, PG_STALE, MemMap
from emu.kernel.mm.zone import (
    WATERMARK_SCALE_FACTOR,
    Zone,
    default_min_free_kbytes,
    make_zones,
    setup_pcp,
    setup_watermarks,
    zonelist,
)
from emu.kernel.panic import bug_on

ZERO_PAGE = bytes(PAGE_SIZE)


class OutOfMemory(Exception):
    """No frame could be had, not even by reclaim."""


class PageAllocator(BlockAllocator):
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
        self.watermark_scale_factor = WATERMARK_SCALE_FACTOR
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

    def set_min_free(self, kbytes: int, scale: int | None = None) -> None:
        """Linux's vm.min_free_kbytes, and vm.watermark_scale_factor."""
        self.min_free_kbytes = kbytes
        self.watermark_scale_factor = scale or self.watermark_scale_factor
        setup_watermarks(self.zones, kbytes, self.watermark_scale_factor)

    def set_node(self, node: int) -> None:
        """Allocate from this node first: the node of the hart that runs the kernel now."""
        self.node = node
        self.zonelist = self.zonelists[node]
        self.pcp = self.zonelist[0].pcp

    def zone_of(self, pfn: int) -> Zone:
        """The zone that a frame lies in."""
        return self.zones[bisect_right(self._starts, pfn) - 1] if len(self.zones) > 1 else self.zones[0]

    @property
    def nr_free_pages(self) -> int:
        """Frames that nobody uses, the per-cpu lists included."""
        return sum(zone.free for zone in self.zones)

    @property
    def total_pages(self) -> int:
        """Frames that can be given out: MemTotal."""
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
        """alloc_page, with zeroes in it. OutOfMemory Blocked."""
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
        """One use more: the frame stays until as many put_page."""
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
        zone.freed += 1
        zone.pcp.append(pfn)
        if len(zone.pcp) > zone.pcp_high:
            self.drain(zone, keep=zone.pcp_high - zone.pcp_batch)

    def drain(self, zone: Zone, keep: int = 0) -> None:
        """free_pcppages_bulk: the oldest frames of the per-cpu list go back to the buddy system."""
        old = zone.pcp[: len(zone.pcp) - keep]
        del zone.pcp[: len(old)]
        buddy.free_pages_sorted(zone, self.mem_map, sorted(old))
