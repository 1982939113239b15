"""/proc/meminfo (proc_meminfo(5); Linux 6.12: fs/proc/meminfo.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.isa.paging import SV32, SV48
from emu.kernel.mm.lru import ACTIVE_ANON, ACTIVE_FILE, INACTIVE_ANON, INACTIVE_FILE, UNEVICTABLE
from emu.kernel.mm.overcommit import commit_limit
from emu.kernel.proc.memory import (
    KB,
    STACK_PAGES,
    anon_pages,
    huge_frames,
    lru_counts,
    mapped_pages,
    mlocked_frames,
    writeback_pages,
)

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel


def available(kernel: Kernel) -> int:
    """si_mem_available: free pages above low, and what of the page cache could go without harm."""
    low = sum(zone.low for zone in kernel.pages.zones)
    counts = lru_counts(kernel)
    cache = counts[ACTIVE_FILE] + counts[INACTIVE_FILE]
    slab = kernel.slab.nr_reclaimable
    free = kernel.pages.nr_free_pages - low
    return max(0, free + cache - min(cache // 2, low) + slab - min(slab // 2, low))


def meminfo_rows(kernel: Kernel) -> list[tuple[str, int]]:
    """(name, pages) in Linux's order."""
    counts, vm, pages = lru_counts(kernel), kernel.vm, kernel.pages
    slab, reclaimable = kernel.slab.nr_pages, kernel.slab.nr_reclaimable
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
        ("Mlocked", len(mlocked_frames(kernel))),
        ("SwapTotal", max(0, kernel.swap_pages - 1)),
        ("SwapFree", kernel.swap.area.free),
        ("Dirty", vm.nr_dirty),
        ("Writeback", writeback_pages(kernel)),
        ("AnonPages", anon_pages(kernel)),
        ("Mapped", mapped_pages(kernel)),
        ("Shmem", vm.nr_shmem),
        ("KReclaimable", reclaimable),
        ("Slab", slab),
        ("SReclaimable", reclaimable),
        ("SUnreclaim", slab - reclaimable),
        ("KernelStack", STACK_PAGES * len(kernel.tasks)),
        ("PageTables", pages.nr_table_pages),
        ("SecPageTables", 0),
        ("NFS_Unstable", 0),
        ("Bounce", 0),
        ("WritebackTmp", 0),
        ("CommitLimit", commit_limit(kernel)),
        ("Committed_AS", vm.committed),
    ]


def meminfo(kernel: Kernel) -> bytes:
    """What riscv's Linux 6.12 prints, and the rows of CMA: 0 where the mechanism doesn't exist."""
    pool, size = kernel.huge_pool, KB << kernel.huge_pool.order
    rows = [(name, pages * KB) for name, pages in meminfo_rows(kernel)]
    rows += [("VmallocTotal", vmalloc_kb(kernel)), ("VmallocUsed", 0), ("VmallocChunk", 0), ("Percpu", 0)]
    rows += [("AnonHugePages", len(huge_frames(kernel)) * size), ("ShmemHugePages", 0), ("ShmemPmdMapped", 0)]
    rows += [("FileHugePages", 0), ("FilePmdMapped", 0), ("CmaTotal", 0), ("CmaFree", 0)]
    lines = [f"{name + ':':<16}{value:8d} kB\n" for name, value in rows]
    counts = (("Total", pool.total), ("Free", len(pool.free)), ("Rsvd", pool.reserved), ("Surp", 0))
    lines += [f"{'HugePages_' + name + ':':<16}{value:8d}\n" for name, value in counts]
    lines += [f"Hugepagesize:   {size:8d} kB\n", f"Hugetlb:        {pool.total * size:8d} kB\n"]
    return "".join(lines).encode()


def vmalloc_kb(kernel: Kernel) -> int:
    """An eighth of the address space, less the last byte."""
    scheme = SV48 if kernel.xlen == 64 else SV32
    return (1 << scheme.va_bits - 3) - 1 >> 10
