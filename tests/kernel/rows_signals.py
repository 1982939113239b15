"""Rows of the calls about signals, time and futexes."""

from __future__ import annotations

import struct
from typing import Any

from kernel_fake import BSS, Guest
from rows_common import BUF, UNMAPPED, Args, Row, after, child, data, user

BILLION = 10**9
USR1 = 1 << 9  # the bit of SIGUSR1


def blocked(guest: Guest, mask: int = USR1) -> None:
    """Block signals."""
    guest.store(BUF + 0x80, struct.pack("<Q", mask))
    guest.ok("rt_sigprocmask", 0, BUF + 0x80, 0, 8)


def pending(guest: Guest) -> None:
    """SIGUSR1 is pending and blocked."""
    blocked(guest)
    guest.ok("kill", 1, 10)


def no_xfsz(guest: Guest) -> None:
    """SIGXFSZ is blocked."""
    blocked(guest, 1 << 24)


def queue(guest: Guest, number: int = 40, value: int = 0) -> None:
    """Send oneself a signal with a value."""
    code = "<iiiiIIQ" if guest.xlen == 64 else "<iiiIII"
    fields = (number, 0, -1, 0, 1, 0, value) if guest.xlen == 64 else (number, 0, -1, 1, 0, value)
    guest.store(BUF + 0x80, struct.pack(code, *fields))
    guest.ok("rt_sigqueueinfo", 1, number, BUF + 0x80)


def few_signals(guest: Guest) -> None:
    """Two signals may be queued, and all are blocked."""
    blocked(guest, (1 << 64) - 1)
    guest.task.process.rlimits[11] = [2, 2]


def handled(guest: Guest) -> None:
    """SIGUSR1 has a handler."""
    guest.store(BUF + 0x80, struct.pack("<QQQ" if guest.xlen == 64 else "<IIQ", 0x10200, 0, 0))
    guest.ok("rt_sigaction", 10, BUF + 0x80, 0, 8)


def altstack(flags: int, size: int) -> Args:
    """(a stack_t, no old one)."""

    def prepare(guest: Guest) -> tuple[Any, ...]:
        wide = guest.xlen == 64
        return data("LiiL" if wide else "LiL", *((BSS, flags, 0, size) if wide else (BSS, flags, size)), rest=(0,))(
            guest
        )

    return prepare


def itimer(*fields: int, rest: int = 0) -> Args:
    """(ITIMER_REAL, a struct itimerval, the old one)."""
    return lambda g: data("4q" if g.xlen == 64 else "4i", *fields, before=(0,), rest=(rest,))(g)


ROWS: list[Row] = [
    ("rt_sigaction", data("LLQ", 0x10200, 0, 0, before=(10,), rest=(0, 8)), 0),
    ("rt_sigaction", (10, 0, BUF, 8), 0),
    ("rt_sigaction", (9, 0, BUF, 8), 0),
    ("rt_sigaction", (19, BUF, 0, 8), "EINVAL"),
    ("rt_sigaction", (10, 0, UNMAPPED, 8), "EFAULT"),
    ("rt_sigprocmask", data("Q", USR1, before=(0,), rest=(0, 8)), lambda g, r: g.task.blocked == USR1),
    (
        "rt_sigprocmask",
        data("Q", (1 << 64) - 1, before=(2,), rest=(0, 8)),
        lambda g, r: not g.task.blocked & (1 << 8 | 1 << 18),
    ),
    ("rt_sigprocmask", (99, 0, BUF, 8), 0),  # without a new mask `how` means nothing
    ("rt_sigprocmask", (0, UNMAPPED, 0, 8), "EFAULT"),
    ("rt_sigpending", after(pending, args=(BUF, 8)), lambda g, r: g.word_at(BUF) == USR1),
    ("rt_sigpending", (BUF, 9), "EINVAL"),
    ("rt_sigpending", (UNMAPPED, 8), "EFAULT"),
    ("rt_sigreturn", after(lambda g: g.hart.x.__setitem__(2, UNMAPPED)), "dead"),  # no frame there
    ("rt_sigsuspend", data("Q", 0, rest=(8,)), "asleep"),
    ("rt_sigsuspend", after(handled, pending, args=data("Q", 0, rest=(8,))), lambda g, r: g.hart.pc == 0x10200),
    ("rt_sigsuspend", (BUF, 4), "EINVAL"),
    ("rt_sigsuspend", (UNMAPPED, 8), "EFAULT"),
    (
        "rt_sigtimedwait",
        after(pending, args=data("Q", USR1, rest=(BUF + 8, 0, 8))),
        lambda g, r: r == 10 and g.word_at(BUF + 8, 4) == 10,
    ),
    ("rt_sigtimedwait", data("Qqq", USR1, 0, 0, rest=(0, BUF + 8, 8)), "EAGAIN"),
    ("rt_sigtimedwait", data("Qqq", USR1, 0, BILLION, rest=(0, BUF + 8, 8)), "EINVAL"),
    ("rt_sigtimedwait", data("Q", USR1, rest=(0, 0, 8)), "asleep"),
    ("rt_sigtimedwait", (BUF, 0, 0, 4), "EINVAL"),
    ("rt_sigtimedwait", (UNMAPPED, 0, 0, 8), "EFAULT"),
    ("rt_sigtimedwait", (BUF, 0, UNMAPPED, 8), "EFAULT"),
    ("rt_sigtimedwait", after(pending, args=data("Q", USR1, rest=(UNMAPPED, 0, 8))), "EFAULT"),
    ("rt_sigqueueinfo", after(blocked, args=data("iii", 10, 0, -1, before=(1, 10))), 0),
    ("rt_sigqueueinfo", data("iii", 10, 0, -1, before=(99, 10)), "ESRCH"),
    ("rt_sigqueueinfo", data("iii", 10, 0, -1, before=(1, 65)), "EINVAL"),
    ("rt_sigqueueinfo", (1, 10, UNMAPPED), "EFAULT"),
    ("rt_sigqueueinfo", after(few_signals, queue, queue, args=data("iii", 40, 0, -1, before=(1, 40))), "EAGAIN"),
    ("rt_sigqueueinfo", after(few_signals, queue, queue, args=data("iii", 10, 0, -1, before=(1, 10))), 0),
    ("rt_tgsigqueueinfo", after(blocked, args=data("iii", 10, 0, -1, before=(1, 1, 10))), 0),
    ("rt_tgsigqueueinfo", data("iii", 10, 0, -1, before=(2, 1, 10)), "ESRCH"),
    ("rt_tgsigqueueinfo", data("iii", 10, 0, -1, before=(1, 0, 10)), "EINVAL"),
    ("rt_tgsigqueueinfo", data("iii", 10, 0, -1, before=(1, 1, 65)), "EINVAL"),
    ("rt_tgsigqueueinfo", lambda g: (child(g), 2, *data("iii", 10, 0, 0, before=(10,))(g)), "EPERM"),
    ("rt_tgsigqueueinfo", (1, 1, 10, UNMAPPED), "EFAULT"),
    ("rt_sigqueueinfo", lambda g: (child(g), *data("iii", 10, 0, 0, before=(10,))(g)), "EPERM"),
    ("sigaltstack", altstack(0, 4096), 0),
    ("sigaltstack", altstack(0, 100), "ENOMEM"),
    ("sigaltstack", altstack(64, 4096), "EINVAL"),
    ("sigaltstack", altstack(3, 4096), "EINVAL"),
    ("sigaltstack", altstack(-1 << 31, 4096), 0),  # SS_AUTODISARM
    ("sigaltstack", (0, BUF), 0),
    ("sigaltstack", (UNMAPPED, 0), "EFAULT"),
    ("sigaltstack", (0, UNMAPPED), "EFAULT"),
    ("kill", after(blocked, args=(0, 10)), 0),
    ("kill", lambda g: (child(g), 9), 0),
    ("kill", (-1, 0), "ESRCH"),  # nobody else is there
    ("kill", after(child, args=(-1, 0)), 0),
    ("kill", (-99, 10), "ESRCH"),
    ("kill", (1, -1), "EINVAL"),
    ("kill", after(child, user, args=(2, 10)), "EPERM"),
    ("kill", after(few_signals, queue, queue, args=(1, 41)), 0),  # beyond the limit only that it came is kept
    ("kill", (1, 9), "dead"),
    ("tkill", after(blocked, args=(1, 10)), 0),
    ("tkill", (99, 10), "ESRCH"),
    ("tkill", (0, 10), "EINVAL"),
    ("tkill", (1, 65), "EINVAL"),
    ("tkill", after(child, user, args=(2, 10)), "EPERM"),
    ("tgkill", after(blocked, args=(1, 1, 10)), 0),
    ("tgkill", (99, 1, 10), "ESRCH"),
    ("tgkill", (1, -1, 10), "EINVAL"),
    ("tgkill", (1, 1, 65), "EINVAL"),
    ("tgkill", after(child, user, args=(2, 2, 10)), "EPERM"),
    # clocks
    *[("clock_gettime", (clock, BUF), 0) for clock in (*range(8), 11)],
    ("clock_gettime", (-1, BUF), "EINVAL"),  # no such kind of CPU time
    *[("clock_getres", (clock, BUF), 0) for clock in range(8)],
    # of CPU time: ~pid << 3 | (4: of a thread) | 2
    *[("clock_gettime", (clock, BUF), 0) for clock in (-6, -2, -14, -10, ~1 << 3 | 6)],  # own, or of pid 1
    ("clock_gettime", (~99 << 3 | 2, BUF), "EINVAL"),
    ("clock_gettime", lambda g: (~child(g) << 3 | 6, BUF), "EINVAL"),  # a thread of another process
    ("clock_getres", (~1 << 3 | 2, BUF), 0),
    ("clock_nanosleep", data("qq", 0, 5, before=(2, 0), rest=(0,)), "asleep"),
    ("clock_nanosleep", data("qq", 0, 5, before=(~1 << 3 | 6, 0), rest=(0,)), "EINVAL"),  # one's own
    ("clock_getres", (0, 0), 0),
    ("clock_getres", (99, 0), "EINVAL"),
    ("clock_getres", (0, UNMAPPED), "EFAULT"),
    ("clock_settime", after(user, args=data("qq", 1, 0, before=(0,))), "EPERM"),
    ("clock_settime", data("qq", 1, 0, before=(1,)), "EINVAL"),
    ("clock_settime", data("qq", 1, BILLION, before=(0,)), "EINVAL"),
    ("clock_settime", (0, UNMAPPED), "EFAULT"),
    ("clock_nanosleep", data("qq", 0, 5, before=(1, 0), rest=(0,)), "asleep"),
    ("clock_nanosleep", data("qq", 0, 0, before=(1, 0), rest=(0,)), 0),
    ("clock_nanosleep", data("qq", 0, 0, before=(1, 1), rest=(0,)), 0),
    ("clock_nanosleep", data("qq", 0, 0, before=(3, 0), rest=(0,)), "EINVAL"),
    ("clock_nanosleep", data("qq", 0, 0, before=(99, 0), rest=(0,)), "EINVAL"),
    ("clock_nanosleep", data("qq", -1, 0, before=(1, 0), rest=(0,)), "EINVAL"),
    ("clock_nanosleep", data("qq", 0, BILLION, before=(1, 0), rest=(0,)), "EINVAL"),
    ("clock_nanosleep", (1, 0, UNMAPPED, 0), "EFAULT"),
    ("nanosleep", data("qq", 0, 5, rest=(0,)), "asleep"),
    ("nanosleep", data("qq", 0, 0, rest=(UNMAPPED,)), 0),
    ("nanosleep", data("qq", 0, -1, rest=(0,)), "EINVAL"),
    ("nanosleep", data("qq", -1, 0, rest=(0,)), "EINVAL"),
    ("gettimeofday", (BUF, BUF + 16), 0),
    ("gettimeofday", (0, 0), 0),
    ("gettimeofday", (0, UNMAPPED), "EFAULT"),
    ("getitimer", (0, BUF), 0),
    ("getitimer", (1, BUF), 0),
    ("getitimer", (3, BUF), "EINVAL"),
    ("getitimer", (0, UNMAPPED), "EFAULT"),
    ("setitimer", itimer(1, 0, 1, 0, rest=BUF + 64), 0),
    *[("setitimer", lambda g, n=n: (n, *itimer(1, 0, 1, 0, rest=BUF + 64)(g)[1:]), 0) for n in (1, 2)],
    ("setitimer", itimer(0, 0, 0, 10**6, rest=0), "EINVAL"),
    ("setitimer", itimer(0, 0, -1, 0, rest=0), "EINVAL"),
    ("setitimer", (3, BUF, 0), "EINVAL"),
    ("setitimer", (0, UNMAPPED, 0), "EFAULT"),
    ("setitimer", (0, 0, UNMAPPED), "EFAULT"),
    # futexes: WAIT, WAKE, REQUEUE, CMP_REQUEUE, WAKE_OP, WAIT_BITSET, WAKE_BITSET
    ("futex", data("I", 5, rest=(0, 5, 0, 0, 0)), "asleep"),
    ("futex", data("I", 5, rest=(0, 6, 0, 0, 0)), "EAGAIN"),
    ("futex", data("Iiqq", 5, 0, 0, 0, rest=(0, 5, BUF + 8, 0, 0)), "ETIMEDOUT"),
    ("futex", data("Iiqq", 5, 0, 0, BILLION, rest=(0, 5, BUF + 8, 0, 0)), "EINVAL"),
    ("futex", data("Iiqq", 5, 0, -1, 0, rest=(0, 5, BUF + 8, 0, 0)), "EINVAL"),
    ("futex", (BUF + 1, 0, 0, 0, 0, 0), "EINVAL"),
    ("futex", (UNMAPPED, 0, 0, 0, 0, 0), "EFAULT"),
    ("futex", (UNMAPPED, 128, 0, 0, 0, 0), "EFAULT"),
    ("futex", (BUF, 0, 0, UNMAPPED, 0, 0), "EFAULT"),
    ("futex", (BUF, 1, 1, 0, 0, 0), 0),
    ("futex", (BUF, 0x201, 1, 0, 0, 0), "ENOSYS"),  # no command, with a bit that is no flag
    ("futex", (BUF + 2, 1, 1, 0, 0, 0), "EINVAL"),
    ("futex", (UNMAPPED, 1, 1, 0, 0, 0), "EFAULT"),
    ("futex", (BUF, 3, 1, 1, BUF + 4, 0), 0),
    ("futex", (BUF, 3, -1, 1, BUF + 4, 0), "EINVAL"),
    ("futex", (BUF, 3, 1, -1, BUF + 4, 0), "EINVAL"),
    ("futex", data("I", 5, rest=(4, 1, 1, BUF + 4, 5)), 0),
    ("futex", data("I", 5, rest=(4, 1, 1, BUF + 4, 6)), "EAGAIN"),
    ("futex", (BUF, 4, 1, 1, UNMAPPED, 0), "EFAULT"),
    ("futex", (BUF, 5, 1, 1, BUF + 4, 0), 0),
    ("futex", (BUF, 5, 1, 1, BUF + 4, 0x70000000), "ENOSYS"),
    ("futex", data("I", 5, rest=(9, 5, 0, 0, 0)), "EINVAL"),  # no bit at all
    ("futex", data("I", 5, rest=(9, 5, 0, 0, 1)), "asleep"),
    ("futex", (BUF, 10, 1, 0, 0, 0), "EINVAL"),
    ("futex", (BUF, 10, 1, 0, 0, 1), 0),
    # LOCK_PI, UNLOCK_PI, TRYLOCK_PI, LOCK_PI2
    ("futex", data("I", 0, rest=(6, 0, 0, 0, 0)), lambda g, r: r == 0 and g.word_at(BUF, 4) == 1),
    ("futex", data("I", 1 << 30, rest=(6, 0, 0, 0, 0)), lambda g, r: g.word_at(BUF, 4) == 1 << 30 | 1),
    ("futex", data("I", 1, rest=(6, 0, 0, 0, 0)), "EDEADLK"),
    ("futex", data("I", 99, rest=(6, 0, 0, 0, 0)), "ESRCH"),
    ("futex", after(child, args=data("I", 2, rest=(6, 0, 0, 0, 0))), "asleep"),
    ("futex", after(child, args=data("Iiqq", 2, 0, 0, 0, rest=(6, 0, BUF + 8, 0, 0))), "ETIMEDOUT"),
    ("futex", after(child, args=data("Iiqq", 2, 0, 0, BILLION, rest=(13, 0, BUF + 8, 0, 0))), "EINVAL"),
    ("futex", (BUF + 1, 6, 0, 0, 0, 0), "EINVAL"),
    ("futex", (UNMAPPED, 6, 0, 0, 0, 0), "EFAULT"),
    ("futex", data("I", 1, rest=(7, 0, 0, 0, 0)), lambda g, r: r == 0 and g.word_at(BUF, 4) == 0),
    ("futex", data("I", 2, rest=(7, 0, 0, 0, 0)), "EPERM"),
    ("futex", (UNMAPPED, 7, 0, 0, 0, 0), "EFAULT"),
    ("futex", data("I", 0, rest=(8, 0, 0, 0, 0)), lambda g, r: r == 0 and g.word_at(BUF, 4) == 1),
    ("futex", after(child, args=data("I", 2, rest=(8, 0, 0, 0, 0))), "EAGAIN"),
    ("futex", (BUF, 11, 0, 0, BUF + 4, 0), "ENOSYS"),
    ("futex", (BUF, 99, 0, 0, 0, 0), "ENOSYS"),
    ("futex", (BUF, 257, 1, 0, 0, 0), "ENOSYS"),  # CLOCK_REALTIME of a wake
]
