"""What the tables of system calls share: places in the guest's memory, and how arguments are written in a row.

A row is (call, arguments, expected). Arguments are numbers, or a function of the guest that prepares something and
gives them; Off(n) is a 64-bit number, which takes two registers on RV32. Expected is an errno's name, a number, "ok"
(anything but an error), "dead" (the process ends), "asleep" (it waits), or a function (guest, result) -> bool.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from kernel_fake import BASE, BSS, Guest

from emu.kernel.syscall.numbers import NAMES

UNMAPPED = 0x600000
TEXT = BASE  # mapped, read-only
KERNEL_HALF = -4096
BUF = BSS + 0x800
AT = -100
Args = tuple[Any, ...] | Callable[[Guest], tuple[Any, ...]]
Expected = str | int | Callable[[Guest, int], bool]
Row = tuple[str, Args, Expected]

# RV64's name -> RV32's, where the call has the same arguments
SUFFIXES = {
    "64": (
        "fcntl",
        "ftruncate",
        "truncate",
        "clock_gettime",
        "clock_settime",
        "sendfile",
        "timerfd_gettime",
        "timerfd_settime",
        "timer_gettime",
        "timer_settime",
    ),
    "_64": ("fadvise64",),
    "2": ("mmap",),
    "_time64": (
        "clock_getres",
        "clock_nanosleep",
        "utimensat",
        "pselect6",
        "ppoll",
        "rt_sigtimedwait",
        "futex",
        "sched_rr_get_interval",
        "recvmmsg",
        "semtimedop",
        "mq_timedsend",
        "mq_timedreceive",
    ),
}
ON_RV32 = {name: name + suffix for suffix, names in SUFFIXES.items() for name in names}


class Off(int):
    """A 64-bit argument."""


def name_on(name: str, xlen: int) -> str | None:
    """The call's name at this width; None where there is none."""
    name = ON_RV32.get(name, name) if xlen == 32 else name
    return name if name in NAMES[xlen].values() else None


def arguments(guest: Guest, args: Args) -> list[int]:
    """The registers of a row."""
    values: list[int] = []
    for value in args(guest) if callable(args) else args:
        values.append(value)
        if isinstance(value, Off) and guest.xlen == 32:
            values.append(int(value) >> 32)
    return values


# -- how rows prepare things ------------------------------------------------------------------------------------------
def path(text: str, *rest: Any) -> Callable[[Guest], tuple[Any, ...]]:
    """(AT_FDCWD, address of the text, …)."""
    return lambda guest: (AT, guest.string(text), *rest)


def name(text: str, *rest: Any) -> Callable[[Guest], tuple[Any, ...]]:
    """(address of the text, …)."""
    return lambda guest: (guest.string(text), *rest)


def two(first: str, second: str, *rest: Any) -> Callable[[Guest], tuple[Any, ...]]:
    """(AT_FDCWD, first, AT_FDCWD, second, …)."""
    return lambda g: (AT, g.string(first), AT, g.string(second, BSS + 0x400), *rest)


def fd(text: str, flags: int, *rest: Any) -> Callable[[Guest], tuple[Any, ...]]:
    """(a fresh descriptor of the file, …)."""
    return lambda guest: (guest.open(text, flags), *rest)


def after(*calls: tuple[Any, ...], args: Args = ()) -> Callable[[Guest], tuple[Any, ...]]:
    """The arguments, after other calls that must succeed: (name, arguments …), a function of the guest, or its
    arguments' function.
    """

    def prepare(guest: Guest) -> tuple[Any, ...]:
        for call in calls:
            if callable(call):
                call(guest)
            else:
                first, *rest = call
                more = rest[0](guest) if rest and callable(rest[0]) else rest
                guest.ok(name_on(first, guest.xlen) or first, *arguments(guest, tuple(more)))
        return args(guest) if callable(args) else args

    return prepare


def mapped(*rest: Any, **how: Any) -> Callable[[Guest], tuple[Any, ...]]:
    """(the address of a fresh mapping of two pages, …)."""
    return lambda guest: (guest.mmap(8192, **how), *rest)


def data(
    fmt: str, *values: Any, rest: tuple[Any, ...] = (), before: tuple[Any, ...] = ()
) -> Callable[[Guest], tuple[Any, ...]]:
    """(…, the address of a structure in memory, …). In `fmt`, L is a word of the guest's width."""

    def prepare(guest: Guest) -> tuple[Any, ...]:
        code = fmt.replace("L", "Q" if guest.xlen == 64 else "I")
        guest.store(BUF, struct.pack("<" + code, *values))
        return (*before, BUF, *rest)

    return prepare


def pipe(guest: Guest, flags: int = 0) -> tuple[int, int]:
    """A pipe's (reader, writer)."""
    guest.ok("pipe2", BUF + 0x100, flags)
    return guest.word_at(BUF + 0x100, 4), guest.word_at(BUF + 0x104, 4)


def child(guest: Guest) -> int:
    """The pid of a child that lives."""
    return guest.fork().pid


def zombie(guest: Guest) -> int:
    """The pid of a child that has ended with status 7."""
    from emu.kernel.exit import do_exit

    task = guest.fork()
    do_exit(guest.kernel, task, 7 << 8)
    return task.pid


def user(guest: Guest) -> None:
    """Become a user without privileges."""
    guest.ok("setresuid", 1000, 1000, 1000)
