"""mem_map: one `struct page` for each frame of physical memory, kept as columns indexed by pfn.

    refcount   users of the frame: mappings, the page cache, the kernel itself; 0 = free
    mapcount   page-table entries that map it
    mapping    AnonVma or AddressSpace it belongs to (rmap); absent = neither
    private    its slot on swap, while it is in the swap cache
    index      its page offset in that mapping; of a buddy block its order; of an upper page table its used entries

A free frame has refcount 0: it stands in a block of the buddy system (whose first frame is PG_BUDDY) or in a per-cpu
list. The columns are anonymous host memory, so that frames never used cost nothing. `many` holds the same columns as
numpy arrays, for work on many frames at once (fork, exit); a single frame is faster through the memoryviews.
"""

from __future__ import annotations

import mmap
from types import SimpleNamespace
from typing import Any

import numpy as np

PAGE_SHIFT = 12
PAGE_SIZE = 1 << PAGE_SHIFT
PAGE_MASK = ~(PAGE_SIZE - 1)


def page_align(size: int) -> int:
    """`size` rounded up to whole pages."""
    return (size + PAGE_SIZE - 1) & PAGE_MASK


FLAG_NAMES = (
    "locked referenced uptodate dirty lru active slab reserved buddy table anon swapcache swapbacked "
    "writeback unevictable workingset code stale head tail kernel"
).split()
(
    PG_LOCKED,
    PG_REFERENCED,
    PG_UPTODATE,
    PG_DIRTY,
    PG_LRU,
    PG_ACTIVE,
    PG_SLAB,
    PG_RESERVED,
    PG_BUDDY,  # first frame of a free block in the buddy system
    PG_TABLE,  # a page table
    PG_ANON,
    PG_SWAPCACHE,
    PG_SWAPBACKED,
    PG_WRITEBACK,
    PG_UNEVICTABLE,
    PG_WORKINGSET,
    PG_CODE,  # mapped executable at some time: the machine may hold predecoded instructions of it
    PG_STALE,  # holds an earlier user's bytes: must be cleared before it is given out as zeroes
    PG_HEAD,  # first frame of a compound (huge) page
    PG_TAIL,  # another frame of one
    PG_KERNEL,  # used by the kernel itself: a pipe's buffer
) = (1 << bit for bit in range(len(FLAG_NAMES)))

_CHUNK = 1 << 20
_ZEROES = bytes(_CHUNK)


def flag_names(flags: int) -> str:
    """`uptodate|lru|anon`, as /proc/kpageflags tools print them."""
    return "|".join(name for bit, name in enumerate(FLAG_NAMES) if flags >> bit & 1)


class MemMap:
    """The columns of struct page."""

    __slots__ = (
        "_maps",
        "count",
        "flags",
        "index",
        "lru_next",
        "lru_prev",
        "many",
        "mapcount",
        "mapping",
        "private",
        "refcount",
    )

    def __init__(self, count: int) -> None:
        self.count = count
        self.mapping: dict[int, Any] = {}
        self._maps: dict[str, mmap.mmap] = {}
        self.many = SimpleNamespace()
        self.flags = self._column("flags", "I")
        self.refcount = self._column("refcount", "i")
        self.mapcount = self._column("mapcount", "i")
        self.index = self._column("index", "Q")
        self.private = self._column("private", "I")
        self.lru_next = self._column("lru_next", "i")
        self.lru_prev = self._column("lru_prev", "i")

    def _column(self, name: str, code: str) -> memoryview:
        size = max(1, self.count) * (8 if code == "Q" else 4)
        self._maps[name] = host = mmap.mmap(-1, size + 7 & -8)
        kind = {"I": np.uint32, "i": np.int32, "Q": np.uint64}[code]
        setattr(self.many, name, np.frombuffer(host, kind)[: max(1, self.count)])
        return memoryview(host)[:size].cast(code)

    def arrays(self) -> dict[str, np.ndarray]:
        """The columns as 64-bit words, for whoever copies memory."""
        return {name: np.frombuffer(host, np.uint64) for name, host in self._maps.items()}

    def copy(self) -> MemMap:
        """The same columns apart, without `mapping`."""
        twin = MemMap(self.count)
        for name, host in self._maps.items():
            _copy_used(host, twin._maps[name])
        return twin


def _copy_used(source: mmap.mmap, target: mmap.mmap) -> None:
    """Copy the chunks that were ever written, so that the twin stays as sparse as the original."""
    for at in range(0, len(source), _CHUNK):
        chunk = source[at : at + _CHUNK]
        if chunk != _ZEROES[: len(chunk)]:
            target[at : at + len(chunk)] = chunk
