"""Frames of memory: free or used, how often, and by the pool of huge pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from emu.isa.paging import PTE_V
from emu.kernel.check.spaces import entries
from emu.kernel.mm.filemap import AddressSpace
from emu.kernel.mm.mm import address_spaces
from emu.kernel.mm.page import (
    PG_BUDDY,
    PG_KERNEL,
    PG_RESERVED,
    PG_SLAB,
    PG_SWAPCACHE,
    PG_TABLE,
    flag_names,
)
from emu.kernel.panic import bug_on

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel


def free_frames(kernel: Kernel) -> Iterator[int]:
    """Every frame in a free block or a per-cpu list, as often as it stands there."""
    for zone in kernel.pages.zones:
        for order, area in enumerate(zone.free_area):
            for pfn in area:
                bug_on(pfn & ((1 << order) - 1) != 0, "free block not aligned", pfn, order)
                yield from range(pfn, pfn + (1 << order))
        yield from zone.pcp


def check_free_frames(kernel: Kernel) -> None:
    """A frame is in use (refcount above 0), or in exactly one free block or per-cpu list."""
    mem_map = kernel.pages.mem_map
    frames = list(free_frames(kernel))
    counts = set(frames)
    bug_on(len(counts) != len(frames), "a frame is free twice", len(frames) - len(counts))
    bug_on(bool(mem_map.many.refcount[frames].any()), "a free frame has users")
    bug_on(not counts.isdisjoint(mem_map.mapping), "a free frame has a mapping")
    used = int(np.count_nonzero(mem_map.many.refcount[: mem_map.count]))
    bug_on(used + len(counts) != mem_map.count, "frames lost", used, len(counts), mem_map.count)
    for zone in kernel.pages.zones:
        blocks = sum(len(area) << order for order, area in enumerate(zone.free_area))
        bug_on(blocks != zone.nr_free, "nr_free is wrong", zone.name, blocks, zone.nr_free)
        for order, area in enumerate(zone.free_area):
            for pfn in area:
                marked = mem_map.flags[pfn] & PG_BUDDY or order == len(zone.free_area) - 1
                bug_on(not marked, "a free block without its mark", pfn)
                buddy_free = order < len(zone.free_area) - 1 and pfn ^ (1 << order) in area
                bug_on(buddy_free, "two free buddies did not merge", pfn, order)


def check_counts(kernel: Kernel) -> None:
    """mapcount is the number of entries that map a frame; refcount that plus the page cache's use, or 1 for a table."""
    mem_map, maps = kernel.pages.mem_map, Counter()
    for mm in address_spaces(kernel):
        maps.update(pte >> 10 for _, pte in entries(mm) if pte & PTE_V)
    maps.pop(kernel.pages.zero_pfn, None)
    huge_frames = frames_of_pool(kernel)
    for pfn in mem_map.many.refcount.nonzero()[0].tolist():
        users, flags = mem_map.refcount[pfn], mem_map.flags[pfn]
        if pfn in huge_frames or flags & (PG_RESERVED | PG_TABLE | PG_KERNEL | PG_SLAB):
            continue
        bug_on(mem_map.mapcount[pfn] != maps[pfn], "mapcount", pfn, mem_map.mapcount[pfn], maps[pfn])
        mapping = mem_map.mapping.get(pfn)
        cached = isinstance(mapping, AddressSpace) + bool(flags & PG_SWAPCACHE)
        bug_on(users != maps[pfn] + cached, "refcount", pfn, users, maps[pfn], flag_names(flags))


def frames_of_pool(kernel: Kernel) -> set[int]:
    """The frames of huge pages that were set aside, in use or not: as many as the pool says."""
    pool, size = kernel.huge_pool, 1 << kernel.huge_pool.order
    blocks = pool.blocks()
    bug_on(len(blocks) != pool.total, "the pool of huge pages", len(blocks), pool.total)
    bug_on(not 0 <= pool.reserved <= len(pool.free), "reserved huge pages", pool.reserved, len(pool.free))
    return {frame for block in blocks for frame in range(block, block + size)}
