"""Waiting: a task that can't go on leaves its hart, and the call that made it wait is executed anew when it wakes.

There are no kernel stacks: a system call that must wait enters the task in a wait queue and raises Blocked. The
program counter stays on the ecall (or on the faulting instruction), so waking up means to try again. What a call must
remember over the wait (a deadline, a partial count) it keeps in `task.restart`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emu.kernel.task import Task


class Blocked(Exception):
    """The current task waits; nothing was changed that would be changed twice when the call is executed again."""


class Partial:
    """The restart state of a transfer that waits in the middle; a signal ends it with what is done. `until`: the cycle
    at which its time is over.
    """

    __slots__ = ("done", "until")

    def __init__(self, done: int, until: int | None = None) -> None:
        self.done, self.until = done, until

    @property
    def settled(self) -> int | None:
        """What a signal's handler leaves as the result; None: nothing was done yet."""
        return self.done or None


def drop_restart(task: Task) -> None:
    """Forget what a waiting call remembers; some of it must be undone."""
    cancel = getattr(task.restart, "cancel", None)
    task.restart = None
    if cancel is not None:
        cancel()


class WaitQueue:
    """Tasks that wait for one thing, the first come first. `wakes` counts the events (edge-triggered epoll)."""

    __slots__ = ("tasks", "wakes")

    def __init__(self) -> None:
        self.tasks: dict[Task, None] = {}
        self.wakes = 0

    def add(self, task: Task) -> None:
        """The task is woken with the others; it sleeps when `wait_on` says so."""
        self.tasks[task] = None
        task.waits_on.append(self)

    def wake(self, count: int = 1 << 30) -> int:
        """Wake up to `count` tasks; how many."""
        self.wakes += 1
        woken = list(self.tasks)[:count]
        for task in woken:
            task.kernel.sched.wake_up(task)
        return len(woken)


def wait_on(
    task: Task,
    *queues: WaitQueue,
    until: int | None = None,
    on_signal: str = "ERESTARTSYS",
    on_interrupt: Callable[[], None] | None = None,
) -> None:
    """Make the current task wait for any of the queues, or for the clock to reach cycle `until`. Raises Blocked.

    `on_signal` is what the call returns inside of Linux when a signal is pending. After "EINTR" it fails with that,
    also when the signal only stops the task. After the others it is executed again, unless a handler runs meanwhile:
    then only after "ERESTARTNOINTR", or after "ERESTARTSYS" if the handler has SA_RESTART; else it fails with EINTR.
    When a signal comes, `on_interrupt` is called. What `task.restart` remembers is lost when a handler runs, for that
    makes calls of its own; a restart state that has `settled` (a result, or None) ends the call with that result.
    """
    task.in_call, task.on_interrupt = on_signal, on_interrupt
    for queue in queues:
        queue.add(task)
    if until is not None:
        task.kernel.timers.add(until, task)
    raise Blocked
