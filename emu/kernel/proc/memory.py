"""/proc/buddyinfo, slabinfo, swaps, and what other files count too (proc(5); Linux: mm/vmstat.c, mm/slab_common.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emu.isa.paging import PTE_V
from emu.kernel.mm.mm import address_spaces
from emu.kernel.mm.page import PG_ANON, PG_WRITEBACK
from emu.kernel.mm.vma import VM_LOCKED
from emu.kernel.proc.task_mmu import possible_pages

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

KB = 4  # a page
STACK_PAGES = 4  # of a task in the kernel: THREAD_SIZE is 16 kB


def lru_counts(kernel: Kernel) -> list[int]:
    """Pages on each list of lru.lists."""
    kernel.pages.lru.drain()
    return [each.count for each in kernel.pages.lru.lists]


def anon_pages(kernel: Kernel) -> int:
    """Anonymous frames that are mapped; one that two processes share counts once."""
    many = kernel.pages.mem_map.many
    return int(np.count_nonzero((many.flags & np.uint32(PG_ANON) != 0) & (many.mapcount > 0)))


def writeback_pages(kernel: Kernel) -> int:
    """Frames that are on their way to a disk."""
    return int(np.count_nonzero(kernel.pages.mem_map.many.flags & np.uint32(PG_WRITEBACK)))


def cached_frames(kernel: Kernel) -> list[int]:
    """The frames of the page cache."""
    return [pfn for pfn, mapping in kernel.pages.mem_map.mapping.items() if hasattr(mapping, "host")]


def mapped_pages(kernel: Kernel) -> int:
    """Pages of the page cache that some process maps: Mapped of meminfo."""
    mapcount = kernel.pages.mem_map.mapcount
    return sum(1 for pfn in cached_frames(kernel) if mapcount[pfn])


def mlocked_frames(kernel: Kernel) -> set[int]:
    """Frames in locked areas; one that two processes have locked counts once."""
    mms = [mm for mm in address_spaces(kernel) if mm.locked_vm]
    areas = [(mm, vma) for mm in mms for vma in mm.vmas if vma.vm_flags & VM_LOCKED]
    entries = [mm.entry(addr) for mm, vma in areas for addr in possible_pages(mm, vma)]
    return {entry >> 10 for entry in entries if entry & PTE_V}


def huge_frames(kernel: Kernel) -> list[int]:
    """The first frame of each transparent huge page in use."""
    return [mm.cells[cell] >> 10 for mm in address_spaces(kernel) for cell, table in mm.huge.values() if table]


def buddyinfo(kernel: Kernel) -> bytes:
    """Free blocks of each order, per zone."""
    lines = []
    for zone in kernel.pages.zones:
        blocks = "".join(f"{len(area):6d} " for area in zone.free_area)
        lines.append(f"Node {zone.node}, zone {zone.name:>8} {blocks}\n")
    return "".join(lines).encode()


def pagetypeinfo(kernel: Kernel) -> bytes:
    lines = ["Page block order: 10\nPages per block:  1024\n\n"]
    lines.append("Free pages count per migrate type at order  " + "".join(f"{n:6d} " for n in range(11)) + "\n")
    for zone in kernel.pages.zones:
        blocks = "".join(f"{len(area):6d} " for area in zone.free_area)
        lines.append(f"Node {zone.node:4d}, zone {zone.name:>8}, type      Movable {blocks}\n")
    return "".join(lines).encode()


def slabinfo(kernel: Kernel) -> bytes:
    head = "slabinfo - version: 2.1\n# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>"
    tail = " : tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\n"
    lines = [head + tail]
    for cache in kernel.slab.caches.values():
        objects = f"{cache.name:<17} {cache.active:6d} {cache.total:6d} {cache.size:6d}"
        slabs = f"{len(cache.slabs):6d} {len(cache.slabs):6d} {0:6d}"
        shape = f"{cache.per_slab:4d} {1 << cache.order:4d}"
        lines.append(f"{objects} {shape} : tunables {0:4d} {0:4d} {0:4d} : slabdata {slabs}\n")
    return "".join(lines).encode()


def swaps(kernel: Kernel) -> bytes:
    text = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
    if kernel.swap_pages:
        size = (kernel.swap_pages - 1) * KB
        used = size - kernel.swap.area.free * KB
        sizes = "".join(f"{kb}\t{tab if kb < 10_000_000 else ''}" for kb, tab in ((size, "\t"), (used, "\t")))
        text += f"{'/dev/vdb':<40}partition\t{sizes}-2\n"
    return text.encode()
