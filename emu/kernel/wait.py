"""wait4 and waitid: which child, in which state, and what to tell about it (Linux: kernel/exit.c; waitid(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import ECHILD, Errno
from emu.kernel.exit import release
from emu.kernel.sched.wait import wait_on
from emu.kernel.siginfo import SIGCHLD

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Process, Task

WNOHANG, WUNTRACED, WEXITED, WCONTINUED, WNOWAIT = 1, 2, 4, 8, 0x01000000
WNOTHREAD, WALL, WCLONE = 0x20000000, 0x40000000, 0x80000000
EXITED = "exited"
P_ALL, P_PID, P_PGID, P_PIDFD = range(4)


def matches(child: Process, which: int, number: int, options: int) -> bool:
    """eligible_child: by number, and clones without SIGCHLD only for those who ask."""
    if bool(options & WCLONE) == (child.leader.exit_signal == SIGCHLD) and not options & WALL:
        return False
    if which == P_PID:
        return child.leader.pid == number
    return which == P_ALL or child.pgid == number


def wait_for(kernel: Kernel, task: Task, which: int, number: int, options: int) -> tuple[Process, str] | None:
    """A child that fits and what it did: it exited (and is reaped unless WNOWAIT), stopped or continued; None with
    WNOHANG if there is nothing to tell yet. ECHILD; may block.
    """
    family = [child for child in task.process.children if matches(child, which, number, options)]
    if not family:
        raise Errno(ECHILD)
    if not options & WEXITED and all(child.dead for child in family):
        raise Errno(ECHILD)  # none of them will ever stop or go on
    for child in family:
        if child.dead and options & WEXITED:
            if not options & WNOWAIT:
                release(kernel, child)
            return child, EXITED
        if child.news and options & (WUNTRACED if child.news == "stopped" else WCONTINUED):
            news = child.news
            if not options & WNOWAIT:
                child.news = ""
            return child, news
    if options & WNOHANG:
        return None
    wait_on(task, task.process.child_exit)
    return None
