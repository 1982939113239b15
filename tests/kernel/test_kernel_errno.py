"""A table of system calls and the error that each must give, from their man pages; both widths where both have it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from kernel_fake import BASE, BSS, Guest

from emu.kernel.syscall.numbers import NAMES

UNMAPPED = 0x600000
TEXT = BASE  # mapped, read-only
KERNEL_HALF = -4096
ODD = BSS + 1
BUF = BSS + 0x800
FAR = (1 << 62) + 5
Args = tuple[Any, ...] | Callable[[Guest], tuple[Any, ...]]
AT = -100


def path(text: str, *rest: Any) -> Callable[[Guest], tuple[Any, ...]]:
    """Arguments (AT_FDCWD, address of the text, …)."""
    return lambda guest: (AT, guest.string(text), *rest)


def two(first: str, second: str, *middle: Any) -> Callable[[Guest], tuple[Any, ...]]:
    """(AT_FDCWD, first, AT_FDCWD, second, …)."""
    return lambda g: (AT, g.string(first), AT, g.string(second, BSS + 0x400), *middle)


def fd(name: str, flags: int, *rest: Any) -> Callable[[Guest], tuple[Any, ...]]:
    """A fresh descriptor of a file, then the rest."""
    return lambda guest: (guest.open(name, flags), *rest)


def mapped(*rest: Any) -> Callable[[Guest], tuple[Any, ...]]:
    """The address of a fresh mapping of one page, then the rest."""
    return lambda guest: (guest.mmap(4096), *rest)


ROWS: list[tuple[str, Args, str]] = [
    ("read", (99, BUF, 1), "EBADF"),
    ("read", (-1, BUF, 1), "EBADF"),
    ("read", (1 << 31, BUF, 1), "EBADF"),
    ("read", fd("/dev/zero", 0, UNMAPPED, 1), "EFAULT"),
    ("read", fd("/dev/zero", 0, TEXT, 1), "EFAULT"),
    ("read", fd("/dev/zero", 0, KERNEL_HALF, 1), "EFAULT"),
    ("read", fd("/dev/zero", 0, BUF, -1), "EFAULT"),
    ("read", fd("/dev/null", 1, BUF, 1), "EBADF"),
    ("read", fd("/", 0, BUF, 1), "EISDIR"),
    ("read", fd("/prog", 0, UNMAPPED, 1), "EFAULT"),
    ("write", (99, BUF, 1), "EBADF"),
    ("write", (1, UNMAPPED, 1), "EFAULT"),
    ("write", (1, KERNEL_HALF, 1), "EFAULT"),
    ("write", (1, 0, 1), "EFAULT"),
    ("write", fd("/dev/null", 0, BUF, 1), "EBADF"),
    ("write", fd("/dev/full", 1, BUF, 1), "ENOSPC"),
    ("readv", (99, BUF, 1), "EBADF"),
    ("readv", fd("/dev/zero", 0, BUF, -1), "EINVAL"),
    ("readv", fd("/dev/zero", 0, BUF, 1025), "EINVAL"),
    ("readv", fd("/dev/zero", 0, UNMAPPED, 1), "EFAULT"),
    ("writev", (1, UNMAPPED, 2), "EFAULT"),
    ("writev", (1, BUF, 1 << 30), "EINVAL"),
    ("close", (99,), "EBADF"),
    ("close", (-1,), "EBADF"),
    ("dup", (99,), "EBADF"),
    ("dup3", (1, 1, 0), "EINVAL"),
    ("dup3", (1, 5, 4), "EINVAL"),
    ("dup3", (99, 5, 0), "EBADF"),
    ("dup3", (1, -1, 0), "EBADF"),
    ("dup3", (1, 5000, 0), "EBADF"),
    ("openat", path("/missing", 0, 0), "ENOENT"),
    ("openat", path("", 0, 0), "ENOENT"),
    ("openat", path("/missing/x", 0o100, 0), "ENOENT"),
    ("openat", path("/prog/x", 0, 0), "ENOTDIR"),
    ("openat", path("/prog/", 0, 0), "ENOTDIR"),
    ("openat", path("/prog", 0o200000, 0), "ENOTDIR"),
    ("openat", path("/prog", 0o300, 0), "EEXIST"),
    ("openat", path("/prog", 1, 0), "ETXTBSY"),
    ("openat", path("/", 1, 0), "EISDIR"),
    ("openat", path("/tmp", 2, 0), "EISDIR"),
    ("openat", path("/" + "n" * 256, 0, 0), "ENAMETOOLONG"),
    ("openat", (AT, UNMAPPED, 0, 0), "EFAULT"),
    ("openat", (AT, 0, 0, 0), "EFAULT"),
    ("openat", lambda g: (99, g.string("x"), 0, 0), "EBADF"),
    ("openat", lambda g: (g.open("/prog"), g.string("x"), 0, 0), "ENOTDIR"),
    ("openat", path("/dev/new", 0o101, 0o644), "EPERM"),
    ("brk", (0,), "success 86016"),
    ("mmap", (0, 0, 3, 0x22, -1, 0), "EINVAL"),
    ("mmap", (0, 4096, 3, 0x20, -1, 0), "EINVAL"),
    ("mmap", (0, 4096, 3, 2, 99, 0), "EBADF"),
    ("mmap", (0, -1, 3, 0x22, -1, 0), "ENOMEM"),
    ("mmap", (0, 1 << 47, 3, 0x22, -1, 0), "ENOMEM"),
    ("mmap", (ODD, 4096, 3, 0x32, -1, 0), "EINVAL"),
    ("mmap", (0, 4096, 3, 0x32, -1, 0), "EPERM"),
    ("mmap", (BSS, 4096, 3, 0x100022, -1, 0), "EEXIST"),
    ("mmap", (-4096, 8192, 3, 0x32, -1, 0), "ENOMEM"),
    ("mmap", lambda g: (0, 4096, 3, 1, g.open("/prog"), 0), "EACCES"),
    ("mmap", lambda g: (0, 4096, 3, 2, g.open("/dev/null"), 0), "ENODEV"),
    ("mmap", lambda g: (0, 4096, 3, 2, g.open("/tmp/w", 0o101), 0), "EACCES"),
    ("munmap", (ODD, 4096), "EINVAL"),
    ("munmap", (UNMAPPED, 0), "EINVAL"),
    ("munmap", (UNMAPPED, -1), "EINVAL"),
    ("munmap", (KERNEL_HALF, 4096), "EINVAL"),
    ("munmap", (UNMAPPED, 4096), "success 0"),
    ("mprotect", (ODD, 4096, 1), "EINVAL"),
    ("mprotect", (UNMAPPED, 4096, 1), "ENOMEM"),
    ("mprotect", (BSS, 4096, 0x100), "EINVAL"),
    ("mprotect", mapped(12288, 1), "ENOMEM"),
    ("mprotect", mapped(-4096, 1), "ENOMEM"),
    ("mprotect", (BSS, 0, 1), "success 0"),
    ("lseek", (99, 0, 0), "EBADF"),
    ("lseek", (0, 0, 0), "ESPIPE"),
    ("lseek", fd("/prog", 0, 0, 9), "EINVAL"),
    ("lseek", fd("/prog", 0, -1, 0), "EINVAL"),
    ("lseek", fd("/prog", 0, 1 << 40, 3), "ENXIO"),
    ("pread64", (0, BUF, 1, 0), "ESPIPE"),
    ("pread64", fd("/prog", 0, BUF, 1, -1), "EINVAL"),
    ("pwrite64", (1, BUF, 1, 0), "ESPIPE"),
    ("ftruncate", fd("/prog", 0, 0), "EINVAL"),
    ("ftruncate", fd("/tmp/t", 0o102, -1), "EINVAL"),
    ("fstat", (99, BUF), "EBADF"),
    ("fstat", (1, UNMAPPED), "EFAULT"),
    ("newfstatat", path("/missing", BUF, 0), "ENOENT"),
    ("newfstatat", path("/prog", UNMAPPED, 0), "EFAULT"),
    ("newfstatat", path("/prog", BUF, 0x40), "EINVAL"),
    ("statx", path("/missing", 0, 0x7FF, BUF), "ENOENT"),
    ("statx", path("/prog", 0, 1 << 31, BUF), "EINVAL"),
    ("statx", path("/prog", 0x6000, 0, BUF), "EINVAL"),
    ("statx", path("/prog", 0, 0x7FF, UNMAPPED), "EFAULT"),
    ("mkdirat", path("/tmp", 0o755), "EEXIST"),
    ("mkdirat", path("/", 0o755), "EEXIST"),
    ("mkdirat", path("/a/b", 0o755), "ENOENT"),
    ("unlinkat", path("/missing", 0), "ENOENT"),
    ("unlinkat", path("/tmp", 0), "EISDIR"),
    ("unlinkat", path("/prog", 0x200), "ENOTDIR"),
    ("unlinkat", path("/dev", 0x200), "EBUSY"),
    ("unlinkat", path("/tmp/.", 0x200), "EINVAL"),
    ("unlinkat", path("/prog", 1), "EINVAL"),
    ("symlinkat", lambda g: (g.string("x"), AT, g.string("/prog", BSS + 64)), "EEXIST"),
    ("symlinkat", lambda g: (g.string(""), AT, g.string("/tmp/l", BSS + 64)), "ENOENT"),
    ("readlinkat", path("/prog", BUF, 64), "EINVAL"),
    ("readlinkat", path("/missing", BUF, 64), "ENOENT"),
    ("readlinkat", path("/dev/fd", BUF, 0), "EINVAL"),
    ("readlinkat", path("/dev/fd", UNMAPPED, 64), "EFAULT"),
    ("linkat", two("/tmp", "/tmp/x", 0), "EPERM"),
    ("linkat", two("/prog", "/dev/x", 0), "EXDEV"),
    ("linkat", two("/prog", "/tmp", 0), "EEXIST"),
    ("linkat", two("/missing", "/tmp/x", 0), "ENOENT"),
    ("renameat2", two("/missing", "/tmp/x", 0), "ENOENT"),
    ("renameat2", two("/prog", "/tmp", 0), "EISDIR"),
    ("renameat2", two("/tmp", "/prog", 0), "ENOTDIR"),
    ("renameat2", two("/tmp", "/tmp/x", 0), "EINVAL"),
    ("renameat2", two("/prog", "/dev/x", 0), "EXDEV"),
    ("renameat2", two("/prog", "/tmp", 1), "EEXIST"),
    ("renameat2", two("/prog", "/tmp/x", 8), "EINVAL"),
    ("faccessat", path("/missing", 0), "ENOENT"),
    ("faccessat", path("/prog", 9), "EINVAL"),
    ("chdir", lambda g: (g.string("/prog"),), "ENOTDIR"),
    ("chdir", lambda g: (g.string("/missing"),), "ENOENT"),
    ("fchdir", (99,), "EBADF"),
    ("fchdir", (1,), "ENOTDIR"),
    ("getcwd", (BUF, 1), "ERANGE"),
    ("getcwd", (UNMAPPED, 100), "EFAULT"),
    ("fcntl", (99, 1, 0), "EBADF"),
    ("fcntl", (1, 0, -1), "EINVAL"),
    ("fcntl", (1, 999, 0), "EINVAL"),
    ("ioctl", (99, 0x5401, BUF), "EBADF"),
    ("ioctl", (1, 0x5401, BUF), "ENOTTY"),
    ("fsync", (1,), "EINVAL"),
    ("uname", (UNMAPPED,), "EFAULT"),
    ("sysinfo", (TEXT,), "EFAULT"),
    ("getrandom", (UNMAPPED, 8, 0), "EFAULT"),
    ("getrandom", (BUF, 8, 8), "EINVAL"),
    ("getrandom", (BUF, 8, 6), "EINVAL"),
    ("prlimit64", (99, 0, 0, BUF), "ESRCH"),
    ("prlimit64", (0, 16, 0, BUF), "EINVAL"),
    ("prlimit64", (0, 3, 0, UNMAPPED), "EFAULT"),
    ("prlimit64", (0, 3, UNMAPPED, 0), "EFAULT"),
    ("set_robust_list", (BUF, 1), "EINVAL"),
    ("clock_gettime", (99, BUF), "EINVAL"),
    ("clock_gettime", (0, UNMAPPED), "EFAULT"),
    ("clock_getres", (-5, BUF), "EINVAL"),
    ("gettimeofday", (UNMAPPED, 0), "EFAULT"),
    ("nanosleep", (UNMAPPED, 0), "EFAULT"),
    ("rt_sigaction", (0, 0, 0, 8), "EINVAL"),
    ("rt_sigaction", (65, 0, 0, 8), "EINVAL"),
    ("rt_sigaction", (2, 0, 0, 4), "EINVAL"),
    ("rt_sigaction", (9, BUF, 0, 8), "EINVAL"),
    ("rt_sigaction", (2, UNMAPPED, 0, 8), "EFAULT"),
    ("rt_sigprocmask", (7, BUF, 0, 8), "EINVAL"),
    ("rt_sigprocmask", (0, BUF, 0, 16), "EINVAL"),
    ("rt_sigprocmask", (0, 0, UNMAPPED, 8), "EFAULT"),
    ("kill", (99, 0), "ESRCH"),
    ("kill", (1, 65), "EINVAL"),
    ("kill", (1, 0), "success 0"),
    ("tgkill", (1, 99, 0), "ESRCH"),
    ("tgkill", (0, 1, 0), "EINVAL"),
    ("setpgid", (99, 0), "ESRCH"),
    ("setpgid", (0, -1), "EINVAL"),
    ("getpgid", (99,), "ESRCH"),
    ("getgroups", (-1, 0), "EINVAL"),
    ("prctl", (999, 0, 0, 0, 0), "EINVAL"),
]


ON_RV32 = {"mmap": "mmap2", "fcntl": "fcntl64"}
NOT_ON_RV32 = {"lseek", "pread64", "pwrite64", "ftruncate"}  # their 64-bit arguments come in two registers there


def cases() -> Iterator[Any]:
    """(width, call, arguments, error) of every row at the widths that have the call with such arguments."""
    for xlen in (64, 32):
        for number, (name, args, expected) in enumerate(ROWS):
            name = ON_RV32.get(name, name) if xlen == 32 else name
            wide = not callable(args) and any(isinstance(v, int) and abs(v) >= 1 << xlen for v in args)
            if name in NAMES[xlen].values() and not wide and not (xlen == 32 and name in NOT_ON_RV32):
                yield pytest.param(xlen, name, args, expected, id=f"rv{xlen}-{number}-{name}")


@pytest.mark.parametrize(("xlen", "name", "args", "expected"), list(cases()))
def test_errno(xlen: int, name: str, args: Args, expected: str) -> None:
    """The call fails (or not) as its man page says, and leaves no trace that breaks an invariant."""
    guest = Guest(xlen, ram=1 << 20)
    values = args(guest) if callable(args) else args
    assert guest.errno(name, *values) == expected
    guest.check()


def test_unknown_calls_are_named_once(guest: Guest) -> None:
    """An unknown call is ENOSYS and said once with its name, or with its number where Linux has none."""
    for _ in range(3):
        assert guest.errno("io_uring_setup", 1, 2) == "ENOSYS"
        assert guest.call_number(999999) == -38
        assert guest.call_number(-1) == -38
    log = "\n".join(guest.kernel.messages)
    assert log.count("io_uring_setup (425)") == 1
    assert log.count("number 999999") == 1
