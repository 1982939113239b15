"""Stopping and continuing a process (Linux: do_signal_stop; signal(7), waitpid(2) WUNTRACED and WCONTINUED)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.task import READY, RUNNING, STOPPED

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Process

CLD_STOPPED, CLD_CONTINUED = 5, 6
SIGCHLD, SIGCONT, SA_NOCLDSTOP = 17, 18, 1


def stop(kernel: Kernel, process: Process, number: int) -> None:
    """All threads stop where they are; one that waits stops when it would wake."""
    process.stopped, process.news = number, "stopped"
    for thread in process.threads:
        if thread.state == RUNNING:
            kernel.sched.leave(thread)
        elif thread.state == READY:
            kernel.sched.policy.dequeue(thread)
        else:
            continue
        thread.set_state(STOPPED)
    tell(kernel, process, CLD_STOPPED, number)


def resume(kernel: Kernel, process: Process, news: bool = True) -> None:
    """SIGCONT (or SIGKILL, of which nobody is told): the threads go on."""
    if not process.stopped:
        return
    process.stopped = 0
    for thread in process.threads:
        if thread.state == STOPPED:
            kernel.sched.make_ready(thread)
    if news:
        process.news = "continued"
        tell(kernel, process, CLD_CONTINUED, SIGCONT)


def tell(kernel: Kernel, process: Process, code: int, status: int) -> None:
    """SIGCHLD for the parent, unless it doesn't want to know, and a wake-up for its wait."""
    from emu.kernel import signal

    parent = process.parent
    if parent is None or not parent.threads:
        return
    if not parent.actions.get(SIGCHLD, signal.DEFAULT).flags & SA_NOCLDSTOP:
        info = signal.SigInfo(SIGCHLD, code, pid=process.leader.pid, uid=process.leader.uid, status=status)
        signal.send(kernel, parent.threads[0], info)
    parent.child_exit.wake()
