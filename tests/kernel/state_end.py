"""The end of a history: everything goes, and nothing may be left."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from kernel_fake import Dead, Guest

from emu.kernel.mm.page import PG_KERNEL, PG_RESERVED, PG_SLAB
from emu.kernel.panic import bug_on


def check_nothing_left(guest: Guest) -> None:
    """The last process ends: only page cache, slabs and what was there from the start hold frames; swap is empty."""
    kernel: Any = guest.kernel
    with suppress(Dead):
        guest.call("exit_group", 0)
    for disk in (kernel.disk, kernel.swap_disk):
        disk.complete(1 << 62)
    guest.check()
    area, mem_map = kernel.swap.area, kernel.pages.mem_map
    slots = [(n, area.count[n], kernel.swap.cache.get(n)) for n in range(1, area.pages) if area.used[n]]
    bug_on(bool(slots), "swap that nobody can reach", slots)
    bug_on(kernel.vm.nr_shmem != 0, "shared memory that nobody can reach", kernel.vm.nr_shmem)
    bug_on(kernel.vm.committed != 0, "memory that is still promised", kernel.vm.committed)
    bug_on(kernel.pages.nr_table_pages != 0, "page tables of nobody", kernel.pages.nr_table_pages)
    cached = kernel.vm.nr_file_pages
    used = mem_map.many.refcount.nonzero()[0].tolist()
    of_nobody = [pfn for pfn in used if not mem_map.flags[pfn] & (PG_RESERVED | PG_SLAB | PG_KERNEL)]
    bug_on(len(of_nobody) != cached, "frames of nobody", len(of_nobody), cached)
