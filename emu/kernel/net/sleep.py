"""Waiting in a call on a socket, no longer than its SO_RCVTIMEO or SO_SNDTIMEO say (socket(7))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EAGAIN, Errno
from emu.kernel.sched.wait import Partial, WaitQueue, wait_on

if TYPE_CHECKING:
    from emu.kernel.task import Task


def sleep(task: Task, queue: WaitQueue, nonblocking: bool, limit: int, done: int = 0) -> None:
    """Raise Blocked; `limit` cycles after the call began (0: never), or when it may not block, EAGAIN. `done` bytes are
    remembered.
    """
    now = task.kernel.now
    until = task.restart.until if isinstance(task.restart, Partial) else now + limit if limit else None
    if nonblocking or (until is not None and now >= until):
        raise Errno(EAGAIN)
    task.restart = Partial(done, until) if done or until is not None else None
    wait_on(task, queue, until=until, on_signal="ERESTARTSYS" if until is None else "EINTR")
