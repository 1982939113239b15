"""The buddy system: free memory in blocks of 2^order frames, aligned to their size.

An allocation takes the smallest block that fits and splits it, the upper half going back; a freed block merges with
its buddy (the block whose pfn differs in bit `order`) as long as that one is free too. Blocks are handed out last in,
first out, and of a split block the lower half first: the order is deterministic.

Blocks of MAX_ORDER are not marked in mem_map: at boot all memory is made of them, and a mark in each would cost a page
of host memory for every 4 MB that no guest has touched.
"""

from __future__ import annotations

from emu.kernel.mm.page import PG_BUDDY, MemMap
from emu.kernel.mm.zone import MAX_ORDER, Zone


def _add(zone: Zone, mem_map: MemMap, pfn: int, order: int) -> None:
    zone.free_area[order][pfn] = None
    if order < MAX_ORDER:
        mem_map.flags[pfn] |= PG_BUDDY
        mem_map.index[pfn] = order


def _remove(zone: Zone, mem_map: MemMap, pfn: int, order: int) -> None:
    del zone.free_area[order][pfn]
    if order < MAX_ORDER:
        mem_map.flags[pfn] &= ~PG_BUDDY


def take_block(zone: Zone, mem_map: MemMap, order: int) -> int | None:
    """The first frame of a block of `order`, splitting a larger one where needed; None when there is none."""
    for have in range(order, MAX_ORDER + 1):
        if area := zone.free_area[have]:
            pfn, _ = area.popitem()
            if have < MAX_ORDER:
                mem_map.flags[pfn] &= ~PG_BUDDY
            while have > order:
                have -= 1
                _add(zone, mem_map, pfn + (1 << have), have)
            zone.nr_free -= 1 << order
            return pfn
    return None


def free_block(zone: Zone, mem_map: MemMap, pfn: int, order: int) -> None:
    """Give a block back and merge it upwards with its free buddies."""
    zone.nr_free += 1 << order
    while order < MAX_ORDER:
        buddy = pfn ^ (1 << order)
        if buddy not in zone.free_area[order]:
            break
        _remove(zone, mem_map, buddy, order)
        pfn &= buddy
        order += 1
    _add(zone, mem_map, pfn, order)


def take_pages(zone: Zone, mem_map: MemMap, count: int) -> list[int]:
    """Up to `count` single frames, in the order in which as many allocations of order 0 would give them."""
    pages: list[int] = []
    while count:
        order = next((n for n, area in enumerate(zone.free_area) if area), None)
        if order is None:
            break
        order = min(order, count.bit_length() - 1)
        pfn = take_block(zone, mem_map, order)
        assert pfn is not None
        pages.extend(range(pfn, pfn + (1 << order)))
        count -= 1 << order
    return pages


def free_pages_sorted(zone: Zone, mem_map: MemMap, pages: list[int]) -> None:
    """Give back many single frames, ascending; aligned runs go as blocks, which ends in the same state, sooner."""
    at, count = 0, len(pages)
    while at < count:
        pfn, order = pages[at], 0
        while order < MAX_ORDER and not pfn >> order & 1:
            last = at + (2 << order) - 1
            if last >= count or pages[last] != pfn + (2 << order) - 1:
                break
            order += 1
        free_block(zone, mem_map, pfn, order)
        at += 1 << order


def free_range(zone: Zone, mem_map: MemMap, start: int, end: int) -> None:
    """At boot: all frames from start up to end become free, as the largest aligned blocks, the lowest handed out
    first.
    """
    while end > start:
        order = min(MAX_ORDER, (end & -end).bit_length() - 1, (end - start).bit_length() - 1)
        end -= 1 << order
        free_block(zone, mem_map, end, order)
