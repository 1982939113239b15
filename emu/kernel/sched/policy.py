"""Scheduling policies: which ready task runs next, and for how long. The scheduler asks, the policy answers."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emu.kernel.task import Task


class RoundRobin:
    """One queue; each task runs for a slice, then goes to its end. A woken task goes to the end too."""

    name = "rr"

    def __init__(self, slice_cycles: int) -> None:
        self.slice_cycles = slice_cycles
        self.queue: deque[Task] = deque()

    def enqueue(self, task: Task) -> None:
        """A ready task waits behind the others; a kernel thread goes first."""
        if task.is_kthread:
            self.queue.appendleft(task)
        else:
            self.queue.append(task)

    def dequeue(self, task: Task) -> None:
        """A task that was ready is not."""
        self.queue.remove(task)

    def pick_next_task(self, cpu: int) -> Task | None:
        """The task for hart `cpu`: the first that may run there."""
        for task in self.queue:
            if task.affinity >> cpu & 1:
                self.queue.remove(task)
                return task
        return None

    def __len__(self) -> int:
        return len(self.queue)
