"""Signals: sending, and what happens on the way back to user mode (Linux: kernel/signal.c; signal(7)).

A signal waits in the thread's `pending` or in the process's. When a task is about to run user code, the lowest
pending one that is not blocked is taken: ignored, fatal, or a call of the program's handler (sigframe).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emu.kernel import fault_card, jobctl, process, sigframe
from emu.kernel.errno import EINTR
from emu.kernel.mm.alloc import OutOfMemory
from emu.kernel.task import RUNNING

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

NAMES = (
    "0 HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG "
    "XCPU XFSZ VTALRM PROF WINCH IO PWR SYS"
).split()
FIRST_REAL_TIME = 32
SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGKILL, SIGUSR1, SIGSEGV, SIGUSR2 = range(1, 13)
SIGPIPE, SIGALRM, SIGTERM, SIGSTKFLT, SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG = range(13, 24)
NSIG = 64
SIG_DFL, SIG_IGN = 0, 1
IGNORED_BY_DEFAULT = frozenset((SIGCHLD, SIGCONT, SIGURG, 28))
STOPS = frozenset((SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU))
UNBLOCKABLE = 1 << (SIGKILL - 1) | 1 << (SIGSTOP - 1)
SI_USER, SI_KERNEL, SI_TKILL, SI_TIMER = 0, 128, -6, -2
SEGV_MAPERR, SEGV_ACCERR, BUS_ADRALN, BUS_ADRERR, ILL_ILLOPC, TRAP_BRKPT = 1, 2, 1, 2, 1, 1
SA_NOCLDSTOP, SA_NOCLDWAIT, SA_SIGINFO, SA_ONSTACK, SA_RESTART, SA_NODEFER, SA_RESETHAND = (
    1,
    2,
    4,
    0x08000000,
    0x10000000,
    0x40000000,
    0x80000000,
)


@dataclass(slots=True)
class SigAction:
    """struct kernel_sigaction: what a process wants done about a signal."""

    handler: int = SIG_DFL
    flags: int = 0
    mask: int = 0


@dataclass(slots=True)
class SigInfo:
    """siginfo_t: where a signal came from. `addr` for faults, else pid and uid of the sender (of a timer its number and
    overrun), and a child's status or the `value` that was sent along.
    """

    number: int
    code: int = SI_USER
    addr: int = 0
    pid: int = 0
    uid: int = 0
    status: int = 0
    fault: bool = False
    value: int = 0
    cause: int | None = None  # the trap behind a fault, for the fault card


DEFAULT = SigAction()


def name_of(number: int) -> str:
    """`SIGSEGV` for 11, `SIGRT_1` for the second of the real-time signals, as strace has it."""
    if 0 < number < len(NAMES):
        return f"SIG{NAMES[number]}"
    return "SIGRTMIN" if number == FIRST_REAL_TIME else f"SIGRT_{number - FIRST_REAL_TIME}"


def bit(number: int) -> int:
    return 1 << (number - 1)


def ignored(task: Task, number: int) -> bool:
    """Whether the signal would have no effect now."""
    handler = task.process.actions.get(number, DEFAULT).handler
    return handler == SIG_IGN or (handler == SIG_DFL and number in IGNORED_BY_DEFAULT)


def send(kernel: Kernel, task: Task, info: SigInfo, to_thread: bool = False) -> None:
    """Make a signal pending for a thread or its process, and wake who can take it."""
    process, number = task.process, info.number
    if number in STOPS:
        process.pending.pop(SIGCONT, None)
    elif number == SIGCONT:
        for stop in STOPS:
            process.pending.pop(stop, None)
    if number in (SIGCONT, SIGKILL):
        jobctl.resume(kernel, process, number == SIGCONT)
    blocked_everywhere = all(thread.blocked & bit(number) for thread in process.threads)
    if ignored(task, number) and not blocked_everywhere:
        return
    (task.pending if to_thread else process.pending).setdefault(number, info)
    if kernel.tracer is not None:
        name = name_of(number)
        kernel.tracer.emit(kernel, "signal_send", number=number, name=name, target=task.pid, sender=info.pid)
    for thread in [task] if to_thread else [task, *process.threads]:
        if (not thread.blocked & bit(number) or thread.awaited & bit(number)) and thread.state != "zombie":
            kernel.sched.wake_up(thread)
            if thread.state == RUNNING:
                kernel.kicked = kernel.need_resched = True
            return


def force(kernel: Kernel, task: Task, number: int, code: int, addr: int, cause: int) -> None:
    """A fault's signal: it can't be blocked or ignored; then it kills."""
    action = task.process.actions.get(number, DEFAULT)
    if task.blocked & bit(number) or action.handler == SIG_IGN:
        task.process.actions[number] = SigAction()
        task.blocked &= ~bit(number)
    task.pending[number] = SigInfo(number, code, addr, fault=True, cause=cause)


def next_pending(task: Task) -> SigInfo | None:
    """Take out the lowest pending signal that is not blocked; a fault's own first."""
    for queue in (task.pending, task.process.pending):
        ready = [number for number in queue if not task.blocked & bit(number)]
        if ready:
            return queue.pop(min(ready, key=lambda number: (not queue[number].fault, number)))
    return None


def take(task: Task, mask: int) -> SigInfo | None:
    """Take out a pending signal of a set, blocked or not (sigtimedwait)."""
    for queue in (task.pending, task.process.pending):
        for number in sorted(queue):
            if mask & bit(number):
                return queue.pop(number)
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
    while task.cpu >= 0 and (info := next_pending(task)) is not None:
        action = task.process.actions.get(info.number, DEFAULT)
        if kernel.tracer is not None:
            what = {"code": info.code, "address": info.addr, "action": effect(info.number, action)}
            what |= {"sender": info.pid, "uid": info.uid, "status": info.status}
            kernel.tracer.emit(kernel, "signal", task.pid, number=info.number, name=name_of(info.number), **what)
        if action.handler == SIG_IGN or (action.handler == SIG_DFL and info.number in IGNORED_BY_DEFAULT):
            continue
        if action.handler == SIG_DFL:
            default_action(kernel, task, info)
            continue
        interrupt_call(kernel, task, action)
        if not sigframe.setup(kernel, task, action, info):
            die(kernel, task, SigInfo(SIGSEGV, SI_KERNEL))
    if task.cpu >= 0 and task.saved_mask is not None:
        task.blocked, task.saved_mask = task.saved_mask, None


def effect(number: int, action: SigAction) -> str:
    """What delivering a signal does: ignore, stop, kill or handler."""
    if action.handler == SIG_IGN or (action.handler == SIG_DFL and number in IGNORED_BY_DEFAULT):
        return "ignore"
    if action.handler == SIG_DFL:
        return "stop" if number in STOPS else "kill"
    return "handler"


def default_action(kernel: Kernel, task: Task, info: SigInfo) -> None:
    if info.number in STOPS:
        jobctl.stop(kernel, task.process, info.number)
    else:
        die(kernel, task, info)


def die(kernel: Kernel, task: Task, info: SigInfo) -> None:
    """A fatal signal ends the whole process; of a fault the card is kept."""
    if info.fault:
        kernel.card = fault_card.make(kernel, task, info)
        kernel.log(f"{task.comm}[{task.pid}]: {name_of(info.number)} {kernel.card.headline}")
    process.kill_group(kernel, task, info.number)


def drop_restart(task: Task) -> None:
    """Forget what a waiting call remembers; some of it must be undone."""
    cancel = getattr(task.restart, "cancel", None)
    task.restart = None
    if cancel is not None:
        cancel()


def interrupt_call(kernel: Kernel, task: Task, action: SigAction) -> None:
    """A handler will run while a system call waits: the call ends with what it has done, fails with EINTR, or is
    executed again from its start after the handler.
    """
    if not task.in_call:
        return
    settled = getattr(task.restart, "settled", None)
    if settled is not None or task.in_call == "eintr" or not action.flags & SA_RESTART:
        hart = kernel.harts[task.cpu]
        hart.x[10] = -EINTR if settled is None else settled
        hart.pc += 4
        if task.on_interrupt and settled is None:
            task.on_interrupt()
    drop_restart(task)
    task.in_call, task.on_interrupt = "", None
