"""When dirty pages of files go to the disk (Linux: mm/page-writeback.c, fs/fs-writeback.c).

The flusher starts when more than dirty_background_ratio % of memory is dirty, and every five seconds
(dirty_writeback_centisecs) for what is older than that. A program that dirties more than dirty_ratio % must write for
itself, and wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.mm import filemap
from emu.kernel.mm.page import PAGE_SIZE
from emu.kernel.sched.kthread import KThread

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

TURN_PAGES = 64


class Flusher:
    """The kernel thread that writes dirty pages, and its clock."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.thread = KThread(kernel, "kworker/flush", self.turn)
        self.timer = 0  # the timer that is set

    def available(self) -> int:
        """dirtyable memory: free pages and the page cache."""
        return self.kernel.pages.nr_free_pages + self.kernel.vm.nr_file_pages

    def thresholds(self) -> tuple[int, int]:
        """domain_dirty_limits: the dirty pages from which on writers wait, and from which on the flusher works."""
        sysctl, available = self.kernel.sysctl, self.available()
        most = -(-sysctl.dirty_bytes // PAGE_SIZE) or available * sysctl.dirty_ratio // 100
        background = -(-sysctl.dirty_background_bytes // PAGE_SIZE) or available * sysctl.dirty_background_ratio // 100
        return most, background if background < most else most // 2

    def balance(self) -> None:
        """balance_dirty_pages: called by whoever has dirtied a page."""
        kernel, dirty = self.kernel, self.kernel.vm.nr_dirty
        most, background = self.thresholds()
        if dirty > background:
            self.thread.wake()
        elif not self.timer:
            self.set_clock()
        if dirty > most:
            written = self.write_some(TURN_PAGES)
            if written:
                kernel.disk.wait_until(kernel.disk.submit(written))

    def set_clock(self) -> None:
        """As vm.dirty_writeback_centisecs says now: 0 stops the clock. A clock that is set begins anew."""
        kernel, self.timer = self.kernel, 0
        centisecs = kernel.sysctl.dirty_writeback_centisecs
        if centisecs and kernel.vm.nr_dirty:
            kernel.timers.add(kernel.now + centisecs * kernel.options.clock_hz // 100, self)

    def write_some(self, limit: int) -> int:
        """Write up to `limit` dirty pages, those of the file dirtied first first."""
        written = 0
        for mapping in list(self.kernel.dirty_mappings):
            written += filemap.writeback(self.kernel, mapping, limit - written)
            if written >= limit:
                break
        return written

    def turn(self) -> bool:
        """One turn of the flusher: down to half of the background threshold."""
        written = self.write_some(TURN_PAGES)
        if written:
            self.kernel.disk.submit(written)
        return bool(written) and self.kernel.vm.nr_dirty > self.thresholds()[1] // 2

    def __call__(self) -> None:
        """The time is over."""
        self.timer = 0
        if self.kernel.vm.nr_dirty:
            self.write_some(1 << 30)
