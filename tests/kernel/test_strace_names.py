"""Names and orders of flags as strace 6.1 writes them on a real Linux: each expectation was read off its log."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from kernel_fake import BSS, Guest

from emu.kernel.siginfo import name_of
from emu.kernel.strace import flags
from emu.kernel.strace.log import Strace

BUF = BSS + 0x800

SCHED = (
    "sched_policy=SCHED_OTHER, sched_flags=0, sched_nice=0, sched_priority=0, sched_runtime=0, sched_deadline=0, "
    "sched_period=0"
)
LINES: list[tuple[str, tuple[Any, ...], str]] = [
    ("futex", (BUF, 6 | 128, 7, 0, 0, 0), f"futex({BUF:#x}, FUTEX_LOCK_PI_PRIVATE, NULL) = "),
    ("futex", (BUF, 7 | 128, 7, 0, 0, 0), f"futex({BUF:#x}, FUTEX_UNLOCK_PI_PRIVATE) = "),
    ("futex", (BUF, 8, 7, 0, 0, 0), f"futex({BUF:#x}, FUTEX_TRYLOCK_PI) = "),
    ("futex", (BUF, 10, 7, 0, 0, 0xFFFFFFFF), f"futex({BUF:#x}, FUTEX_WAKE_BITSET, 7, FUTEX_BITSET_MATCH_ANY) = 0"),
    ("futex", (BUF, 10, 7, 0, 0, 5), f"futex({BUF:#x}, FUTEX_WAKE_BITSET, 7, 0x5) = 0"),
    ("futex", (BUF, 4, 1, 2, BUF, 3), f"futex({BUF:#x}, FUTEX_CMP_REQUEUE, 1, 2, {BUF:#x}, 3) = -1 EAGAIN "),
    ("kill", (77, 34), "kill(77, SIGRT_2) = "),
    ("kill", (77, 32), "kill(77, SIGRTMIN) = "),
    ("rt_sigprocmask", (0, BUF, 0, 8), "rt_sigprocmask(SIG_BLOCK, [RT_1 RT_32], NULL, 8) = 0"),
    ("prlimit64", (0, 7, 0, BUF), "prlimit64(0, RLIMIT_NOFILE, NULL, {rlim_cur=1024, rlim_max=4*1024}) = 0"),
    ("personality", (0xFFFFFFFF,), "personality(0xffffffff) = "),
    ("fcntl", (0, 9, 0), "fcntl(0, F_GETOWN) = 0"),
    ("fcntl", (0, 16, BUF), "fcntl(0, F_GETOWN_EX, {type=F_OWNER_TID, pid=0}) = 0"),
    ("fcntl", (0, 16, 8), "fcntl(0, F_GETOWN_EX, 0x8) = -1 EFAULT (Bad address)"),
    ("fcntl", (0, 15, BUF + 8), "fcntl(0, F_SETOWN_EX, {type=F_OWNER_TID, pid=0}) = 0"),
    ("fcntl", (0, 10, 10), "fcntl(0, F_SETSIG, SIGUSR1) = "),
    ("fcntl", (0, 11, 0), "fcntl(0, F_GETSIG) = 0"),
    (
        "sched_getattr",
        (0, BUF, 48, 0),
        f"sched_getattr(0, {{size=48, {SCHED}}}, 48, 0) = 0",
    ),
    (
        "sched_getattr",
        (0, BUF, 56, 0),
        f"sched_getattr(0, {{size=56, {SCHED}, sched_util_min=0, sched_util_max=1024}}, 56, 0) = 0",
    ),
    ("sched_getattr", (0, BUF, 5, 0), f"sched_getattr(0, {BUF:#x}, 5, 0) = -1 EINVAL (Invalid argument)"),
    ("sched_setattr", (0, BUF + 8, 0), f"sched_setattr(0, {{size=0, {SCHED}}}, 0) = 0"),
    ("clone3", (BUF + 8, 8), f"clone3({BUF + 8:#x}, 8) = -1 EINVAL (Invalid argument)"),
    ("prctl", (38, 1, 0, 0, 0), "prctl(PR_SET_NO_NEW_PRIVS, 0x1) = "),
]


def logged(guest: Guest, name: str, *args: Any) -> str:
    """What one call is logged as."""
    lines: list[str] = []
    Strace(guest.kernel, lines.append).listen()
    guest.call(name, *args)
    return "".join(lines)


@pytest.mark.parametrize(("name", "args", "expected"), LINES, ids=[f"{n}-{row[0]}" for n, row in enumerate(LINES)])
def test_line(name: str, args: tuple[Any, ...], expected: str) -> None:
    """One call, one line."""
    guest = Guest(64, ram=4 << 20)
    guest.store(BUF, struct.pack("<Q", 1 << 63 | 1 << 32))
    line = logged(guest, name, *args)
    assert line.startswith(expected) and line.endswith("\n"), line


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("O", 0o4010002, "O_RDWR|O_SYNC"),
        ("O", 0o10001, "O_WRONLY|O_DSYNC"),
        ("O", 0x418002, "O_RDWR|O_LARGEFILE|O_TMPFILE"),
        ("O", 0x98800, "O_RDONLY|O_NONBLOCK|O_LARGEFILE|O_CLOEXEC|O_DIRECTORY"),
        ("O", 0x29C01, "O_WRONLY|O_APPEND|O_NONBLOCK|O_DSYNC|O_LARGEFILE|O_NOFOLLOW"),
        ("ACCESS", 7, "R_OK|W_OK|X_OK"),
        ("ACCESS", 0, "F_OK"),
        ("STATX", 0x7FF, "STATX_BASIC_STATS"),
        ("STATX", 0x17FF, "STATX_BASIC_STATS|STATX_MNT_ID"),
        ("STATX", 3, "STATX_TYPE|STATX_MODE"),
        ("SA", 0x18000004, "SA_ONSTACK|SA_RESTART|SA_SIGINFO"),
        ("CLONE", 0x400100, "CLONE_VM|0x400000"),
    ],
)
def test_flags(kind: str, value: int, expected: str) -> None:
    """A name of several bits takes them all; what has no name is a number at the end."""
    assert flags.names(kind, value) == expected


def test_a_name_is_text() -> None:
    """PR_SET_NAME gives one, PR_GET_NAME shows it when it is there."""
    guest = Guest(64, ram=4 << 20)
    guest.store(BUF, b"worker\0")
    assert logged(guest, "prctl", 15, BUF, 0, 0, 0) == 'prctl(PR_SET_NAME, "worker") = 0\n'
    assert logged(guest, "prctl", 16, BUF + 64, 0, 0, 0) == 'prctl(PR_GET_NAME, "worker") = 0\n'
    assert logged(guest, "prctl", 16, 8, 0, 0, 0) == "prctl(PR_GET_NAME, 0x8) = -1 EFAULT (Bad address)\n"


def test_statx_says_how_it_asks() -> None:
    """0 has a name."""
    guest = Guest(64, ram=4 << 20)
    guest.store(BUF, b"/none\0")
    for value, text in ((0, "AT_STATX_SYNC_AS_STAT"), (0x4000, "AT_STATX_DONT_SYNC")):
        assert f'"/none", {text}, STATX_TYPE, ' in logged(guest, "statx", -100, BUF, value, 1, BUF + 64)


def test_names_of_signals() -> None:
    """The real-time ones are counted from the first."""
    assert [name_of(n) for n in (11, 31, 32, 33, 64)] == ["SIGSEGV", "SIGSYS", "SIGRTMIN", "SIGRT_1", "SIGRT_32"]
