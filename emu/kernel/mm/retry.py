"""When to stop reclaiming and kill (Linux: should_reclaim_retry in mm/page_alloc.c).

Reclaim goes on as long as enough memory could still be got: what is free or soon will be, with every page on the lists
that may go, lies above the low end of the zones. And as long as it makes progress. With swap full and a few pages of
programs left, reclaim always finds something: the page that another task will read back at once. So a round makes
progress if it frees as much as it wanted, or anything while swap has room for as much; if as much is on its way out; or
if the tasks got on since the last one. MAX_RECLAIM_RETRIES rounds in a row without that are the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

MAX_RECLAIM_RETRIES = 16
GETTING_ON = 1000  # instructions of all harts between two rounds


class Retry:
    """Counts rounds of direct reclaim without progress. `retired` are the instructions until the last round."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.no_progress_loops = self.retired = 0

    def should_reclaim_retry(self, freed: int, target: int) -> bool:
        """After a round that has freed so many of `target` pages: whether it makes sense to go on. After a no the count
        starts anew.
        """
        self.no_progress_loops = 0 if self.progress(freed, target) else self.no_progress_loops + 1
        if self.no_progress_loops < MAX_RECLAIM_RETRIES and self.enough():
            return True
        self.no_progress_loops = 0
        return False

    def enough(self) -> bool:
        """Whether there would be a page above the min watermarks if all went that may go."""
        pages, reclaimer = self.kernel.pages, self.kernel.reclaimer
        available = pages.nr_free_pages + reclaimer.nr_writeback + reclaimer.reclaimable_pages()
        return available > sum(zone.min for zone in pages.zones)

    def progress(self, freed: int, target: int) -> bool:
        """Whether such a round was of use."""
        retired = sum(hart.instret for hart in self.kernel.harts)
        got_on = retired - self.retired >= GETTING_ON
        self.retired = retired
        leaving = self.kernel.reclaimer.nr_writeback
        room = freed + leaving > 0 and self.kernel.swap.area.free >= target
        return freed >= target or room or got_on or leaving >= target
