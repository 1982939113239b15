"""Slab caches: the kernel's own objects in frames of memory, many of a size in one slab (Linux: mm/slub.c).

The objects themselves are Python's; what is modelled is where Linux would keep them: each living object takes a place
in a slab of its cache, a slab is a block of frames from the buddy system, and a slab without objects is given back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from emu.kernel.mm.page import PG_SLAB
from emu.kernel.panic import bug_on

if TYPE_CHECKING:
    from emu.kernel.mm.alloc import PageAllocator

# name -> bytes of the structure in Linux 6.12 on riscv64
OBJECTS = {
    "task_struct": 3904,
    "pid": 144,
    "signal_cache": 1152,
    "sighand_cache": 2112,
    "files_cache": 704,
    "fdtable": 4096,
    "fs_cache": 64,
    "mm_struct": 1408,
    "vm_area_struct": 184,
    "anon_vma": 104,
    "filp": 256,
    "inode_cache": 608,
    "diskfs_inode_cache": 1096,
    "hostfs_inode_cache": 680,
    "shmem_inode_cache": 712,
    "proc_inode_cache": 680,
    "sock_inode_cache": 832,
    "dentry": 192,
}
RECLAIMABLE = "inode_cache diskfs_inode_cache hostfs_inode_cache proc_inode_cache sock_inode_cache dentry".split()
MIN_OBJECTS = 8  # a slab should hold at least so many
MAX_ORDER = 3
SMALL_MEMORY = 8192  # pages up to which a slab is one frame: blocks would be too large a part of memory


def calculate_order(size: int, most: int = MAX_ORDER) -> int:
    """The smallest block with enough objects in it and little waste: a sixteenth, else an eighth, else a quarter."""
    for fraction in (16, 8, 4):
        for order in range(most + 1):
            slab = 4096 << order
            if slab // size >= MIN_OBJECTS and slab % size <= slab // fraction:
                return order
    return most


class Cache:
    """Slabs of one kind of object: `slabs` maps the first frame of each to the places in use."""

    def __init__(self, name: str, size: int, pages: PageAllocator) -> None:
        self.name, self.size, self.pages = name, size, pages
        self.reclaimable = name in RECLAIMABLE  # SLAB_RECLAIM_ACCOUNT: a shrinker can free its objects
        self.order = calculate_order(size, MAX_ORDER if pages.total_pages > SMALL_MEMORY else 0)
        self.per_slab = (4096 << self.order) // size
        self.slabs: dict[int, int] = {}
        self.small: set[int] = set()  # slabs of one frame, made when no larger block was free
        self.partial: dict[int, None] = {}
        self.active = 0

    @property
    def total(self) -> int:
        """Objects that fit into the slabs that there are."""
        return sum(self.capacity(pfn) for pfn in self.slabs)

    @property
    def nr_pages(self) -> int:
        """Frames that the slabs take."""
        return len(self.small) + ((len(self.slabs) - len(self.small)) << self.order)

    def frames(self) -> Iterator[int]:
        """The frames of all slabs."""
        for pfn in self.slabs:
            yield from range(pfn, pfn + (1 if pfn in self.small else 1 << self.order))

    def capacity(self, pfn: int) -> int:
        """How many objects a slab holds."""
        return 4096 // self.size if pfn in self.small else self.per_slab

    def alloc(self, urgent: bool = True) -> int:
        """A place for an object: the frame of its slab, 0 when there is no memory for a new slab (it isn't counted
        then). What isn't urgent leaves the last frames to others.
        """
        if not self.reserve(urgent):
            return 0
        pfn = next(iter(self.partial))
        self.slabs[pfn] += 1
        self.active += 1
        if self.slabs[pfn] == self.capacity(pfn):
            del self.partial[pfn]
        return pfn

    def reserve(self, urgent: bool = True) -> bool:
        """Make sure that there is a place for one more object, from the last frames if it must be; False if there is
        none. Whoever makes objects without end asks first, and fails with ENOMEM.
        """
        if self.partial:
            return True
        pfn, order = self.pages.alloc_pages(self.order), self.order
        if pfn is None:
            pfn, order = self.pages.take_reserve() if urgent else self.pages.try_alloc_page(), 0
            if not pfn:
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
        """Frames of all caches: Slab of meminfo."""
        return sum(cache.nr_pages for cache in self.caches.values())

    @property
    def nr_reclaimable(self) -> int:
        """Pages of the caches that a shrinker can make smaller."""
        return sum(cache.nr_pages for cache in self.caches.values() if cache.reclaimable)

    def reclaimable_frames(self) -> list[int]:
        """Those of caches that reclaim can shrink: SReclaimable, frame by frame."""
        return [pfn for cache in self.caches.values() if cache.reclaimable for pfn in cache.frames()]
