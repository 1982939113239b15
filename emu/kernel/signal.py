"""Signals on the way back to user mode (Linux: kernel/signal.c: get_signal, handle_signal; signal(7)).

When a task is about to run user code, the lowest pending signal that is not blocked is taken: ignored, fatal, or a call
of the program's handler (sigframe). siginfo has the numbers, sigsend the other end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel import exit, fault_card, sigframe, sigsend, trace_call
from emu.kernel.errno import EINTR
from emu.kernel.mm.alloc import OutOfMemory
from emu.kernel.sched.states import WAITING
from emu.kernel.sched.wait import drop_restart
from emu.kernel.siginfo import (
    DEFAULT,
    SA_RESTART,
    SI_KERNEL,
    SIG_DFL,
    SIG_IGN,
    SIGSEGV,
    SIGSTOP,
    STOPS,
    SigAction,
    SigInfo,
    bit,
    first_of,
    name_of,
    told,
)
from emu.kernel.sigsend import ignored

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task


def next_pending(task: Task) -> SigInfo | None:
    """Take out the lowest pending signal that is not blocked; a fault's own first."""
    for queue in (task.pending, task.process.pending):
        ready = [number for number in queue if not task.blocked & bit(number)]
        if ready:
            return first_of(queue, min(ready, key=lambda number: (not queue[number][0].fault, number)))
    return None


def take(task: Task, mask: int) -> SigInfo | None:
    """Take out a pending signal of a set, blocked or not (sigtimedwait)."""
    for queue in (task.pending, task.process.pending):
        for number in sorted(queue):
            if mask & bit(number):
                return first_of(queue, number)
    return None


def takes_one(task: Task) -> bool:
    """Whether a signal is pending that the task would take now and that would do something."""
    numbers = {*task.pending, *task.process.pending}
    return any(not task.blocked & bit(number) and not ignored(task, number) for number in numbers)


def looks_again(task: Task) -> bool:
    """Whether handlers wait for a task in the middle of a waiting call: what the call waits for may have come as well,
    and then it ends with that. (Linux: signal_pending is asked last.)
    """
    numbers = [number for number in {*task.pending, *task.process.pending} if not task.blocked & bit(number)]
    handlers = [task.process.actions.get(number, DEFAULT).handler for number in numbers]
    return bool(task.in_call) and SIG_DFL not in handlers


def deliver(kernel: Kernel, task: Task) -> None:
    """do_signal: serve the pending signals of a task that is about to return to user mode on a hart."""
    try:
        do_signal(kernel, task)
    except OutOfMemory:  # not even a page for the signal's frame
        kernel.out_of_memory(task)


def do_signal(kernel: Kernel, task: Task) -> None:
    """Take pending signals one after the other, until one has called a handler for each, or the task is gone."""
    while task.cpu >= 0 and (info := next_pending(task)) is not None:
        action = task.process.actions.get(info.number, DEFAULT)
        what = effect(kernel, task, info.number)
        if task.on_interrupt and what != "kill":
            task.on_interrupt()
        if kernel.tracer is not None:
            kernel.tracer.emit(kernel, "signal", task.pid, **told(info), action=what)
        if what == "stop":
            stop(kernel, task, info.number)
        elif what == "kill":
            die(kernel, task, info)
        if what != "handler":
            continue
        task.again = False
        interrupt_call(kernel, task, action)
        if not sigframe.setup(kernel, task, action, info):
            die(kernel, task, SigInfo(SIGSEGV, SI_KERNEL))
    if task.cpu >= 0 and task.saved_mask is not None:
        task.blocked, task.saved_mask = task.saved_mask, None


def effect(kernel: Kernel, task: Task, number: int) -> str:
    """What delivering a signal does: ignore, stop, kill or handler. The terminal's signals don't stop those whom nobody
    would let go on.
    """
    if task.process.actions.get(number, DEFAULT).handler not in (SIG_DFL, SIG_IGN):
        return "handler"
    if ignored(task, number):
        return "ignore"
    if number not in STOPS:
        return "kill"
    orphaned = number != SIGSTOP and sigsend.is_orphaned(sigsend.living(kernel, task.process.pgid))
    return "ignore" if orphaned else "stop"


def die(kernel: Kernel, task: Task, info: SigInfo) -> None:
    """A fatal signal ends the whole process; of a fault the card is kept."""
    if info.fault:
        kernel.card = fault_card.make(kernel, task, info)
        kernel.log(f"{task.comm}[{task.pid}]: {name_of(info.number)} {kernel.card.headline}")
    exit.kill_group(kernel, task, info.number)


def interrupt_call(kernel: Kernel, task: Task, action: SigAction | None) -> None:
    """A signal comes while a system call waits: the call ends with what it has done, fails with EINTR, or is executed
    again from its start, after the handler (ACTION) if there is one. See `wait_on`.
    """
    if not task.in_call:
        return
    settled = getattr(task.restart, "settled", None)
    ends = settled is not None or task.in_call == "EINTR"
    if action is None and not ends:
        return
    again = task.in_call == "ERESTARTNOINTR" or (task.in_call == "ERESTARTSYS" and action and action.flags & SA_RESTART)
    if ends or not again:
        end_call(kernel, task, -EINTR if settled is None else settled)
    drop_restart(task)
    task.in_call, task.on_interrupt, task.again = "", None, False


def end_call(kernel: Kernel, task: Task, result: int) -> None:
    """A call that waits has a result: the task is to go on behind it."""
    if task.loaded_on >= 0:
        hart = kernel.harts[task.loaded_on]
        hart.x[10], hart.pc = result, hart.pc + 4
    else:
        task.regs[10], task.pc = result, task.pc + 4


def stop(kernel: Kernel, task: Task, number: int) -> None:
    """The process of a task stops, which ends some of the calls in which its threads wait (signal(7))."""
    end_by_stop(kernel, task)
    sigsend.stop(kernel, task.process, number)
    for thread in task.process.threads:
        if thread.state == WAITING and thread.in_call:
            end_of_thread(kernel, thread)


def end_of_thread(kernel: Kernel, thread: Task) -> None:
    """A thread that waits while its process stops: if that ends its call, it stops as well."""
    x = kernel.harts[thread.loaded_on].x if thread.loaded_on >= 0 else thread.regs
    number = x[17]
    end_by_stop(kernel, thread)
    if not thread.in_call:
        if kernel.tracer is not None:
            trace_call.leave(kernel, thread, kernel.syscalls.get(number), x[10], number)
        kernel.sched.wake_up(thread)


def end_by_stop(kernel: Kernel, task: Task) -> None:
    """End a call that waits if a stop does; then the mask that it had for the wait is over, too."""
    waits = bool(task.in_call)
    interrupt_call(kernel, task, None)
    if waits and not task.in_call and task.saved_mask is not None:
        task.blocked, task.saved_mask = task.saved_mask, None
