"""Pages that a task waits for, or has waited for and not used yet: reclaim leaves them alone.

In Linux whoever faults holds a reference to the page until it is mapped. Here a task that wakes executes its
instruction again, and one instruction may need several pages at once: its own, the one it loads from, the next of
each. If reclaim took the first while the task waits for the second it would never be done. So a page stays from the
wait on until the task's pc has moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

MOST = 4  # pages that one instruction can need: two of code, two of data
SHARE = 8  # all of them together are at most this fraction of memory; who waits longest comes first


class Awaited:
    """Task -> the pc at which it waits and the frames it waited for there, the last ones last. Frames are not held: one
    that is freed for another reason is just another page that stays for a while.
    """

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.of: dict[Task, tuple[int, tuple[int, ...]]] = {}

    def add(self, task: Task, pfn: int) -> None:
        """The task is about to wait for a frame."""
        pc, before = self.of.get(task, (-1, ()))
        here = self._pc(task)
        if pc != here:
            self.of.pop(task, None)
            before = ()
        self.of[task] = here, (*[p for p in before if p != pfn], pfn)[-MOST:]

    def forget(self, task: Task) -> None:
        """The task has ended."""
        self.of.pop(task, None)

    def frames(self) -> set[int]:
        """What must stay now. Tasks that have moved on are forgotten."""
        self.of = {task: row for task, row in self.of.items() if row[0] == self._pc(task)}
        found: set[int] = set()
        most = self.kernel.pages.total_pages // SHARE
        for _, pfns in self.of.values():
            if len(found) + len(pfns) > most:
                break
            found.update(pfns)
        return found

    def _pc(self, task: Task) -> int:
        return self.kernel.harts[task.loaded_on].pc if task.loaded_on >= 0 else task.pc
