"""Waiting for a frame that the disk is filling (Linux: folio_lock and folio_wait_locked in mm/filemap.c)."""

from __future__ import annotations

from emu.kernel.mm.page import PG_LOCKED, PG_SWAPCACHE


class PageWaits:
    """The kernel's part in it: `reading` says when the disk is done with a locked frame."""

    def wait_on_page(self, pfn: int) -> None:
        """lock_page: wait until the disk has filled a frame. May raise Blocked."""
        flags = self.pages.mem_map.flags
        if flags[pfn] & PG_LOCKED:
            disk = self.swap_disk if flags[pfn] & PG_SWAPCACHE else self.disk
            if self.may_sleep and self.current is not None:
                self.awaited.add(self.current, pfn)
            disk.wait_until(self.reading.get(pfn, 0))
            flags[pfn] &= ~PG_LOCKED
            self.reading.pop(pfn, None)

    def unlock_if_read(self, pfn: int) -> None:
        """A frame of a read-ahead is unlocked by whoever looks at it after the disk is done."""
        if self.pages.mem_map.flags[pfn] & PG_LOCKED and self.now >= self.reading.get(pfn, 0):
            self.wait_on_page(pfn)

    def wait_for_read(self, pfn: int, started: bool) -> bool:
        """Wait for a frame; whether the current task's fault is a major one: it `started` the read, now or before it
        slept.
        """
        task = self.current
        if started and task is not None:
            task.major_wait = pfn
        if self.pages.mem_map.flags[pfn] & PG_LOCKED:
            self.wait_on_page(pfn)
        if task is not None and task.major_wait == pfn:
            task.major_wait = None
            return True
        return started
