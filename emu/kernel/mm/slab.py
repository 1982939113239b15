"""Slab caches: the kernel's own objects in frames of memory, many of a size in one slab (Linux: mm/slub.c).

The objects themselves are Python's; what is modelled is where Linux would keep them: each living object takes a place
in a slab of its cache, a slab is a block of frames from the buddy system, and a slab without objects is given back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.mm.page import PG_SLAB
from emu.kernel.panic import bug_on

if TYPE_CHECKING:
    from emu.kernel.mm.alloc import PageAllocator

# name -> bytes of the structure in Linux 6 on riscv64
OBJECTS = {
    "task_struct": 3904,
    "signal_cache": 1152,
    "mm_struct": 1408,
    "vm_area_struct": 184,
    "anon_vma": 104,
    "files_cache": 704,
    "filp": 256,
    "inode_cache": 608,
    "pid": 144,
}


class Cache:
    """Slabs of one kind of object: `slabs` maps the first frame of each to the places in use."""

    def __init__(self, name: str, size: int, pages: PageAllocator) -> None:
        self.name, self.size, self.pages = name, size, pages
        self.order = 0 if size <= 512 else 1 if size <= 1024 else 3
        self.per_slab = (4096 << self.order) // size
        self.slabs: dict[int, int] = {}
        self.partial: dict[int, None] = {}
        self.active = 0

    @property
    def total(self) -> int:
        return len(self.slabs) * self.per_slab

    def alloc(self) -> int:
        """A place for an object: the frame of its slab, 0 when there is no memory for a new slab (it isn't counted
        then).
        """
        if not self.partial:
            pfn = self.pages.alloc_pages(self.order)
            if pfn is None:
                return 0
            for frame in range(pfn, pfn + (1 << self.order)):
                self.pages.mem_map.flags[frame] = PG_SLAB
            self.slabs[pfn] = 0
            self.partial[pfn] = None
        pfn = next(iter(self.partial))
        self.slabs[pfn] += 1
        self.active += 1
        if self.slabs[pfn] == self.per_slab:
            del self.partial[pfn]
        return pfn

    def free(self, pfn: int) -> None:
        """An object of the slab `pfn` is gone."""
        if not pfn:
            return
        bug_on(not self.slabs.get(pfn), "slab: free without an object", self.name, pfn)
        self.slabs[pfn] -= 1
        self.active -= 1
        self.partial[pfn] = None
        if not self.slabs[pfn]:
            del self.slabs[pfn], self.partial[pfn]
            self.pages.free_pages(pfn, self.order)


class Slab:
    """All caches."""

    def __init__(self, pages: PageAllocator) -> None:
        self.caches = {name: Cache(name, size, pages) for name, size in OBJECTS.items()}

    @property
    def nr_pages(self) -> int:
        return sum(len(cache.slabs) << cache.order for cache in self.caches.values())
