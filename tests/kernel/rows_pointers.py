"""Every pointer that a system call takes: what lies there before the call, and the arguments around it.

A row is (call, what, content, arguments(guest, pointer)). `what` says what the kernel does there: "in" reads `content`,
"out" writes that many bytes, "inout" both; "some" in it marks calls that move what they can before a bad address.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, NamedTuple

from kernel_fake import BSS, Guest
from rows_common import AT, BUF, Off, pipe, zombie
from rows_memory import segment
from rows_paths import make
from rows_signals import USR1, pending

Content = bytes | int | Callable[[Guest], bytes]


class Pointer(NamedTuple):
    """One pointer argument of one call."""

    call: str
    what: str
    content: Content
    args: Callable[[Guest, int], tuple[Any, ...]]


def string(text: str) -> bytes:
    return text.encode() + b"\0"


def words(code: str, *values: int) -> Callable[[Guest], bytes]:
    """A structure; L is a word of the guest's width."""
    return lambda guest: struct.pack("<" + code.replace("L", "Q" if guest.xlen == 64 else "I"), *values)


def pieces(guest: Guest) -> int:
    """One iovec."""
    guest.store(BUF, words("LL", BSS, 8)(guest))
    return BUF


def tmp(guest: Guest) -> int:
    """A file of some bytes, open for all."""
    fd = guest.open("/tmp/pointer", 0o102)
    guest.kernel.current.files.get(fd).inode.truncate(8192)
    return fd


def at_path(call: str, *rest: Any, text: str = "/tmp/f") -> Pointer:
    """A path in the second argument."""
    return Pointer(
        call, "in", string(text), lambda g, p: (make(g) if text.startswith("/tmp/") else None, (AT, p, *rest))[1]
    )


def one_of_three(position: int) -> Callable[[Guest, int], tuple[int, ...]]:
    return lambda g, p: tuple(p if n == position else BSS + 4 * n for n in range(3))


def altstack(guest: Guest) -> bytes:
    return words("LiiL", BSS, 0, 0, 4096)(guest) if guest.xlen == 64 else words("LiL", BSS, 0, 4096)(guest)


ZERO = struct.pack("<qq", 0, 0)
ITIMER = words("4L", 0, 0, 5, 0)
P = Pointer
POINTERS = [
    P("read", "out some", 64, lambda g, p: (g.open("/prog"), p, 64)),
    P("read", "out some", 64, lambda g, p: (g.open("/dev/zero"), p, 64)),
    P("read", "out some", 64, lambda g, p: (g.open("/proc/meminfo"), p, 64)),
    P("write", "in some", b"x" * 64, lambda g, p: (tmp(g), p, 64)),
    P("write", "in", b"x" * 64, lambda g, p: (pipe(g)[1], p, 64)),
    P("write", "in some", b"x" * 64, lambda g, p: (1, p, 64)),
    P("pread64", "out some", 64, lambda g, p: (g.open("/prog"), p, 64, Off(0))),
    P("pwrite64", "in some", b"x" * 64, lambda g, p: (tmp(g), p, 64, Off(0))),
    P("readv", "in", words("LL", BSS, 8), lambda g, p: (g.open("/prog"), p, 1)),
    P("writev", "in", words("LL", BSS, 8), lambda g, p: (tmp(g), p, 1)),
    P("preadv", "in", words("LL", BSS, 8), lambda g, p: (g.open("/prog"), p, 1, 0, 0)),
    P("pwritev", "in", words("LL", BSS, 8), lambda g, p: (tmp(g), p, 1, 0, 0)),
    P("llseek", "out", 8, lambda g, p: (g.open("/prog"), 0, 9, p, 0)),
    P("getdents64", "out", 168, lambda g, p: (g.open("/"), p, 256)),
    P("pipe2", "out", 8, lambda g, p: (p, 0)),
    P("ioctl", "in", words("i", 1), lambda g, p: (1, 0x5421, p)),
    P("ioctl", "out", 4, lambda g, p: (g.open("/prog"), 0x541B, p)),
    P("ppoll", "inout", words("ihh", 1, 4, 0), lambda g, p: (p, 1, 0, 0, 8)),
    P("ppoll", "in", ZERO, lambda g, p: (0, 0, p, 0, 8)),
    P("ppoll", "in", bytes(8), lambda g, p: (0, 0, g.string("", BSS + 64), p, 8)),
    P("pselect6", "inout", words("L", 2), lambda g, p: (2, 0, p, 0, 0, 0)),
    P("pselect6", "in", ZERO, lambda g, p: (0, 0, 0, 0, p, 0)),
    P("pselect6", "in", words("LL", 0, 8), lambda g, p: (0, 0, 0, 0, g.string("", BSS + 64), p)),
    P("inotify_add_watch", "in", string("/tmp"), lambda g, p: (g.ok("inotify_init1", 0), p, 0xFFF)),
    P("setgroups", "in", words("II", 1, 2), lambda g, p: (2, p)),
    P("getgroups", "out", 8, lambda g, p: (g.task.__setattr__("groups", (1, 2)), (2, p))[1]),
    P("rt_tgsigqueueinfo", "in", words("iii", 17, 0, -1), lambda g, p: (1, 1, 17, p)),
    # paths
    at_path("openat", 0, 0),
    P("openat2", "in", words("QQQ", 0, 0, 0), lambda g, p: (AT, g.string("/prog"), p, 24)),
    at_path("openat2", BSS + 0xC00, 24),
    at_path("mkdirat", 0o755, text="/tmp/made"),
    at_path("mknodat", 0o100644, 0, text="/tmp/made"),
    at_path("unlinkat", 0),
    at_path("faccessat", 0),
    at_path("faccessat2", 0, 0),
    at_path("fchmodat", 0o600),
    at_path("fchmodat2", 0o600, 0),
    at_path("fchownat", 1, 1, 0),
    at_path("utimensat", 0, 0),
    P("utimensat", "in", struct.pack("<4q", 1, 2, 3, 4), lambda g, p: (AT, g.string("/prog"), p, 0)),
    P("symlinkat", "in", string("target"), lambda g, p: (p, AT, g.string("/tmp/made"))),
    P("symlinkat", "in", string("/tmp/made"), lambda g, p: (g.string("x"), AT, p)),
    P("linkat", "in", string("/prog"), lambda g, p: (AT, p, AT, g.string("/tmp/made"), 0)),
    P("linkat", "in", string("/tmp/made"), lambda g, p: (AT, g.string("/prog"), AT, p, 0)),
    P("renameat2", "in", string("/tmp/f"), lambda g, p: (make(g), (AT, p, AT, g.string("/tmp/made"), 0))[1]),
    P("renameat2", "in", string("/tmp/made"), lambda g, p: (make(g), (AT, g.string("/tmp/f"), AT, p, 0))[1]),
    P("readlinkat", "in", string("/dev/fd"), lambda g, p: (AT, p, BSS + 64, 64)),
    P("readlinkat", "out", 13, lambda g, p: (AT, g.string("/dev/fd"), p, 64)),
    P("chdir", "in", string("/tmp"), lambda g, p: (p,)),
    P("chroot", "in", string("/tmp"), lambda g, p: (p,)),
    P("getcwd", "out", 2, lambda g, p: (p, 2)),
    P("truncate", "in", string("/tmp/f"), lambda g, p: (make(g), (p, Off(9)))[1]),
    P("statfs", "in", string("/prog"), lambda g, p: (p, BSS + 64)),
    P("statfs", "out", 120, lambda g, p: (g.string("/prog"), p)),
    P("statfs64", "in", string("/prog"), lambda g, p: (p, 84, BSS + 64)),
    P("statfs64", "out", 84, lambda g, p: (g.string("/prog"), 84, p)),
    P("fstatfs", "out", 120, lambda g, p: (1, p)),
    P("fstatfs64", "out", 84, lambda g, p: (1, 84, p)),
    P("fstat", "out", 128, lambda g, p: (1, p)),
    P("newfstatat", "in", string("/prog"), lambda g, p: (AT, p, BSS + 64, 0)),
    P("newfstatat", "out", 128, lambda g, p: (AT, g.string("/prog"), p, 0)),
    P("statx", "in", string("/prog"), lambda g, p: (AT, p, 0, 0x7FF, BSS + 64)),
    P("statx", "out", 256, lambda g, p: (AT, g.string("/prog"), 0, 0x7FF, p)),
    P("memfd_create", "in", string("name"), lambda g, p: (p, 0)),
    P("execve", "in", string("/prog"), lambda g, p: (p, 0, 0)),
    P("execve", "in", words("LL", BSS + 64, 0), lambda g, p: (g.string("/prog"), p, 0)),
    P("execve", "in", words("LL", BSS + 64, 0), lambda g, p: (g.string("/prog"), 0, p)),
    P("execveat", "in", string("/prog"), lambda g, p: (AT, p, 0, 0, 0)),
    # memory
    P("process_vm_readv", "in", words("LL", BSS, 8), lambda g, p: (1, p, 1, pieces(g), 1, 0)),
    P("process_vm_readv", "in", words("LL", BSS, 8), lambda g, p: (1, pieces(g), 1, p, 1, 0)),
    P("process_vm_writev", "in", words("LL", BSS, 8), lambda g, p: (1, p, 1, pieces(g), 1, 0)),
    P("process_vm_writev", "in", words("LL", BSS, 8), lambda g, p: (1, pieces(g), 1, p, 1, 0)),
    P("process_madvise", "in", words("LL", BSS, 8), lambda g, p: (g.ok("pidfd_open", 1, 0), p, 1, 20, 0)),
    P("cachestat", "in", bytes(16), lambda g, p: (g.open("/prog"), p, BUF, 0)),
    P("cachestat", "out", 40, lambda g, p: (g.open("/prog"), BUF, p, 0)),
    P("mincore", "out", 2, lambda g, p: (g.mmap(8192), 8192, p)),
    P("shmctl", "out", 64, lambda g, p: (segment(g), 2, p)),
    P("shmctl", "in", bytes(84), lambda g, p: (segment(g), 1, p)),
    P("riscv_hwprobe", "inout", words("qQ", 4, 0), lambda g, p: (p, 1, 0, 0, 0)),
    P("futex", "in", words("I", 5), lambda g, p: (p, 1, 1, 0, 0, 0)),
    P("futex", "inout", words("I", 5), lambda g, p: (BSS, 5, 1, 1, p, 0)),
    P("futex", "in", words("I", 5), lambda g, p: (p, 4, 1, 1, BSS, 5)),
    P("clone3", "in", struct.pack("<8Q", 0, 0, 0, 0, 17, 0, 0, 0), lambda g, p: (p, 64)),
    # processes
    P("wait4", "out", 4, lambda g, p: (zombie(g), p, 0, 0)),
    P("wait4", "out", 144, lambda g, p: (zombie(g), 0, 0, p)),
    P("waitid", "out", 128, lambda g, p: (1, zombie(g), p, 4, 0)),
    P("waitid", "out", 72, lambda g, p: (1, zombie(g), 0, 4, p)),
    *[P(call, "out", 4, one_of_three(n)) for call in ("getresuid", "getresgid") for n in range(3)],
    P("prctl", "in", b"fifteen letters", lambda g, p: (15, p, 0, 0, 0)),
    P("prctl", "out", 16, lambda g, p: (16, p, 0, 0, 0)),
    P("get_robust_list", "out", 4, lambda g, p: (0, p, BSS)),
    P("get_robust_list", "out", 4, lambda g, p: (0, BSS, p)),
    P("sched_getaffinity", "out", 4, lambda g, p: (0, 8, p)),
    P("sched_setaffinity", "in", words("Q", 1), lambda g, p: (0, 8, p)),
    P("sched_setscheduler", "in", words("i", 0), lambda g, p: (0, 0, p)),
    P("sched_setparam", "in", words("i", 0), lambda g, p: (0, p)),
    P("sched_getparam", "out", 4, lambda g, p: (0, p)),
    P("sched_setattr", "in", words("IIQQQQQ", 48, 0, 0, 0, 0, 0, 0), lambda g, p: (0, p, 0)),
    P("sched_getattr", "out", 48, lambda g, p: (0, p, 48, 0)),
    P("sched_rr_get_interval", "out", 16, lambda g, p: (0, p)),
    P("getcpu", "out", 4, lambda g, p: (p, 0, 0)),
    P("getcpu", "out", 4, lambda g, p: (0, p, 0)),
    P("prlimit64", "in", words("QQ", 100, 100), lambda g, p: (0, 7, p, 0)),
    P("prlimit64", "out", 16, lambda g, p: (0, 7, 0, p)),
    P("getrlimit", "out", 16, lambda g, p: (7, p)),
    P("setrlimit", "in", words("QQ", 100, 100), lambda g, p: (7, p)),
    P("getrusage", "out", 72, lambda g, p: (0, p)),
    P("times", "out", 16, lambda g, p: (p,)),
    P("uname", "out", 390, lambda g, p: (p,)),
    P("sysinfo", "out", 64, lambda g, p: (p,)),
    P("getrandom", "out some", 16, lambda g, p: (p, 16, 0)),
    P("sethostname", "in", b"name", lambda g, p: (p, 4)),
    P("setdomainname", "in", b"name", lambda g, p: (p, 4)),
    # signals and time
    P("rt_sigaction", "in", words("LLQ", 0, 0, 0), lambda g, p: (10, p, 0, 8)),
    P("rt_sigaction", "out", 16, lambda g, p: (10, 0, p, 8)),
    P("rt_sigprocmask", "in", bytes(8), lambda g, p: (0, p, 0, 8)),
    P("rt_sigprocmask", "out", 8, lambda g, p: (0, 0, p, 8)),
    P("rt_sigpending", "out", 8, lambda g, p: (p, 8)),
    P("rt_sigtimedwait", "in", words("Q", USR1), lambda g, p: (pending(g), (p, 0, 0, 8))[1]),
    P("rt_sigtimedwait", "out", 128, lambda g, p: (pending(g), (BUF + 0x80, p, 0, 8))[1]),
    P("rt_sigqueueinfo", "in", words("iii", 17, 0, -1), lambda g, p: (1, 17, p)),
    P("sigaltstack", "in", altstack, lambda g, p: (p, 0)),
    P("sigaltstack", "out", 12, lambda g, p: (0, p)),
    P("clock_gettime", "out", 16, lambda g, p: (1, p)),
    P("clock_getres", "out", 16, lambda g, p: (1, p)),
    P("clock_nanosleep", "in", ZERO, lambda g, p: (1, 0, p, 0)),
    P("nanosleep", "in", ZERO, lambda g, p: (p, 0)),
    P("gettimeofday", "out", 16, lambda g, p: (p, 0)),
    P("gettimeofday", "out", 8, lambda g, p: (0, p)),
    P("getitimer", "out", 16, lambda g, p: (0, p)),
    P("setitimer", "in", ITIMER, lambda g, p: (0, p, 0)),
    P("setitimer", "out", 16, lambda g, p: (0, g.string("", BSS + 64), p)),
]  # fmt: skip
