"""When dirty pages of files go to the disk (Linux: mm/page-writeback.c, fs/fs-writeback.c).

The flusher starts when more than dirty_background_ratio % of memory is dirty, and every five seconds for what is
older than that. A program that dirties more than dirty_ratio % must write for itself, and wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.mm import filemap
from emu.kernel.sched.kthread import KThread

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

WRITEBACK_SECONDS = 5
TURN_PAGES = 64


class Flusher:
    """The kernel thread that writes dirty pages, and its clock."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.thread = KThread(kernel, "kworker/flush", self.turn)
        self.periodic = False

    def available(self) -> int:
        """dirtyable memory: free pages and the page cache."""
        return self.kernel.pages.nr_free_pages + self.kernel.vm.nr_file_pages

    def balance(self) -> None:
        """balance_dirty_pages: called by whoever has dirtied a page."""
        kernel, dirty = self.kernel, self.kernel.vm.nr_dirty
        available = self.available()
        if dirty > available * kernel.sysctl.dirty_background_ratio // 100:
            self.thread.wake()
        elif not self.periodic:
            self.periodic = True
            kernel.timers.add(kernel.now + WRITEBACK_SECONDS * kernel.options.clock_hz, self)
        if dirty > available * kernel.sysctl.dirty_ratio // 100:
            written = self.write_some(TURN_PAGES)
            if written:
                kernel.disk.wait_until(kernel.disk.submit(written))

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
        goal = self.available() * self.kernel.sysctl.dirty_background_ratio // 200
        return bool(written) and self.kernel.vm.nr_dirty > goal

    def __call__(self) -> None:
        """The five seconds are over."""
        self.periodic = False
        if self.kernel.vm.nr_dirty:
            self.write_some(1 << 30)
