"""/proc/kpagecount and /proc/kpageflags: 8 bytes for each frame (Documentation/admin-guide/mm/pagemap.rst)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emu.kernel.mm import page

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

# our flag -> the bit of /proc/kpageflags
BITS = {
    page.PG_LOCKED: 0,
    page.PG_REFERENCED: 2,
    page.PG_UPTODATE: 3,
    page.PG_DIRTY: 4,
    page.PG_LRU: 5,
    page.PG_ACTIVE: 6,
    page.PG_SLAB: 7,
    page.PG_WRITEBACK: 8,
    page.PG_BUDDY: 10,
    page.PG_ANON: 12,
    page.PG_SWAPCACHE: 13,
    page.PG_SWAPBACKED: 14,
    page.PG_HEAD: 15,
    page.PG_TAIL: 16,
    page.PG_UNEVICTABLE: 18,
    page.PG_TABLE: 26,
}
KPF_MMAP, KPF_ZERO_PAGE = 11, 24


def kpagecount(kernel: Kernel, first: int, count: int) -> bytes:
    """How many entries map each frame from `first` on; shorter at the end of memory."""
    mem_map = kernel.pages.mem_map
    return mem_map.many.mapcount[first : min(first + count, mem_map.count)].astype("<u8").tobytes()


def kpageflags(kernel: Kernel, first: int, count: int) -> bytes:
    """What each frame is, in Linux's bits."""
    mem_map = kernel.pages.mem_map
    last = min(first + count, mem_map.count)
    flags = mem_map.many.flags[first:last].astype(np.uint64)
    bits = (mem_map.many.mapcount[first:last] > 0).astype(np.uint64) << np.uint64(KPF_MMAP)
    for ours, theirs in BITS.items():
        bits |= ((flags & np.uint64(ours)) != 0).astype(np.uint64) << np.uint64(theirs)
    if first <= kernel.pages.zero_pfn < last:
        bits[kernel.pages.zero_pfn - first] |= np.uint64(1 << KPF_ZERO_PAGE)
    return bits.astype("<u8").tobytes()
