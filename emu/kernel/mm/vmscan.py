"""Reclaim: which pages go when memory is short (Linux: mm/vmscan.c).

    free pages fall below low   → kswapd is woken; it works until they are above high
    free pages fall below min   → whoever allocates reclaims for himself, and waits (direct reclaim)

Both shrink the inactive lists from their old ends, after refilling them from the active ones. A page that was used
since the last look gets a second chance. A clean page of a file is dropped, a dirty one is written first; an
anonymous page gets a slot on swap, its entries become swap entries, and its frame is free when the write is done.
"""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING

from emu.kernel.mm import oom
from emu.kernel.mm.lru import ACTIVE_ANON, ACTIVE_FILE, INACTIVE_ANON, INACTIVE_FILE
from emu.kernel.mm.page import PG_ACTIVE
from emu.kernel.mm.reclaim_unmap import Batch, page_referenced
from emu.kernel.mm.retry import MAX_RECLAIM_RETRIES, Retry
from emu.kernel.mm.rmap import rmap_walk
from emu.kernel.mm.shrink import PageShrinker
from emu.kernel.mm.throttle import Throttle
from emu.kernel.mm.vma import VM_EXEC
from emu.kernel.sched.kthread import KThread
from emu.machine.ledger import LEDGER_SWAP

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.zone import Zone

SWAP_CLUSTER_MAX = 32
DEF_PRIORITY = 12
SCAN_CYCLES = 200  # the kernel's work for one page looked at


class Reclaimer(PageShrinker, Throttle):
    """State of reclaim: how often pages of each kind turned out to be in use (anonymous, file), and the daemon's."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self.scanned = [0, 0]
        self.running = self.awake = False
        self.batch = min(max(SWAP_CLUSTER_MAX, kernel.pages.total_pages >> 7), 256)  # pages that kswapd takes at once
        self.failures = 0
        self.retry, self.daemon_retry = Retry(kernel), Retry(kernel)  # of direct reclaim, and of the daemon
        self.thread = KThread(kernel, "kswapd0", self.kswapd)

    # -- entrances ----------------------------------------------------------------------------------------------------
    def direct(self, order: int) -> bool:
        """Direct reclaim, for an allocation that found too little: True if it may try again. Blocked, OutOfMemory."""
        kernel = self.kernel
        if self.running:
            return False
        if self.nr_writeback >= max(self.high, 2 * SWAP_CLUSTER_MAX):  # more than enough is on its way: wait for it
            kernel.vm.pgscan_direct_throttle += 1
            return self._wait_for_writeback()
        kernel.vm.allocstall += 1
        kernel.trace("direct_reclaim_begin", free=kernel.pages.nr_free_pages)
        self.running = True
        try:
            done = self.shrink(SWAP_CLUSTER_MAX)
        finally:
            self.running = False
        kernel.trace("direct_reclaim_end", free=kernel.pages.nr_free_pages, reclaimed=done)
        if done >= SWAP_CLUSTER_MAX:
            self.failures = 0
        if not self.retry.should_reclaim_retry(done, SWAP_CLUSTER_MAX):
            return oom.out_of_memory(kernel)
        if not self._above_min() and not self._wait_for_writeback() and not done:
            self._throttle()
        return True

    def reclaimable_pages(self) -> int:
        """zone_reclaimable_pages: on the lists of files, and of anonymous memory while swap has room."""
        lists = self.kernel.pages.lru.lists
        files = lists[INACTIVE_FILE].count + lists[ACTIVE_FILE].count
        return files + (lists[INACTIVE_ANON].count + lists[ACTIVE_ANON].count if self.kernel.swap.area.free else 0)

    def _above_min(self) -> bool:
        return any(zone.pcp or zone.nr_free > zone.min for zone in self.kernel.pages.zonelist)

    def kswapd(self) -> bool:
        """One turn of the daemon: True if there is more to do."""
        kernel = self.kernel
        if self.balanced():
            return self.sleep()
        if not self.awake:
            self.awake = True
            kernel.vm.pageoutrun += 1
            kernel.trace("kswapd_wake", free=kernel.pages.nr_free_pages)
        self.by_kswapd = self.running = True
        try:
            done = self.shrink(self.batch)
        finally:
            self.by_kswapd = self.running = False
        kernel.trace("kswapd", free=kernel.pages.nr_free_pages, reclaimed=done)
        self.failures = 0 if self.balanced() or self.daemon_retry.progress(done, self.batch) else self.failures + 1
        return True if done and not self.balanced() else self.sleep()

    def sleep(self) -> bool:
        """The daemon has no more to do."""
        if self.awake:
            self.awake = False
            self.kernel.trace("kswapd_sleep", free=self.kernel.pages.nr_free_pages, leaving=self.nr_writeback)
        return False

    def balanced(self) -> bool:
        """Whether free memory is, or soon will be, above the high watermark."""
        free = self.kernel.pages.nr_free_pages + self.nr_writeback
        return free >= self.high

    @property
    def high(self) -> int:
        """The high watermark, of all zones together."""
        return sum(zone.high for zone in self.kernel.pages.zones)

    def wake_kswapd(self, zone: Zone) -> None:
        """A zone fell below its low watermark. A daemon that failed too often sleeps until someone else succeeds."""
        if self.failures < MAX_RECLAIM_RETRIES:
            self.thread.wake()

    # -- one round ----------------------------------------------------------------------------------------------------
    def shrink(self, target: int) -> int:
        """try_to_free_pages: look at ever larger parts of the lists until `target` pages are freed; how many were."""
        lru = self.kernel.pages.lru
        lru.drain()
        self.awaited = self.kernel.awaited.frames()
        freed = 0
        evictable = sum(lru.lists[which].count for which in (INACTIVE_ANON, ACTIVE_ANON, INACTIVE_FILE, ACTIVE_FILE))
        first = min(DEF_PRIORITY, max(0, (evictable // target).bit_length() - 1))  # the target at least
        for priority in range(first, -1, -1):
            for which, count in self.scan_counts(priority):
                freed += self.shrink_list(which, count)
                if freed >= target:
                    return freed
            freed += self.kernel.dcache.shrink(priority)
            if freed >= target:
                return freed
        return freed

    def scan_counts(self, priority: int) -> list[tuple[int, int]]:
        """get_scan_count: how much of each inactive list, by swappiness and by how much of it proved to be in use."""
        kernel = self.kernel
        lists = kernel.pages.lru.lists
        swappiness = kernel.sysctl.swappiness if kernel.swap.area.free or kernel.swap.cache else 0
        sizes = [
            lists[INACTIVE_ANON].count + lists[ACTIVE_ANON].count,
            lists[INACTIVE_FILE].count + lists[ACTIVE_FILE].count,
        ]
        weights = [swappiness, 200 - swappiness]
        for kind in (0, 1):
            if self.scanned[kind] > sizes[kind] // 4:
                self.scanned[kind] //= 2
                self.rotated[kind] //= 2
            weights[kind] = weights[kind] * (self.scanned[kind] + 1) // (self.rotated[kind] + 1)
        total = sum(weights) + 1
        counts = []
        for kind, which in ((1, INACTIVE_FILE), (0, INACTIVE_ANON)):
            if weights[kind]:
                share = (sizes[kind] >> priority) * weights[kind] // total if priority else sizes[kind]
                counts.append((which, share))
        return [row for row in counts if row[1]]

    def shrink_list(self, inactive: int, count: int) -> int:
        """Refill the inactive list when it has become short, then reclaim from its end."""
        freed, active = 0, inactive + 1
        lists = self.kernel.pages.lru.lists
        batch = self.batch if self.by_kswapd else SWAP_CLUSTER_MAX
        while count > 0:
            if self.inactive_is_low(inactive):
                self.shrink_active(active, batch)
            pages = self.isolate(inactive, min(count, batch))
            done = self.shrink_pages(pages)
            self.kernel.vm.count_steal(self.by_kswapd, done, inactive >= INACTIVE_FILE)
            freed += done
            count -= batch
            if freed >= batch or not lists[inactive].count:
                break
        return freed

    def inactive_is_low(self, inactive: int) -> bool:
        """The inactive list should hold a share of the pages that shrinks with their number: half below a gigabyte."""
        lists = self.kernel.pages.lru.lists
        gigabytes = (lists[inactive].count + lists[inactive + 1].count) >> 18
        return lists[inactive].count * max(1, isqrt(10 * gigabytes)) < lists[inactive + 1].count

    def isolate(self, which: int, count: int) -> list[int]:
        """Take pages from the old end of a list."""
        kernel = self.kernel
        pages = kernel.pages.lru.take_oldest(which, count)
        kernel.vm.count_scan(self.by_kswapd, len(pages), which >= INACTIVE_FILE)
        self.scanned[which >= INACTIVE_FILE] += len(pages)
        kernel.harts[kernel.cpu].charge(LEDGER_SWAP, SCAN_CYCLES * len(pages))
        return pages

    def shrink_active(self, which: int, count: int) -> None:
        """shrink_active_list: old active pages become inactive; executable file pages in use stay."""
        kernel, batch = self.kernel, Batch()
        flags = kernel.pages.mem_map.flags
        pages = self.isolate(which, count)
        kernel.vm.pgrefill += len(pages)
        for pfn in pages:
            referenced, vm_flags = page_referenced(rmap_walk(kernel.pages.mem_map, pfn), batch)
            if referenced and vm_flags & VM_EXEC and which == ACTIVE_FILE:
                self.rotated[1] += 1
            else:
                flags[pfn] &= ~PG_ACTIVE
                kernel.vm.pgdeactivate += 1
        kernel.pages.lru.add_all(pages)
        batch.flush()
