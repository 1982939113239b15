"""Whom reclaim lets wait, and for what (Linux: reclaim_throttle in mm/vmscan.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel


class Throttle:
    """The part of reclaim that waits for the disks."""

    kernel: Kernel

    @property
    def nr_writeback(self) -> int:
        """Frames that will be free when writes that are under way are done."""
        return self.kernel.swap_disk.pages_in_flight + self.kernel.disk.pages_in_flight

    def _wait_for_writeback(self) -> bool:
        """Nothing could be freed at once: wait for a write that is under way. False if there is none."""
        for disk in (self.kernel.swap_disk, self.kernel.disk):
            done = disk.next_write()
            if done is not None:
                disk.wait_until(done)
                disk.complete(self.kernel.now)
                return True
        return False

    def _throttle(self) -> None:
        """reclaim_throttle: a round without progress; pages that are being read can go when the disk is done."""
        for disk in (self.kernel.swap_disk, self.kernel.disk):
            if disk.requests:
                disk.wait_until(disk.requests[0].done)
                return
