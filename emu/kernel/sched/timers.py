"""Timers on the simulated clock: a heap of (cycle, number, what). What expires is a task to wake or an object to
call.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel

FEW = 1024  # entries that are no trouble, dead or alive


class Timers:
    """Timers of equal time expire in the order in which they were set."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.heap: list[tuple[int, int, Any]] = []
        self._count, self._full = 0, FEW

    def add(self, cycle: int, what: Any) -> None:
        """At `cycle`, wake a task, or call an object; what it is called with is none of this heap's business."""
        self._count += 1
        self.kernel.deadline = -1  # it must be computed anew
        if len(self.heap) >= self._full:  # timers that were set anew leave dead entries behind
            self.heap = [entry for entry in self.heap if self._alive(entry)]
            heapq.heapify(self.heap)
            self._full = 2 * len(self.heap) + FEW
        heapq.heappush(self.heap, (cycle, self._count, what))
        if hasattr(what, "timer"):
            what.timer = self._count

    @property
    def next(self) -> int | None:
        """The cycle of the earliest timer that still matters."""
        while self.heap and not self._alive(self.heap[0]):
            heapq.heappop(self.heap)
        return self.heap[0][0] if self.heap else None

    @staticmethod
    def _alive(entry: tuple[int, int, Any]) -> bool:
        """A task that was woken by something else, or waits anew, has another timer number."""
        return getattr(entry[2], "timer", entry[1]) == entry[1]

    def expire(self, now: int, limit: int = 1 << 30) -> int:
        """What is due at cycle `now`, up to `limit` of it; how many expired."""
        expired = 0
        while expired < limit and self.heap and self.heap[0][0] <= now:
            entry = heapq.heappop(self.heap)
            if not self._alive(entry):
                continue
            expired += 1
            what = entry[2]
            if callable(what):
                what()
            else:
                what.timer = 0
                self.kernel.sched.wake_up(what)
        return expired
