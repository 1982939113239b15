"""Sending signals, and what that does at once: SIGCONT continues, SIGSTOP and SIGCONT undo each other (Linux:
__send_signal_locked, prepare_signal; signal(7)). All else waits in the thread's `pending` or in the process's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EAGAIN
from emu.kernel.rlimit import RLIMIT_SIGPENDING
from emu.kernel.sched.states import READY, RUNNING, STOPPED
from emu.kernel.siginfo import (
    CLD_CONTINUED,
    CLD_STOPPED,
    DEFAULT,
    FIRST_REAL_TIME,
    IGNORED_BY_DEFAULT,
    SA_NOCLDSTOP,
    SI_KERNEL,
    SI_USER,
    SIG_DFL,
    SIG_IGN,
    SIGCHLD,
    SIGCONT,
    SIGHUP,
    SIGKILL,
    STOPS,
    Pending,
    SigAction,
    SigInfo,
    bit,
    name_of,
    told,
)

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Process, Task

MOST_QUEUED = 1 << 16  # of all users, whatever their RLIMIT_SIGPENDING


def ignored(task: Task, number: int) -> bool:
    """Whether the signal would have no effect now."""
    handler = task.process.actions.get(number, DEFAULT).handler
    return handler == SIG_IGN or (handler == SIG_DFL and number in IGNORED_BY_DEFAULT)


def send(kernel: Kernel, task: Task, info: SigInfo, to_thread: bool = False, timer: bool = False) -> int:
    """Make a signal pending for a thread or its process, and wake who can take it: 0, or -EAGAIN when no more may be
    queued. A `timer` has a place in the queue of its own.
    """
    process, number = task.process, info.number
    if number in STOPS:
        discard(process, (SIGCONT,))
    elif number == SIGCONT:
        discard(process, STOPS)
    if number in (SIGCONT, SIGKILL):
        resume(kernel, process, number == SIGCONT)
    blocked_everywhere = all(thread.blocked & bit(number) for thread in process.threads)
    if ignored(task, number) and not blocked_everywhere:
        if kernel.tracer is not None:
            kernel.tracer.emit(kernel, "signal_ignored", task.pid, **told(info))
        return 0
    if not enqueue(kernel, task, task.pending if to_thread else process.pending, info, timer):
        return -EAGAIN
    if kernel.tracer is not None:
        name = name_of(number)
        kernel.tracer.emit(kernel, "signal_send", number=number, name=name, target=task.pid, sender=info.pid)
    for thread in [task] if to_thread else [task, *process.threads]:
        if wants(thread, number):
            kernel.sched.wake_up(thread)
            if thread.state == RUNNING:
                kernel.kicked = kernel.need_resched = True
            break
    return 0


def wants(thread: Task, number: int) -> bool:
    """Whether a thread would take the signal now. What ends it comes through to one that waits for vfork's child."""
    if thread.state == "zombie" or (thread.blocked & ~thread.awaited & bit(number)):
        return False
    return not thread.killable or fatal(thread, number)


def fatal(task: Task, number: int) -> bool:
    """Whether the signal ends the process."""
    handler = task.process.actions.get(number, DEFAULT).handler
    return handler == SIG_DFL and number not in IGNORED_BY_DEFAULT and number not in STOPS


def enqueue(kernel: Kernel, task: Task, queue: Pending, info: SigInfo, timer: bool) -> bool:
    """Real-time signals queue, the others are pending once. Beyond RLIMIT_SIGPENDING kill(2) still leaves one of each,
    but nothing is queued: False.
    """
    waiting = queue.get(info.number)
    if waiting is None:
        waiting = queue[info.number] = []
    elif info.number < FIRST_REAL_TIME and not timer:
        return True
    if info.number < FIRST_REAL_TIME or timer or may_queue(kernel, task):
        waiting.append(info)
    elif info.code != SI_USER:
        if not waiting:
            del queue[info.number]
        return False
    elif not waiting:
        waiting.append(SigInfo(info.number))
    return True


def may_queue(kernel: Kernel, task: Task) -> bool:
    """Whether fewer signals wait for a user than RLIMIT_SIGPENDING, and not too many for all together."""
    limit = task.process.rlimits[RLIMIT_SIGPENDING][0]
    return queued(kernel, task.uid) < limit and queued(kernel, None) < MOST_QUEUED


def queued(kernel: Kernel, uid: int | None) -> int:
    """Signals that wait for tasks of a user, or of all."""
    tasks = [task for task in kernel.tasks.values() if uid in (None, task.uid)]
    processes = {id(task.process): task.process for task in tasks}.values()
    return sum(len(waiting) for owner in (*tasks, *processes) for waiting in owner.pending.values())


def discard(process: Process, numbers: frozenset[int] | tuple[int, ...]) -> None:
    """These signals no longer wait, neither for the process nor for any of its threads."""
    for owner in (process, *process.threads):
        for number in numbers:
            owner.pending.pop(number, None)


def force(kernel: Kernel, task: Task, number: int, code: int, addr: int, cause: int) -> None:
    """A fault's signal: it can't be blocked or ignored; then it kills."""
    action = task.process.actions.get(number, DEFAULT)
    if task.blocked & bit(number) or action.handler == SIG_IGN:
        task.process.actions[number] = SigAction()
        task.blocked &= ~bit(number)
    task.pending[number] = [SigInfo(number, code, addr, fault=True, cause=cause)]


# -- stopping and continuing (do_signal_stop; waitpid(2) WUNTRACED and WCONTINUED) ------------------------------------
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
    process.stopped, process.news = 0, ""
    for thread in process.threads:
        if thread.state == STOPPED:
            kernel.sched.make_ready(thread)
    if news:
        process.news = "continued"
        tell(kernel, process, CLD_CONTINUED, SIGCONT)


def tell(kernel: Kernel, process: Process, code: int, status: int) -> None:
    """SIGCHLD for the parent, unless it doesn't want to know, and a wake-up for its wait."""
    parent = process.parent
    if parent is None or not parent.threads:
        return
    if not parent.actions.get(SIGCHLD, DEFAULT).flags & SA_NOCLDSTOP:
        info = SigInfo(SIGCHLD, code, pid=process.leader.pid, uid=process.leader.uid, status=status)
        send(kernel, parent.threads[0], info)
    parent.child_exit.wake()


def hang_up_orphans(kernel: Kernel, process: Process, parent: Process | None) -> None:
    """kill_orphaned_pgrp: a stopped group in which nobody has a parent outside it any more, who could let it go on, is
    told to hang up and to continue. PROCESS ends, or its PARENT has ended.
    """
    if parent is None or parent.pgid == process.pgid or parent.sid != process.sid:
        return
    group = living(kernel, process.pgid)
    if is_orphaned(group) and any(each.stopped for each in group):
        for number in (SIGHUP, SIGCONT):
            for each in group:
                send(kernel, each.threads[0], SigInfo(number, SI_KERNEL))


def living(kernel: Kernel, pgid: int) -> list[Process]:
    """The processes of a group that have not ended."""
    leaders = [task for task in kernel.tasks.values() if task.is_leader and task.process.pgid == pgid]
    return [leader.process for leader in leaders if not leader.process.dead]


def is_orphaned(group: list[Process]) -> bool:
    """Whether no member of a process group has a parent in another group of the session. Process 1 is minded by whoever
    runs the machine; it minds its own children, and not those that it adopted.
    """
    return not any(minded(each) for each in group)


def minded(process: Process) -> bool:
    parent = process.parent
    if parent is None or process.adopted:
        return parent is None
    return parent.pgid != process.pgid and parent.sid == process.sid
