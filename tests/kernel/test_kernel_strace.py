"""The strace log: each line as strace writes it (its manual page and its own tests are the model), and none raises."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from typing import Any

import pytest
from kernel_fake import BSS, Asleep, Dead, Guest
from rows_sockets import message, pair
from strace_log import Log

from emu.kernel.strace import flags
from emu.kernel.strace.log import Strace
from emu.kernel.strace.signatures import SIGNATURES
from emu.kernel.strace.text import quoted
from emu.kernel.strace.values import KINDS
from emu.kernel.syscall import table

BUF = BSS + 0x800


def stored(fmt: str, *values: Any, at: int = BUF) -> Callable[[Guest], int]:
    def store(guest: Guest) -> int:
        guest.store(at, struct.pack(fmt, *values))
        return at

    return store


def named(text: str) -> Callable[[Guest], int]:
    return lambda guest: guest.string(text)


LINES: list[tuple[str, tuple[Any, ...], str]] = [
    (
        "openat",
        (-100, named("/none"), 0, 0),
        'openat(AT_FDCWD, "/none", O_RDONLY) = -1 ENOENT (No such file or directory)',
    ),
    ("openat", (-100, named("/tmp/x"), 0o1102, 0o644), 'openat(AT_FDCWD, "/tmp/x", O_RDWR|O_CREAT|O_TRUNC, 0644) = 3'),
    ("openat", (5, named("x"), 0o2000001, 0), 'openat(5, "x", O_WRONLY|O_CLOEXEC) = -1 EBADF (Bad file descriptor)'),
    ("openat", (-100, 8, 0, 0), "openat(AT_FDCWD, 0x8, O_RDONLY) = -1 EFAULT (Bad address)"),
    ("write", (1, named('a\t"b"\n\x01\x017'), 9), r'write(1, "a\t\"b\"\n\1\0017", 9) = 9'),
    ("write", (1, named("0123456789" * 4), 40), 'write(1, "01234567890123456789012345678901"..., 40) = 40'),
    ("write", (9, 0, 5), "write(9, NULL, 5) = -1 EBADF (Bad file descriptor)"),
    ("close", (9,), "close(9) = -1 EBADF (Bad file descriptor)"),
    ("lseek", (0, -5, 2), "lseek(0, -5, SEEK_END) = -1 ESPIPE (Illegal seek)"),
    ("pipe2", (BUF, 0o2000000), "pipe2([3, 4], O_CLOEXEC) = 0"),
    ("fcntl", (1, 3, 0), "fcntl(1, F_GETFL) = 0x2 (flags O_RDWR)"),  # a pipe
    ("fcntl", (1, 2, 1), "fcntl(1, F_SETFD, FD_CLOEXEC) = 0"),
    ("ioctl", (1, 0x5413, BUF), f"ioctl(1, TIOCGWINSZ, {BUF:#x}) = -1 ENOTTY (Inappropriate ioctl for device)"),
    (
        "mmap",
        (0, 8192, 3, 0x22, -1, 0),
        "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x",
    ),
    ("mmap", (0, 0, 0, 1, 3, 4096), "mmap(NULL, 0, PROT_NONE, MAP_SHARED, 3, 0x1000) = -1 EBADF (Bad file descriptor)"),
    ("brk", (0,), "brk(NULL) = 0x"),
    ("munmap", (4096, 4096), "munmap(0x1000, 4096) = 0"),
    ("mprotect", (4096, 1, 5), "mprotect(0x1000, 1, PROT_READ|PROT_EXEC) = -1 ENOMEM (Cannot allocate memory)"),
    ("madvise", (0x10000, 4096, 4), "madvise(0x10000, 4096, MADV_DONTNEED) = 0"),
    ("getpid", (), "getpid() = 1"),
    ("umask", (0o77,), "umask(077) = 022"),
    ("kill", (77, 15), "kill(77, SIGTERM) = -1 ESRCH (No such process)"),
    (
        "rt_sigprocmask",
        (0, stored("<Q", 1 << 9 | 1 << 16), BUF, 8),
        "rt_sigprocmask(SIG_BLOCK, [USR1 CHLD], [], 8) = 0",
    ),
    (
        "rt_sigaction",
        (2, stored("<QQQ", 0x10200, 0x10000000, 1 << 14), 0, 8),
        "rt_sigaction(SIGINT, {sa_handler=0x10200, sa_mask=[TERM], sa_flags=SA_RESTART}, NULL, 8) = 0",
    ),
    ("rt_sigaction", (2, 0, BUF, 8), "rt_sigaction(SIGINT, NULL, {sa_handler=SIG_DFL, sa_mask=[], sa_flags=0}, 8) = 0"),
    ("clock_gettime", (0, BUF), "clock_gettime(CLOCK_REALTIME, {tv_sec=1700000000, tv_nsec="),
    (
        "nanosleep",
        (stored("<qq", 0, 1 << 40), 0),
        "nanosleep({tv_sec=0, tv_nsec=1099511627776}, NULL) = -1 EINVAL (Invalid argument)",
    ),
    (
        "prlimit64",
        (0, 3, 0, BUF),
        "prlimit64(0, RLIMIT_STACK, NULL, {rlim_cur=8192*1024, rlim_max=RLIM64_INFINITY}) = 0",
    ),
    ("uname", (BUF,), 'uname({sysname="Linux", nodename="emu", ...}) = 0'),
    ("getcwd", (BUF, 100), 'getcwd("/", 100) = 2'),
    ("fstat", (1, BUF), "fstat(1, {st_mode=S_IFIFO|0600, st_size=0, ...}) = 0"),
    ("newfstatat", (-100, named("/prog"), BUF, 0x100), 'newfstatat(AT_FDCWD, "/prog", {st_mode=S_IFREG|0755, st_size='),
    ("faccessat", (-100, named("/prog"), 5, 0), 'faccessat(AT_FDCWD, "/prog", R_OK|X_OK) = 0'),
    (
        "unlinkat",
        (-100, named("/prog/"), 0x200),
        'unlinkat(AT_FDCWD, "/prog/", AT_REMOVEDIR) = -1 ENOTDIR (Not a directory)',
    ),
    (
        "ppoll",
        (stored("<ihh", 1, 4, 0), 1, 0, 0, 8),
        "ppoll([{fd=1, events=POLLOUT}], 1, NULL, NULL, 8) = 1 ([{fd=1, revents=POLLOUT}])",
    ),
    ("futex", (BUF, 129, 1, 0, 0, 0), f"futex({BUF:#x}, FUTEX_WAKE_PRIVATE, 1) = 0"),
    (
        "futex",
        (BUF, 0, 7, 0, 0, 0),
        f"futex({BUF:#x}, FUTEX_WAIT, 7, NULL) = -1 EAGAIN (Resource temporarily unavailable)",
    ),
    ("socket", (1, 0o2000001, 0), "socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3"),
    (
        "socket",
        (2, 1, 6),
        "socket(AF_INET, SOCK_STREAM, 6) = -1 EAFNOSUPPORT (Address family not supported by protocol)",
    ),
    (
        "connect",
        (9, stored("<H7s", 1, b"/tmp/s\0"), 9),
        'connect(9, {sa_family=AF_UNIX, sun_path="/tmp/s"}, 9) = -1 EBADF (Bad file descriptor)',
    ),
    (
        "bind",
        (9, stored("<H3s", 1, b"\0ab"), 5),
        'bind(9, {sa_family=AF_UNIX, sun_path=@"ab"}, 5) = -1 EBADF (Bad file descriptor)',
    ),
    ("epoll_create1", (0o2000000,), "epoll_create1(EPOLL_CLOEXEC) = 3"),
    (
        "epoll_ctl",
        (9, 1, 0, stored("<I4xQ", 1 << 31 | 1, 5)),
        "epoll_ctl(9, EPOLL_CTL_ADD, 0, {events=EPOLLIN|EPOLLET, data={u32=5, u64=5}}) = -1 EBADF ",
    ),
    (
        "fcntl",
        (1, 6, stored("<hh4xqqi4x", 1, 0, 5, 10, 0)),
        "fcntl(1, F_SETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=5, l_len=10}) = ",
    ),
    ("statfs", (named("/proc"), BUF), 'statfs("/proc", {f_type=PROC_SUPER_MAGIC, f_bsize=4096, f_blocks='),
    (
        "utimensat",
        (-100, named("/none"), stored("<4q", 1, 5, 0, (1 << 30) - 2), 0),
        'utimensat(AT_FDCWD, "/none", [{tv_sec=1, tv_nsec=5} /* 1970-01-01T00:00:01.000000005+0000 */, UTIME_OMIT], 0)'
        " = -1 ENOENT (No such file or directory)",
    ),
    ("times", (BUF,), "times({tms_utime=0, tms_stime=0, tms_cutime=0, tms_cstime=0}) = "),
    ("membarrier", (0, 0, 0), "membarrier(MEMBARRIER_CMD_QUERY, 0) = 0x1ff (MEMBARRIER_CMD_GLOBAL|"),
    (
        "pselect6",
        (2, 0, stored("<Q", 2), 0, 0, 0),
        "pselect6(2, NULL, [1], NULL, NULL, NULL) = 1 (out [1])",
    ),
    ("timerfd_create", (1, 0o4000), "timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK) = 3"),
    ("clone", (17, 0, 0, 0, 0), "clone(child_stack=NULL, flags=SIGCHLD) = 2"),
    ("io_uring_setup", (3, 4), "io_uring_setup(0x3, 0x4, "),
]


@pytest.mark.parametrize(("name", "args", "expected"), LINES, ids=[f"{n}-{row[0]}" for n, row in enumerate(LINES)])
def test_line(name: str, args: tuple[Any, ...], expected: str) -> None:
    """One call, one line."""
    log = Log()
    values = [value(log.guest) if callable(value) else value for value in args]
    line = log.line(name, *values)
    assert line.startswith(expected) and line.count("\n") == 1 and line.endswith("\n"), line


def test_offsets_of_rv32() -> None:
    """Where an argument takes two registers."""
    log = Log(32)
    fd = log.guest.open("/prog")
    assert log.line("pread64", fd, BUF, 4, 1, 0) == r'pread64(3, "ELF\1", 4, 1) = 4' + "\n"
    assert log.line("llseek", fd, 0, 16, BUF, 0) == "llseek(3, 0, 16, [16], SEEK_SET) = 0\n"
    assert log.line("mmap2", 0, 4096, 1, 2, fd, 1).startswith("mmap2(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0x1) = 0x")


def test_vectors_and_messages() -> None:
    """Pieces, and a descriptor under way."""
    log = Log()
    guest = log.guest
    guest.store(BUF, b"hello\n")
    guest.store(BSS, struct.pack("<4Q", BUF, 6, 0, 0))
    assert log.line("writev", 1, BSS, 2) == (
        'writev(1, [{iov_base="hello\\n", iov_len=6}, {iov_base=NULL, iov_len=0}], 2) = 6\n'
    )
    one, two = pair(guest)
    where = message(guest, b"hi", (1,))
    assert log.line("sendmsg", one, where, 0) == (
        'sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="hi", iov_len=2}], msg_iovlen=1, msg_control='
        "[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[1]}], msg_controllen=20, msg_flags=0}, "
        "0) = 2\n"
    )
    assert "cmsg_data=[5]" in log.line("recvmsg", two, message(guest, room=64), 0)


def test_waiting_and_several_tasks() -> None:
    """A call that waits is broken when another task writes, and resumed; pids tell them apart; ends are told."""
    log = Log()
    guest, parent = log.guest, log.guest.task
    guest.ok("pipe2", BUF, 0)
    child = guest.fork()
    log.text = ""
    with pytest.raises(Asleep):
        guest.call("read", 3, BUF, 10)
    assert log.text == "[pid     1] read(3, "
    guest.become(child)
    guest.store(BUF, b"xyz")
    guest.call("write", 4, BUF, 3)
    with pytest.raises(Dead):
        guest.call("exit_group", 7)
    guest.become(parent)
    guest.again()
    *lines, last = log.text.splitlines()
    assert last.startswith("--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=2, si_uid=0, si_status=7, ")
    assert lines == [
        "[pid     1] read(3,  <unfinished ...>",
        '[pid     2] write(4, "xyz", 3) = 3',
        "[pid     2] exit_group(7) = ?",
        "[pid     2] +++ exited with 7 +++",
        '<... read resumed>"xyz", 10) = 3',
    ]


def test_a_vfork_returns_when_its_child_has_left() -> None:
    """Until then its line is unfinished."""
    log = Log()
    guest = log.guest
    with pytest.raises(Asleep):
        guest.call("clone", 0x4111, 0)
    guest.become(guest.kernel.tasks[2])
    with pytest.raises(Dead):
        guest.call("exit_group", 7)
    assert log.text.splitlines()[:4] == [
        "clone(child_stack=NULL, flags=CLONE_VM|CLONE_VFORK|SIGCHLD <unfinished ...>",
        "[pid     2] exit_group(7) = ?",
        "[pid     2] +++ exited with 7 +++",
        "<... clone resumed>) = 2",
    ]


def test_signals() -> None:
    """A signal's cause, a call that it ends, and the end by it."""
    log = Log()
    guest = log.guest
    guest.call("kill", 1, 17)
    with pytest.raises(Dead):
        guest.access(0x8, "w")
    assert log.text.startswith("kill(1, SIGCHLD) = 0\n--- SIGCHLD {si_signo=SIGCHLD, si_code=SI_USER, ")
    assert log.text.endswith(
        "--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x8} ---\n+++ killed by SIGSEGV +++\n"
    )


def test_signals_that_are_ignored_are_told() -> None:
    """strace sees them, for the kernel stops for it; with what was sent along."""
    log = Log()
    log.guest.store(BUF, struct.pack("<iii4xIIQ", 17, 0, -1, 1, 0, 5))
    info = "{si_signo=SIGCHLD, si_code=SI_QUEUE, si_pid=1, si_uid=0, si_int=5, si_ptr=0x5}"
    lines = log.line("rt_sigqueueinfo", 1, 17, BUF)
    assert lines == f"rt_sigqueueinfo(1, SIGCHLD, {info}) = 0\n--- SIGCHLD {info} ---\n"


@pytest.mark.parametrize(
    ("number", "name", "args", "outcome"),
    [
        (19, "epoll_pwait", (3, BUF, 1, -1, 0, 8), "-1 EINTR (Interrupted system call)"),
        (19, "ppoll", (0, 0, BUF, 0, 8), "? ERESTARTNOHAND (To be restarted if no handler)"),
        (19, "clock_nanosleep", (1, 0, BUF, BUF), "? ERESTART_RESTARTBLOCK (Interrupted by signal)"),
        (19, "nanosleep", (BUF, BUF), "? ERESTART_RESTARTBLOCK (Interrupted by signal)"),
        (19, "futex", (BUF + 8, 0, 0, 0, 0, 0), "? ERESTARTSYS (To be restarted if SA_RESTART is set)"),
        (19, "futex", (BUF + 8, 0, 0, BUF, 0, 0), "? ERESTART_RESTARTBLOCK (Interrupted by signal)"),
        (9, "nanosleep", (BUF, 0), "?"),
    ],
)
def test_what_a_signal_interrupts(number: int, name: str, args: tuple[int, ...], outcome: str) -> None:
    """With the name of Linux's own result; a sleep tells what is left of it."""
    log = Log()
    guest, parent = log.guest, log.guest.task
    guest.store(BUF, struct.pack("<qq", 5, 0))
    guest.ok("epoll_create1", 0)
    child = guest.fork()
    with pytest.raises(Asleep):
        guest.call(name, *args)
    guest.become(child)
    guest.call("kill", 1, number)
    guest.become(parent)
    line = next(line for line in log.text.splitlines() if f"{name} resumed" in line)
    assert line.endswith(f" = {outcome}"), line
    assert ("{tv_sec=4, tv_nsec=9" in line) == ("nanosleep" in name and number == 19)


def test_strings() -> None:
    """Octal is as short as the next character lets it be."""
    assert quoted(b"\0\x001\x7f\xff") == r'"\0\0001\177\377"'
    assert quoted(b"x" * 33) == '"' + "x" * 32 + '"...'


def test_every_call_has_a_signature_of_known_kinds() -> None:
    """The table covers all calls of the kernel at both widths, and every kind of it exists."""
    Log()
    for xlen in (64, 32):
        assert {entry.name for entry in table.build(xlen).values()} <= SIGNATURES.keys()
    kinds = {parameter.kind for parameters in SIGNATURES.values() for parameter in parameters}
    assert kinds <= KINDS.keys() | flags.BITS.keys() | flags.CHOICES.keys()


@pytest.mark.parametrize("xlen", [64, 32])
def test_nothing_that_a_guest_passes_raises(xlen: int) -> None:
    """Random arguments: the log is written, and looking changes nothing that the guest sees."""
    rng = random.Random(xlen)
    plain, logged = Guest(xlen, ram=2 << 20), Log(xlen)
    logged.guest = Guest(xlen, ram=2 << 20)
    Strace(logged.guest.kernel, logged.write).listen()
    skipped = {"exit", "exit_group", "rt_sigreturn", "execve", "execveat", "clone", "clone3", "kill", "tkill", "tgkill"}
    names = [name for name in plain.numbers if name not in skipped]
    places = (0, 1, 8, BSS, BUF, BSS + 0xFFC, 0x10000, 0x600000, -1, -4096, 1 << 62, 3, 4096, -100)
    for _ in range(3000):
        name, args = (
            rng.choice(names),
            [rng.choice((*places, rng.getrandbits(rng.choice((4, 12, 40))))) for _ in range(6)],
        )
        results = []
        for guest in (plain, logged.guest):
            try:
                results.append(guest.call(name, *args))
            except (Asleep, Dead) as end:
                results.append(type(end))
        assert results[0] == results[1], (name, args)
        if results[0] in (Asleep, Dead):
            plain, logged.guest = Guest(xlen, ram=2 << 20), Guest(xlen, ram=2 << 20)
            Strace(logged.guest.kernel, logged.write).listen()
    assert logged.text.count("\n") > 2500
