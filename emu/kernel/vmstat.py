"""Counters of the virtual memory system (Linux: /proc/vmstat), and the tunables of /proc/sys/vm."""

from __future__ import annotations


class VmStat:
    """Events since boot and present totals, in pages unless Linux counts otherwise."""

    __slots__ = (
        "_nr_dirty",
        "allocstall",
        "committed",
        "cow",
        "drop_pagecache",
        "drop_slab",
        "invalid",
        "major",
        "minor",
        "nr_dirtied",
        "nr_file_pages",
        "nr_shmem",
        "nr_written",
        "oom_kill",
        "pageoutrun",
        "pgactivate",
        "pgdeactivate",
        "pglazyfree",
        "pglazyfreed",
        "pgpgin",
        "pgpgout",
        "pgrefill",
        "pgreuse",
        "pgscan_anon",
        "pgscan_direct",
        "pgscan_direct_throttle",
        "pgscan_file",
        "pgscan_kswapd",
        "pgsteal_anon",
        "pgsteal_direct",
        "pgsteal_file",
        "pgsteal_kswapd",
        "pswpin",
        "pswpout",
        "slabs_scanned",
        "thp_collapse_alloc",
        "thp_collapse_alloc_failed",
        "thp_fault_alloc",
        "thp_fault_fallback",
        "thp_scan_exceed_none_pte",
        "thp_scan_exceed_share_pte",
        "thp_scan_exceed_swap_pte",
        "thp_split",
        "unevictable_pgs_culled",
        "workingset_activate_anon",
        "workingset_activate_file",
        "workingset_refault_anon",
        "workingset_refault_file",
    )

    def __init__(self) -> None:
        for name in self.__slots__:
            setattr(self, name, 0)

    @property
    def nr_dirty(self) -> int:
        """Pages of files that are dirty now; `nr_dirtied` is how many ever became so."""
        return self._nr_dirty

    @nr_dirty.setter
    def nr_dirty(self, value: int) -> None:
        self.nr_dirtied += max(0, value - self._nr_dirty)
        self._nr_dirty = value

    def count_scan(self, by_kswapd: bool, pages: int, of_files: bool) -> None:
        """Pages that reclaim has looked at, for its four counters."""
        if of_files:
            self.pgscan_file += pages
        else:
            self.pgscan_anon += pages
        if by_kswapd:
            self.pgscan_kswapd += pages
        else:
            self.pgscan_direct += pages

    def count_refaults(self, kind: str, pages: int, activated: int) -> None:
        """Pages of a kind (anon, file) that came back, and those of them that became active at once."""
        if kind == "anon":
            self.workingset_refault_anon += pages
            self.workingset_activate_anon += activated
        else:
            self.workingset_refault_file += pages
            self.workingset_activate_file += activated

    def count_steal(self, by_kswapd: bool, pages: int, of_files: bool) -> None:
        """Pages that went; those freed by MADV_FREE stand on the lists of files."""
        if of_files:
            self.pgsteal_file += pages
        else:
            self.pgsteal_anon += pages
        if by_kswapd:
            self.pgsteal_kswapd += pages
        else:
            self.pgsteal_direct += pages


class Sysctl:
    """/proc/sys/vm and /proc/sys/kernel, as Linux sets them at boot."""

    def __init__(self) -> None:
        self.overcommit_memory = 0
        self.overcommit_ratio = 50
        self.overcommit_kbytes = 0
        self.user_reserve_kbytes = self.admin_reserve_kbytes = 0  # by the size of memory: set_reserves
        self.swappiness = 60
        self.transparent_hugepage = "never"
        self.page_cluster = 3
        self.panic_on_oom = 0
        self.oom_kill_allocating_task = 0
        self.oom_dump_tasks = 1
        self.dirty_ratio = 20
        self.dirty_background_ratio = 10
        self.dirty_bytes = self.dirty_background_bytes = 0
        self.dirty_writeback_centisecs = 500
        self.vfs_cache_pressure = 100
        self.max_map_count = 65530
        self.mmap_min_addr = 65536
        self.pid_max = 4096

    def set_reserves(self, free_kbytes: int) -> None:
        """init_user_reserve, init_admin_reserve."""
        self.user_reserve_kbytes = min(free_kbytes // 32, 1 << 17)
        self.admin_reserve_kbytes = min(free_kbytes // 32, 1 << 13)
