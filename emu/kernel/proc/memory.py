"""/proc/vmstat, buddyinfo, slabinfo, swaps (proc(5); Linux: mm/vmstat.c, mm/slab_common.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emu.isa.paging import PTE_V
from emu.kernel.mm.lru import ACTIVE_ANON, ACTIVE_FILE, INACTIVE_ANON, INACTIVE_FILE, UNEVICTABLE
from emu.kernel.mm.page import PG_ANON
from emu.kernel.mm.vma import VM_LOCKED
from emu.kernel.proc.task_mmu import possible_pages

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

KB = 4  # a page
STACK_PAGES = 4  # of a task in the kernel: THREAD_SIZE is 16 kB


def lru_counts(kernel: Kernel) -> list[int]:
    kernel.pages.lru.drain()
    return [each.count for each in kernel.pages.lru.lists]


def anon_pages(kernel: Kernel) -> int:
    """Anonymous frames that are mapped; one that two processes share counts once."""
    many = kernel.pages.mem_map.many
    return int(np.count_nonzero((many.flags & np.uint32(PG_ANON) != 0) & (many.mapcount > 0)))


def cached_frames(kernel: Kernel) -> list[int]:
    """The frames of the page cache."""
    return [pfn for pfn, mapping in kernel.pages.mem_map.mapping.items() if hasattr(mapping, "host")]


def mapped_pages(kernel: Kernel) -> int:
    mapcount = kernel.pages.mem_map.mapcount
    return sum(1 for pfn in cached_frames(kernel) if mapcount[pfn])


def mlocked_frames(kernel: Kernel) -> set[int]:
    """Frames in locked areas; one that two processes have locked counts once."""
    mms = {id(t.mm): t.mm for t in kernel.tasks.values() if t.mm is not None and t.mm.locked_vm}.values()
    areas = [(mm, vma) for mm in mms for vma in mm.vmas if vma.vm_flags & VM_LOCKED]
    entries = [mm.entry(addr) for mm, vma in areas for addr in possible_pages(mm, vma)]
    return {entry >> 10 for entry in entries if entry & PTE_V}


def huge_frames(kernel: Kernel) -> list[int]:
    """The first frame of each transparent huge page in use."""
    seen = {id(t.mm): t.mm for t in kernel.tasks.values() if t.mm is not None}
    return [mm.cells[cell] >> 10 for mm in seen.values() for cell, table in mm.huge.values() if table]


def vmstat(kernel: Kernel) -> bytes:
    counts, vm, pages = lru_counts(kernel), kernel.vm, kernel.pages
    rows = [
        ("nr_free_pages", pages.nr_free_pages),
        ("nr_inactive_anon", counts[INACTIVE_ANON]),
        ("nr_active_anon", counts[ACTIVE_ANON]),
        ("nr_inactive_file", counts[INACTIVE_FILE]),
        ("nr_active_file", counts[ACTIVE_FILE]),
        ("nr_unevictable", counts[UNEVICTABLE]),
        ("nr_mlock", len(mlocked_frames(kernel))),
        ("nr_anon_pages", anon_pages(kernel)),
        ("nr_mapped", mapped_pages(kernel)),
        ("nr_file_pages", vm.nr_file_pages + len(kernel.swap.cache)),
        ("nr_dirty", vm.nr_dirty),
        ("nr_writeback", kernel.disk.pages_in_flight + kernel.swap_disk.pages_in_flight),
        ("nr_shmem", vm.nr_shmem),
        ("nr_page_table_pages", pages.nr_table_pages),
        ("nr_written", vm.nr_written),
        ("workingset_refault_anon", vm.workingset_refault_anon),
        ("workingset_refault_file", vm.workingset_refault_file),
        ("pgpgin", vm.pgpgin),
        ("pgpgout", vm.pgpgout),
        ("pswpin", vm.pswpin),
        ("pswpout", vm.pswpout),
        ("pgalloc_normal", vm.minor + vm.major),
        ("pgactivate", vm.pgactivate),
        ("pgdeactivate", vm.pgdeactivate),
        ("pglazyfree", vm.pglazyfree),
        ("pglazyfreed", vm.pglazyfreed),
        ("pgfault", vm.minor + vm.major),
        ("pgmajfault", vm.major),
        ("pgsteal_kswapd", vm.pgsteal_kswapd),
        ("pgsteal_direct", vm.pgsteal_direct),
        ("pgscan_kswapd", vm.pgscan_kswapd),
        ("pgscan_direct", vm.pgscan_direct),
        ("pgscan_direct_throttle", vm.pgscan_direct_throttle),
        ("allocstall_normal", vm.allocstall),
        ("pageoutrun", vm.pageoutrun),
        ("oom_kill", vm.oom_kill),
    ]
    return "".join(f"{name} {value}\n" for name, value in rows).encode()


def buddyinfo(kernel: Kernel) -> bytes:
    """Free blocks of each order, per zone."""
    lines = []
    for zone in kernel.pages.zones:
        blocks = "".join(f"{len(area):6d} " for area in zone.free_area)
        lines.append(f"Node {zone.node}, zone {zone.name:>8} {blocks}\n")
    return "".join(lines).encode()


def pagetypeinfo(kernel: Kernel) -> bytes:
    lines = ["Page block order: 10\nPages per block:  1024\n\n"]
    lines.append("Free pages count per migrate type at order " + "".join(f"{n:6d} " for n in range(11)) + "\n")
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
        text += f"{'/dev/vdb':<40}partition\t{size}\t\t{used}\t\t-2\n"
    return text.encode()
