"""/proc/meminfo, vmstat, buddyinfo, zoneinfo, slabinfo, swaps (proc(5); Linux: fs/proc/meminfo.c, mm/vmstat.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.isa.paging import PTE_V
from emu.kernel.mm.lru import ACTIVE_ANON, ACTIVE_FILE, INACTIVE_ANON, INACTIVE_FILE, UNEVICTABLE
from emu.kernel.mm.overcommit import commit_limit
from emu.kernel.mm.vma import VM_LOCKED
from emu.kernel.proc.task_mmu import possible_pages

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

KB = 4  # a page


def lru_counts(kernel: Kernel) -> list[int]:
    kernel.pages.lru.drain()
    return [each.count for each in kernel.pages.lru.lists]


def anon_pages(kernel: Kernel) -> int:
    seen = {id(t.mm): t.mm for t in kernel.tasks.values() if t.mm is not None}
    return sum(mm.rss_anon for mm in seen.values())


def mapped_pages(kernel: Kernel) -> int:
    mem_map = kernel.pages.mem_map
    return sum(1 for pfn, mapping in mem_map.mapping.items() if hasattr(mapping, "host") and mem_map.mapcount[pfn])


def mlocked_pages(kernel: Kernel) -> int:
    """Frames in locked areas; one that two processes have locked counts once."""
    mms = {id(t.mm): t.mm for t in kernel.tasks.values() if t.mm is not None and t.mm.locked_vm}.values()
    areas = [(mm, vma) for mm in mms for vma in mm.vmas if vma.vm_flags & VM_LOCKED]
    entries = [mm.entry(addr) for mm, vma in areas for addr in possible_pages(mm, vma)]
    return len({entry >> 10 for entry in entries if entry & PTE_V})


def available(kernel: Kernel) -> int:
    """si_mem_available: free pages above low, and what of the page cache could go without harm."""
    low = sum(zone.low for zone in kernel.pages.zones)
    counts = lru_counts(kernel)
    cache = counts[ACTIVE_FILE] + counts[INACTIVE_FILE]
    return max(0, kernel.pages.nr_free_pages - low + cache - min(cache // 2, low))


def meminfo_rows(kernel: Kernel) -> list[tuple[str, int]]:
    """(name, pages) in Linux's order."""
    counts, vm, pages = lru_counts(kernel), kernel.vm, kernel.pages
    slab = kernel.slab.nr_pages
    return [
        ("MemTotal", pages.total_pages),
        ("MemFree", pages.nr_free_pages),
        ("MemAvailable", available(kernel)),
        ("Buffers", 0),
        ("Cached", vm.nr_file_pages),
        ("SwapCached", len(kernel.swap.cache)),
        ("Active", counts[ACTIVE_ANON] + counts[ACTIVE_FILE]),
        ("Inactive", counts[INACTIVE_ANON] + counts[INACTIVE_FILE]),
        ("Active(anon)", counts[ACTIVE_ANON]),
        ("Inactive(anon)", counts[INACTIVE_ANON]),
        ("Active(file)", counts[ACTIVE_FILE]),
        ("Inactive(file)", counts[INACTIVE_FILE]),
        ("Unevictable", counts[UNEVICTABLE]),
        ("Mlocked", mlocked_pages(kernel)),
        ("SwapTotal", max(0, kernel.swap_pages - 1)),
        ("SwapFree", kernel.swap.area.free),
        ("Dirty", vm.nr_dirty),
        ("Writeback", kernel.disk.pages_in_flight + kernel.swap_disk.pages_in_flight),
        ("AnonPages", anon_pages(kernel)),
        ("Mapped", mapped_pages(kernel)),
        ("Shmem", vm.nr_shmem),
        ("KReclaimable", 0),
        ("Slab", slab),
        ("SReclaimable", 0),
        ("SUnreclaim", slab),
        ("KernelStack", 4 * len(kernel.tasks)),
        ("PageTables", pages.nr_table_pages),
        ("CommitLimit", commit_limit(kernel)),
        ("Committed_AS", vm.committed),
    ]


def meminfo(kernel: Kernel) -> bytes:
    lines = [f"{name + ':':<16}{pages * KB:8d} kB\n" for name, pages in meminfo_rows(kernel)]
    lines += ["VmallocTotal:   67108863 kB\n", "VmallocUsed:           0 kB\n", "VmallocChunk:          0 kB\n"]
    pool, size = kernel.huge_pool, 4 << kernel.huge_pool.order
    lines += [f"{'AnonHugePages:':<16}{huge_entries(kernel) * size:8d} kB\n"]
    lines += [f"{name:<16}{0:8d} kB\n" for name in ("ShmemHugePages:", "FileHugePages:")]
    counts = (("Total", pool.total), ("Free", len(pool.free)), ("Rsvd", pool.reserved), ("Surp", 0))
    lines += [f"{'HugePages_' + name + ':':<16}{value:8d}\n" for name, value in counts]
    lines += [f"Hugepagesize:   {size:8d} kB\n", f"Hugetlb:        {pool.total * size:8d} kB\n"]
    return "".join(lines).encode()


def huge_entries(kernel: Kernel) -> int:
    """Transparent huge pages in use."""
    seen = {id(t.mm): t.mm for t in kernel.tasks.values() if t.mm is not None}
    return sum(1 for mm in seen.values() for _, table in mm.huge.values() if table)


def vmstat(kernel: Kernel) -> bytes:
    counts, vm, pages = lru_counts(kernel), kernel.vm, kernel.pages
    rows = [
        ("nr_free_pages", pages.nr_free_pages),
        ("nr_inactive_anon", counts[INACTIVE_ANON]),
        ("nr_active_anon", counts[ACTIVE_ANON]),
        ("nr_inactive_file", counts[INACTIVE_FILE]),
        ("nr_active_file", counts[ACTIVE_FILE]),
        ("nr_unevictable", counts[UNEVICTABLE]),
        ("nr_mlock", mlocked_pages(kernel)),
        ("nr_anon_pages", anon_pages(kernel)),
        ("nr_mapped", mapped_pages(kernel)),
        ("nr_file_pages", vm.nr_file_pages),
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


def zoneinfo(kernel: Kernel) -> bytes:
    lines = []
    for zone in kernel.pages.zones:
        lines.append(f"Node {zone.node}, zone {zone.name:>8}\n")
        lines.append(f"  pages free     {zone.nr_free}\n")
        for name in ("boost", "min", "low", "high"):
            lines.append(f"        {name:<8} {getattr(zone, name, 0)}\n")
        for name, value in (("spanned", zone.spanned), ("present", zone.spanned), ("managed", zone.managed)):
            lines.append(f"        {name:<8} {value}\n")
        lines.append("  pagesets\n    cpu: 0\n")
        for name, value in (("count", len(zone.pcp)), ("high", zone.pcp_high), ("batch", zone.pcp_batch)):
            lines.append(f"              {name + ':':<6} {value}\n")
        lines.append(f"  node_unreclaimable:  {int(kernel.reclaimer.failures >= 16)}\n")
        lines.append(f"  start_pfn:           {zone.start}\n")
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
