"""A block device with a queue: what is asked later is served later, and the one who waits really waits.

Data moves at once (the host has it); what is modelled is when the guest may know about it. A request costs one
latency, and a little for each further page that follows the first on the device. When it is done the device interrupts;
the top half takes it off the device, the BLOCK softirq ends it: frames that were written are free, those that
were read are unlocked, waiters wake.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from emu.kernel.mm.page import PG_LOCKED
from emu.kernel.sched.wait import WaitQueue, wait_on

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

FOLLOWING_PAGE = 20  # a page right behind the first costs this fraction of a latency


class Request(NamedTuple):
    """`done` is the cycle at which the device is ready with it; `frames` are what it reads, or writes (none: what is
    written is copied already). It was `asked` for, and the device took it up at `start`.
    """

    done: int
    frames: list[int]
    write: bool
    asked: int
    start: int
    pages: int

    @property
    def is_read(self) -> bool:
        """Whether frames are filled by it."""
        return bool(self.frames) and not self.write


class Completed:
    """What a device has done, of one kind: `cycles` are from asked to done, summed."""

    __slots__ = ("cycles", "pages", "requests")

    def __init__(self) -> None:
        self.requests = self.pages = self.cycles = 0

    def add(self, request: Request) -> None:
        """One more request is done."""
        self.requests += 1
        self.pages += request.pages
        self.cycles += request.done - request.asked


class Disk:
    """`cause` is the ledger's name for waiting for it. `free_at` is the cycle at which the queue is empty; `requests`
    what the device still works on, `finished` what it has interrupted for.
    """

    def __init__(self, kernel: Kernel, name: str, latency: int, cause: int) -> None:
        self.kernel, self.name, self.latency, self.cause = kernel, name, latency, cause
        self.free_at = 0
        self.requests: deque[Request] = deque()
        self.finished: deque[Request] = deque()
        self.waiting: dict[int, WaitQueue] = {}  # tasks by the `done` of their request
        self.pages_in_flight = 0
        self.read_done, self.write_done = Completed(), Completed()
        self.busy_cycles = 0  # spent on requests that are done
        self.pages_paged_out = 0  # written because reclaim wanted the frames

    def submit(self, pages: int, frames: list[int] | None = None, write: bool = False) -> int:
        """Queue a request; the cycle at which it is done. Without frames, nobody but who waits hears of the end."""
        asked = self.kernel.now
        start = max(self.free_at, asked)
        self.free_at = done = start + self.latency + (pages - 1) * (self.latency // FOLLOWING_PAGE)
        self.requests.append(Request(done, frames or [], write, asked, start, pages))
        self.kernel.deadline = -1  # it must be computed anew
        return done

    def read(self, frames: list[int]) -> int:
        """Frames that are filled at once, but stay locked until the cycle that is returned."""
        done = self.submit(len(frames), frames)
        flags, reading = self.kernel.pages.mem_map.flags, self.kernel.reading
        for pfn in frames:
            flags[pfn] |= PG_LOCKED
            reading[pfn] = done
        return done

    def write(self, frames: list[int]) -> None:
        """Frames on their way out: when the write is done, `end_writeback` hears of it."""
        self.pages_paged_out += len(frames)
        self.pages_in_flight += len(frames)
        self.submit(len(frames), frames, True)

    def interrupt(self, now: int) -> bool:
        """The top half: take what is done off the device. Whether there was anything."""
        before = len(self.finished)
        while self.requests and self.requests[0].done <= now:
            self.finished.append(request := self.requests.popleft())
            (self.read_done if request.is_read else self.write_done).add(request)
            self.busy_cycles += request.done - request.start
        return len(self.finished) > before

    def end_requests(self, limit: int) -> int:
        """The bottom half: end up to `limit` requests that are finished; how many were."""
        ended = min(limit, len(self.finished))
        for _ in range(ended):
            request = self.finished.popleft()
            if request.write:
                self.pages_in_flight -= len(request.frames)
                self.kernel.reclaimer.end_writeback(request.frames)
            else:
                self.unlock(request)
            if queue := self.waiting.pop(request.done, None):
                queue.wake()
        return ended

    def unlock(self, request: Request) -> None:
        """Frames of a read, but for those that somebody freed and reads anew."""
        flags, reading = self.kernel.pages.mem_map.flags, self.kernel.reading
        for pfn in request.frames:
            if reading.get(pfn) == request.done:
                del reading[pfn]
                flags[pfn] &= ~PG_LOCKED

    def complete(self, now: int) -> None:
        """Both halves at once, for a hart that has waited with interrupts off."""
        self.interrupt(now)
        self.end_requests(len(self.finished))

    def next_write(self) -> int | None:
        """When the oldest write that is under way is done; None if there is none."""
        return next((r.done for queue in (self.finished, self.requests) for r in queue if r.write), None)

    def wait_until(self, cycle: int) -> None:
        """Let the current task sleep until then (raises Blocked), or, where the kernel can't sleep, the hart wait."""
        kernel = self.kernel
        if kernel.now >= cycle:
            return
        task = kernel.current
        if kernel.may_sleep and task is not None:
            task.io_cause = self.cause
            if any(request.done == cycle for queue in (self.requests, self.finished) for request in queue):
                wait_on(task, self.waiting.setdefault(cycle, WaitQueue()), on_signal="")
            wait_on(task, until=cycle, on_signal="")  # done already by the clock of a hart further on
        kernel.harts[kernel.cpu].charge(self.cause, cycle - kernel.now)
        self.complete(kernel.now)
