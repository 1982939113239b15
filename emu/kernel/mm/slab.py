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
    "fdtable": 4096,
}


class Cache:
    """Slabs of one kind of object: `slabs` maps the first frame of each to the places in use."""

    def __init__(self, name: str, size: int, pages: PageAllocator) -> None:
        self.name, self.size, self.pages = name, size, pages
        self.order = 0 if size <= 512 else 1 if size <= 1024 else 3
        self.per_slab = (4096 << self.order) // size
        self.slabs: dict[int, int] = {}
        self.small: set[int] = set()  # slabs of one frame, made when no larger block was free
        self.partial: dict[int, None] = {}
        self.active = 0

    @property
    def total(self) -> int:
        return sum(self.capacity(pfn) for pfn in self.slabs)

    @property
    def nr_pages(self) -> int:
        return len(self.small) + ((len(self.slabs) - len(self.small)) << self.order)

    def capacity(self, pfn: int) -> int:
        """How many objects a slab holds."""
        return 4096 // self.size if pfn in self.small else self.per_slab

    def alloc(self) -> int:
        """A place for an object: the frame of its slab, 0 when there is no memory for a new slab (it isn't counted
        then).
        """
        if not self.reserve():
            return 0
        pfn = next(iter(self.partial))
        self.slabs[pfn] += 1
        self.active += 1
        if self.slabs[pfn] == self.capacity(pfn):
            del self.partial[pfn]
        return pfn

    def reserve(self) -> bool:
        """Make sure that there is a place for one more object, from the last frames if it must be; False if there is
        none. Whoever makes objects without end asks first, and fails with ENOMEM.
        """
        if self.partial:
            return True
        pfn, order = self.pages.alloc_pages(self.order), self.order
        if pfn is None:
            pfn, order = self.pages.take_reserve(), 0
            if pfn is None:
                return False
            self.small.add(pfn)
        for frame in range(pfn, pfn + (1 << order)):
            self.pages.mem_map.flags[frame] = PG_SLAB
        self.slabs[pfn] = 0
        self.partial[pfn] = None
        return True

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
            self.pages.free_pages(pfn, 0 if pfn in self.small else self.order)
            self.small.discard(pfn)


class Slab:
    """All caches."""

    def __init__(self, pages: PageAllocator) -> None:
        self.caches = {name: Cache(name, size, pages) for name, size in OBJECTS.items()}

    @property
    def nr_pages(self) -> int:
        return sum(cache.nr_pages for cache in self.caches.values())
