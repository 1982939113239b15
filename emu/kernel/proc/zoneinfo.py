"""/proc/zoneinfo: each zone with its watermarks and lists, the first of a node with the node's counters (Linux 6.12:
mm/vmstat.c zoneinfo_show_print, without NUMA events, as riscv's defconfig builds it).

What Linux counts by frame is counted here from mem_map. Events (refaults, pages written …) are counted for the
machine: node 0 has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emu.kernel.mm.page import (
    PG_ACTIVE,
    PG_ANON,
    PG_LRU,
    PG_SLAB,
    PG_SWAPBACKED,
    PG_SWAPCACHE,
    PG_TABLE,
    PG_UNEVICTABLE,
    PG_WRITEBACK,
)
from emu.kernel.mm.retry import MAX_RECLAIM_RETRIES
from emu.kernel.mm.zone import Zone
from emu.kernel.proc.memory import KB, STACK_PAGES, cached_frames, huge_frames, mlocked_frames

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

ZONE_NAMES = {64: ("DMA32", "Normal", "Movable"), 32: ("Normal", "Movable")}
NODE_STATS = (
    "nr_inactive_anon nr_active_anon nr_inactive_file nr_active_file nr_unevictable nr_slab_reclaimable "
    "nr_slab_unreclaimable nr_isolated_anon nr_isolated_file workingset_nodes workingset_refault_anon "
    "workingset_refault_file workingset_activate_anon workingset_activate_file workingset_restore_anon "
    "workingset_restore_file workingset_nodereclaim nr_anon_pages nr_mapped nr_file_pages nr_dirty nr_writeback "
    "nr_writeback_temp nr_shmem nr_shmem_hugepages nr_shmem_pmdmapped nr_file_hugepages nr_file_pmdmapped "
    "nr_anon_transparent_hugepages nr_vmscan_write nr_vmscan_immediate_reclaim nr_dirtied nr_written "
    "nr_throttled_written nr_kernel_misc_reclaimable nr_foll_pin_acquired nr_foll_pin_released nr_kernel_stack "
    "nr_page_table_pages nr_sec_page_table_pages nr_iommu_pages nr_swapcached pgdemote_kswapd pgdemote_direct "
    "pgdemote_khugepaged"
).split()
ZONE_STATS = (
    "nr_free_pages nr_zone_inactive_anon nr_zone_active_anon nr_zone_inactive_file nr_zone_active_file "
    "nr_zone_unevictable nr_zone_write_pending nr_mlock nr_bounce nr_free_cma"
).split()


class Frames:
    """What each frame of memory is used for, as columns of truth values."""

    def __init__(self, kernel: Kernel) -> None:
        kernel.pages.lru.drain()
        mem_map = kernel.pages.mem_map
        self.flags, self.mapped = mem_map.many.flags, mem_map.many.mapcount > 0
        cached = cached_frames(kernel)
        self.cached = self.column(cached)
        self.shmem = self.column([pfn for pfn in cached if mem_map.mapping[pfn].is_shmem])
        self.dirty = self.column([m.pages[index] for m in kernel.dirty_mappings for index in m.dirty])
        self.reclaimable = self.column(kernel.slab.reclaimable_frames())
        self.mlocked = self.column(list(mlocked_frames(kernel)))
        self.huge = self.column(huge_frames(kernel))

    def column(self, pfns: list[int]) -> np.ndarray:
        """Which frames these are, as a column over all."""
        found = np.zeros(len(self.flags), bool)
        found[pfns] = True
        return found

    def has(self, bits: int) -> np.ndarray:
        """Frames with any of the flags."""
        return self.flags & np.uint32(bits) != 0

    def lru(self) -> dict[str, np.ndarray]:
        """The frames on each list, by the list's name."""
        on, unevictable = self.has(PG_LRU), self.has(PG_UNEVICTABLE)
        anon, active = self.has(PG_SWAPBACKED), self.has(PG_ACTIVE)
        rest = on & ~unevictable
        return {
            "inactive_anon": rest & anon & ~active,
            "active_anon": rest & anon & active,
            "inactive_file": rest & ~anon & ~active,
            "active_file": rest & ~anon & active,
            "unevictable": on & unevictable,
        }

    def of_node(self) -> dict[str, np.ndarray]:
        """By the names of NODE_STATS."""
        return {f"nr_{name}": frames for name, frames in self.lru().items()} | {
            "nr_slab_reclaimable": self.reclaimable,
            "nr_slab_unreclaimable": self.has(PG_SLAB) & ~self.reclaimable,
            "nr_anon_pages": self.has(PG_ANON) & self.mapped,
            "nr_mapped": self.cached & self.mapped,
            "nr_file_pages": self.cached | self.has(PG_SWAPCACHE),
            "nr_dirty": self.dirty,
            "nr_writeback": self.has(PG_WRITEBACK),
            "nr_shmem": self.shmem,
            "nr_anon_transparent_hugepages": self.huge,
            "nr_page_table_pages": self.has(PG_TABLE),
            "nr_swapcached": self.has(PG_SWAPCACHE),
        }

    def of_zone(self) -> dict[str, np.ndarray]:
        """By the names of ZONE_STATS."""
        pending = {"nr_zone_write_pending": self.dirty | self.has(PG_WRITEBACK), "nr_mlock": self.mlocked}
        return {f"nr_zone_{name}": frames for name, frames in self.lru().items()} | pending


def events(kernel: Kernel) -> dict[str, int]:
    """Counters of NODE_STATS that are not kept by frame."""
    names = "workingset_refault_anon workingset_refault_file workingset_activate_anon workingset_activate_file"
    vm = kernel.vm
    return {name: getattr(vm, name) for name in names.split()} | {
        "nr_vmscan_write": vm.pswpout + kernel.disk.pages_paged_out,
        "nr_dirtied": vm.nr_dirtied,
        "nr_written": vm.nr_written,
        "nr_kernel_stack": STACK_PAGES * KB * len(kernel.tasks),
    }


def within(columns: dict[str, np.ndarray], zones: list[Zone]) -> dict[str, int]:
    """How many of the frames lie in these zones."""
    return {
        name: sum(int(np.count_nonzero(frames[zone.start : zone.end])) for zone in zones)
        for name, frames in columns.items()
    }


def rows(names: list[str], values: dict[str, int]) -> list[str]:
    """A line for each name, 0 where the mechanism doesn't exist."""
    return [f"      {name:<12} {values.get(name, 0)}" for name in names]


def watermarks(zone: Zone, zones: int) -> list[str]:
    """The head of a zone. No zone keeps pages back from allocations that could go higher: protection is 0."""
    marks = {
        "boost": zone.boost,
        "min": zone.min,
        "low": zone.low,
        "high": zone.high,
        "promo": 2 * zone.high - zone.low,
        "spanned": zone.spanned,
        "present": zone.spanned,
        "managed": zone.managed,
        "cma": 0,
    }
    lines = [f"  pages free     {zone.nr_free}", *(f"        {name:<8} {value}" for name, value in marks.items())]
    return [*lines, f"        protection: ({', '.join(['0'] * zones)})"]


def pagesets(kernel: Kernel, zone: Zone) -> list[str]:
    """The harts share one list of free frames: it is shown as hart 0's."""
    lines = ["  pagesets"]
    for cpu in range(len(kernel.harts)):
        lines += [
            f"    cpu: {cpu}",
            f"              count: {0 if cpu else len(zone.pcp)}",
            f"              high:  {zone.pcp_high}",
            f"              batch: {zone.pcp_batch}",
            "  vm stats threshold: 0",
        ]
    return lines


def zoneinfo(kernel: Kernel) -> bytes:
    """Every zone of every node, those without memory too."""
    frames, lines, names = Frames(kernel), [], ZONE_NAMES[kernel.xlen]
    node_columns, zone_columns = frames.of_node(), frames.of_zone()
    failing = int(kernel.reclaimer.failures >= MAX_RECLAIM_RETRIES)
    for node in range(kernel.options.nodes):
        present = [zone for zone in kernel.pages.zones if zone.node == node]
        populated = {zone.name: zone for zone in present}
        for name in names:
            zone = populated.get(name)
            lines.append(f"Node {node}, zone {name:>8}")
            if zone is None:
                lines += watermarks(Zone(name, node, 0, 0), len(names))
                continue
            if zone is present[0]:
                values = within(node_columns, present) | (events(kernel) if node == 0 else {})
                lines += ["  per-node stats", *rows(NODE_STATS, values)]
            lines += watermarks(zone, len(names))
            lines += rows(ZONE_STATS, within(zone_columns, [zone]) | {"nr_free_pages": zone.nr_free})
            lines += pagesets(kernel, zone)
            lines += [f"  node_unreclaimable:  {failing}", f"  start_pfn:           {zone.start}"]
    return ("\n".join(lines) + "\n").encode()
