"""Ends of tasks, noted while the kernel ends them: of a thread that is no leader nothing is left afterwards."""

from __future__ import annotations

from typing import Any, NamedTuple


class Ending(NamedTuple):
    """The process that a task belonged to; where that ended with it, how, as wait4 shows it, else None."""

    tgid: int
    code: int | None


def ending_of(kernel: Any, pid: int) -> Ending:
    """Asked in the middle of do_exit, when it emits its record."""
    task = kernel.tasks[pid]
    process = task.process
    if process.exiting is not None:
        return Ending(task.tgid, process.exiting)
    return Ending(task.tgid, process.leader.exit_code if process.threads == [task] else None)


def tgid_of(session: Any, pid: int) -> int:
    """The process of a task, of one that has ended too."""
    task, ending = session.kernel.tasks.get(pid), session.endings.get(pid)
    if task is not None:
        return task.tgid
    return ending.tgid if ending is not None else pid
