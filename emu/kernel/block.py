"""A block device with a queue: what is asked later is served later, and the one who waits really waits.

Data moves at once (the host has it); what is modelled is when the guest may know about it. A request costs one
latency, and a little for each further page that follows the first on the device.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from emu.kernel.sched.wait import wait_on

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

FOLLOWING_PAGE = 20  # a page right behind the first costs this fraction of a latency


class Disk:
    """`cause` is the ledger's name for waiting for it. `free_at` is the cycle at which the queue is empty; `writes`
    what is on its way, to be told when it is done.
    """

    def __init__(self, kernel: Kernel, name: str, latency: int, cause: int) -> None:
        self.kernel, self.name, self.latency, self.cause = kernel, name, latency, cause
        self.free_at = 0
        self.writes: deque[tuple[int, list[int]]] = deque()
        self.pages_in_flight = 0
        self.reads = self.pages_read = self.pages_written = 0

    def submit(self, pages: int) -> int:
        """Queue a request; the cycle at which it is done."""
        start = max(self.free_at, self.kernel.now)
        self.free_at = start + self.latency + (pages - 1) * (self.latency // FOLLOWING_PAGE)
        return self.free_at

    def read(self, pages: int) -> int:
        self.reads += 1
        self.pages_read += pages
        return self.submit(pages)

    def write(self, pfns: list[int]) -> None:
        """Frames on their way out: when the write is done, `end_writeback` hears of it."""
        self.pages_written += len(pfns)
        self.pages_in_flight += len(pfns)
        done = self.submit(len(pfns))
        self.writes.append((done, pfns))
        self.kernel.timers.add(done, self)

    def __call__(self) -> None:
        """The disk's interrupt, and its bottom half: writes are done."""
        softirqs = self.kernel.softirqs
        softirqs["BLOCK", self.kernel.cpu] = softirqs.get(("BLOCK", self.kernel.cpu), 0) + 1
        self.complete(self.kernel.now)

    def complete(self, now: int) -> int:
        """Finish the writes that are done at cycle `now`; how many pages."""
        finished = 0
        while self.writes and self.writes[0][0] <= now:
            _, pfns = self.writes.popleft()
            self.pages_in_flight -= len(pfns)
            self.kernel.reclaimer.end_writeback(pfns)
            finished += len(pfns)
        return finished

    def wait_until(self, cycle: int) -> None:
        """Let the current task sleep until then (raises Blocked), or, where the kernel can't sleep, the hart wait."""
        kernel = self.kernel
        if kernel.now >= cycle:
            return
        task = kernel.current
        if kernel.may_sleep and task is not None:
            task.io_cause = self.cause
            wait_on(task, until=cycle, on_signal="")
        kernel.harts[kernel.cpu].charge(self.cause, cycle - kernel.now)
        self.complete(kernel.now)
