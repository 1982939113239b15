"""Process identifiers, and how many tasks there may be (Linux: kernel/pid.c, RLIMIT_NPROC in kernel/fork.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EAGAIN, EEXIST, ENOMEM, Errno
from emu.kernel.rlimit import RLIMIT_NPROC

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task


def too_many(kernel: Kernel, task: Task | None) -> bool:
    """Whether the user of a task has as many tasks as its RLIMIT_NPROC allows; root is exempt."""
    if (
        task is None
        or not task.uid
        or not task.euid
        or len(kernel.tasks) < (limit := task.process.rlimits[RLIMIT_NPROC][0])
    ):
        return False
    return sum(1 for other in kernel.tasks.values() if other.uid == task.uid) >= limit


def alloc_pid(kernel: Kernel, wanted: int = 0) -> int:
    """The pid that is wanted, or the next free one, counting up and starting over. EAGAIN at pid_max tasks, or
    RLIMIT_NPROC of one user; EEXIST.
    """
    top = kernel.sysctl.pid_max
    if len(kernel.tasks) >= top - 1 or too_many(kernel, kernel.current):
        raise Errno(EAGAIN)
    if kernel.current is not None and not kernel.slab.caches["task_struct"].reserve():
        raise Errno(ENOMEM)
    if wanted:
        if wanted in kernel.tasks:
            raise Errno(EEXIST)
        return wanted
    pid = kernel.last_pid
    while True:
        pid = pid + 1 if pid + 1 < top else 2
        if pid not in kernel.tasks:
            kernel.last_pid = pid
            return pid
