"""/proc/vmstat: every row of Linux 6.12 as riscv's defconfig with transparent huge pages builds it (mm/vmstat.c
vmstat_text), 0 where the mechanism doesn't exist; but for swap_ra and swap_ra_hit, which nobody counts here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.proc import zoneinfo

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

THRESHOLDS = "nr_dirty_threshold nr_dirty_background_threshold nr_memmap_pages nr_memmap_boot_pages".split()
BY_ZONE = ("pgalloc", "allocstall", "pgskip")  # a row for each zone
EVENTS = (
    "pgpgin pgpgout pswpin pswpout pgalloc allocstall pgskip pgfree pgactivate pgdeactivate pglazyfree pgfault "
    "pgmajfault pglazyfreed pgrefill pgreuse pgsteal_kswapd pgsteal_direct pgsteal_khugepaged pgscan_kswapd "
    "pgscan_direct pgscan_khugepaged pgscan_direct_throttle pgscan_anon pgscan_file pgsteal_anon pgsteal_file "
    "pginodesteal slabs_scanned kswapd_inodesteal kswapd_low_wmark_hit_quickly kswapd_high_wmark_hit_quickly "
    "pageoutrun pgrotated drop_pagecache drop_slab oom_kill pgmigrate_success pgmigrate_fail "
    "thp_migration_success thp_migration_fail thp_migration_split compact_migrate_scanned compact_free_scanned "
    "compact_isolated compact_stall compact_fail compact_success compact_daemon_wake "
    "compact_daemon_migrate_scanned compact_daemon_free_scanned htlb_buddy_alloc_success htlb_buddy_alloc_fail "
    "unevictable_pgs_culled unevictable_pgs_scanned unevictable_pgs_rescued unevictable_pgs_mlocked "
    "unevictable_pgs_munlocked unevictable_pgs_cleared unevictable_pgs_stranded thp_fault_alloc "
    "thp_fault_fallback thp_fault_fallback_charge thp_collapse_alloc thp_collapse_alloc_failed thp_file_alloc "
    "thp_file_fallback thp_file_fallback_charge thp_file_mapped thp_split_page thp_split_page_failed "
    "thp_deferred_split_page thp_underused_split_page thp_split_pmd thp_scan_exceed_none_pte "
    "thp_scan_exceed_swap_pte thp_scan_exceed_share_pte thp_zero_page_alloc thp_zero_page_alloc_failed "
    "thp_swpout thp_swpout_fallback"
).split()


def vmstat(kernel: Kernel) -> bytes:
    """Zones together, nodes together, thresholds, events."""
    frames, zones = zoneinfo.Frames(kernel), kernel.pages.zones
    rows = dict.fromkeys(zoneinfo.ZONE_STATS, 0) | zoneinfo.within(frames.of_zone(), zones)
    rows["nr_free_pages"] = kernel.pages.nr_free_pages
    nodes = zoneinfo.within(frames.of_node(), zones) | zoneinfo.events(kernel)
    rows |= {name: nodes.get(name, 0) for name in zoneinfo.NODE_STATS}
    rows |= dict(zip(THRESHOLDS, thresholds(kernel), strict=True))
    for name in EVENTS:
        rows |= by_zone(kernel, name) if name in BY_ZONE else {name: event(kernel, name)}
    return "".join(f"{name} {value}\n" for name, value in rows.items()).encode()


def thresholds(kernel: Kernel) -> tuple[int, int, int, int]:
    """From where on writers wait and the flusher works; pages for mem_map itself: none, it is the host's."""
    return *kernel.flusher.thresholds(), 0, 0


def event(kernel: Kernel, name: str) -> int:
    """The value of a row by its name; 0 for what has no mechanism here."""
    vm = kernel.vm
    special = {
        "pgpgin": vm.pgpgin + 4 * vm.pswpin,  # in kB, of all disks
        "pgpgout": vm.pgpgout + 4 * vm.pswpout,
        "pgfault": vm.minor + vm.major,
        "pgmajfault": vm.major,
        "pgfree": sum(zone.freed for zone in kernel.pages.zones),
        "thp_split_pmd": vm.thp_split,
        "thp_split_page": vm.thp_split,  # entry and block are split at once
    }
    return special[name] if name in special else getattr(vm, name, 0)


def by_zone(kernel: Kernel, name: str) -> dict[str, int]:
    """pgalloc: what was freed and what is in use now. Whoever reclaims for himself would take any zone: Normal."""
    zones = kernel.pages.zones
    values = dict.fromkeys((zone.lower() for zone in zoneinfo.ZONE_NAMES[kernel.xlen]), 0)
    for zone in zones:
        if name == "pgalloc":
            values[zone.name.lower()] += zone.freed + zone.managed - zone.free
    if name == "allocstall":
        values["normal"] = kernel.vm.allocstall
    return {f"{name}_{zone}": value for zone, value in values.items()}
