"""Signals by number and name, what is known of one (SigInfo), what is to be done about one (SigAction); signal(7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

NAMES = (
    "0 HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG "
    "XCPU XFSZ VTALRM PROF WINCH IO PWR SYS"
).split()
FIRST_REAL_TIME = 32
SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGKILL, SIGUSR1, SIGSEGV, SIGUSR2 = range(1, 13)
SIGPIPE, SIGALRM, SIGTERM, SIGSTKFLT, SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG = range(13, 24)
SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF = range(24, 28)
NSIG = 64
SIG_DFL, SIG_IGN = 0, 1
IGNORED_BY_DEFAULT = frozenset((SIGCHLD, SIGCONT, SIGURG, 28))
STOPS = frozenset((SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU))
UNBLOCKABLE = 1 << (SIGKILL - 1) | 1 << (SIGSTOP - 1)
SI_USER, SI_KERNEL, SI_QUEUE, SI_TIMER, SI_MESGQ, SI_TKILL = 0, 128, -1, -2, -3, -6
SEGV_MAPERR, SEGV_ACCERR, BUS_ADRALN, BUS_ADRERR, ILL_ILLOPC, TRAP_BRKPT = 1, 2, 1, 2, 1, 1
CLD_EXITED, CLD_KILLED, CLD_DUMPED, CLD_TRAPPED, CLD_STOPPED, CLD_CONTINUED = range(1, 7)
SIGEV_SIGNAL, SIGEV_NONE, SIGEV_THREAD_ID = 0, 1, 4
SA_NOCLDSTOP, SA_NOCLDWAIT, SA_SIGINFO = 1, 2, 4
SA_ONSTACK, SA_RESTART, SA_NODEFER, SA_RESETHAND = 0x08000000, 0x10000000, 0x40000000, 0x80000000


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
    timer: Any = None  # what is told when a timer's signal leaves the queue


DEFAULT = SigAction()
Pending = dict[int, list[SigInfo]]  # what waits, by number, the first come first (Linux: struct sigpending)


def name_of(number: int) -> str:
    """`SIGSEGV` for 11, `SIGRT_1` for the second of the real-time signals, as strace has it."""
    if 0 < number < len(NAMES):
        return f"SIG{NAMES[number]}"
    return "SIGRTMIN" if number == FIRST_REAL_TIME else f"SIGRT_{number - FIRST_REAL_TIME}"


def told(info: SigInfo) -> dict[str, int | str]:
    """What tracepoints tell of a signal."""
    sender = {"sender": info.pid, "uid": info.uid, "status": info.status, "value": info.value}
    return {"number": info.number, "name": name_of(info.number), "code": info.code, "address": info.addr} | sender


def bit(number: int) -> int:
    """A signal in a mask: signal 1 is bit 0."""
    return 1 << (number - 1)


def first_of(queue: Pending, number: int) -> SigInfo:
    """Take out the signal of this number that came first."""
    infos = queue[number]
    found = infos.pop(0)
    if not infos:
        del queue[number]
    if found.timer is not None:
        found.timer.taken(found)
    return found
