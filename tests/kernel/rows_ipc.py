"""Rows of System V's message queues and semaphores and of POSIX message queues."""

from __future__ import annotations

import struct
from typing import Any

from kernel_fake import BSS, Guest
from rows_common import BUF, UNMAPPED, Row, after, data, name, name_on, user

CREAT, EXCL, NOWAIT, RDWR, NONBLOCK = 0o1000, 0o2000, 0o4000, 2, 0o4000
O_CREAT, O_EXCL = 0o100, 0o200
GETPID, GETVAL, GETALL, GETNCNT, GETZCNT, SETVAL, SETALL = range(11, 18)
UNDO = 0x1000
BILLION = 10**9


# -- message queues of System V ---------------------------------------------------------------------------------------
def queue(guest: Guest, mode: int = 0o600) -> int:
    return guest.ok("msgget", 0, CREAT | mode)


def letter(guest: Guest, kind: int = 1, text: bytes = b"hello", at: int = BUF) -> int:
    """The address of a struct msgbuf."""
    guest.store(at, struct.pack("<q" if guest.xlen == 64 else "<i", kind) + text)
    return at


def holding(guest: Guest, *kinds: int) -> int:
    """A queue with a message of each of these types."""
    number = queue(guest)
    for kind in kinds:
        guest.ok("msgsnd", number, letter(guest, kind), 5, 0)
    return number


def full(guest: Guest) -> int:
    """A queue with room for no more."""
    number, text = queue(guest), letter(guest, at=guest.mmap(3 << 12))
    for _ in range(2):
        guest.ok("msgsnd", number, text, 8192, 0)
    return number


def foreign(guest: Guest, mode: int, kind: str = "msgget") -> int:
    """Another user's object with this mode."""
    count = (1,) if kind == "semget" else ()
    number = guest.ok(kind, 0, *count, CREAT | mode)
    user(guest)
    return number


def removed(guest: Guest) -> int:
    number = queue(guest)
    guest.ok("msgctl", number, 0, 0)
    return number


# -- semaphores -------------------------------------------------------------------------------------------------------
def sems(guest: Guest, *values: int) -> int:
    """A set with these values."""
    number = guest.ok("semget", 0, len(values), CREAT | 0o600)
    for n, value in enumerate(values):
        guest.ok("semctl", number, n, SETVAL, value)
    return number


def values(guest: Guest) -> list[int]:
    """Those of the first set."""
    return list(guest.kernel.sem_ids.find(0).values)


def ops(guest: Guest, *operations: tuple[int, int, int]) -> tuple[int, int]:
    """(the address of the operations, how many)."""
    guest.store(BUF, b"".join(struct.pack("<Hhh", *operation) for operation in operations))
    return BUF, len(operations)


def semop(values: tuple[int, ...], *operations: tuple[int, int, int]) -> Any:
    return lambda g: (sems(g, *values), *ops(g, *operations))


def timed(guest: Guest, nanoseconds: int) -> int:
    """The address of a time."""
    guest.store(BUF + 0x200, struct.pack("<qq", 0, nanoseconds))
    return BUF + 0x200


# -- POSIX message queues ---------------------------------------------------------------------------------------------
def mq(guest: Guest, flags: int = RDWR, maxmsg: int = 2, msgsize: int = 16) -> int:
    """A descriptor of the queue `q`."""
    attr = struct.pack("<8q" if guest.xlen == 64 else "<8i", 0, maxmsg, msgsize, *[0] * 5)
    guest.store(BUF + 0x100, attr)
    return guest.ok("mq_open", guest.string("q"), O_CREAT | flags, 0o600, BUF + 0x100)


def attributes(maxmsg: int, msgsize: int) -> Any:
    """Arguments of mq_open for a new queue."""
    return lambda g: (g.string("n"), O_CREAT | RDWR, 0o600, *data("8L", 0, maxmsg, msgsize, *[0] * 5)(g))


def posted(guest: Guest, count: int = 1, flags: int = RDWR) -> int:
    """A queue with so many messages, of rising priority."""
    fd = mq(guest, flags)
    for n in range(count):
        guest.store(BUF, bytes([65 + n]) * 3)
        guest.ok(name_on("mq_timedsend", guest.xlen) or "", fd, BUF, 3, n, 0)
    return fd


def event(guest: Guest, signal: int = 10, notify: int = 0) -> int:
    """The address of a struct sigevent."""
    guest.store(BUF, struct.pack("<Qii" if guest.xlen == 64 else "<Iii", 77, signal, notify))
    return BUF


ROWS: list[Row] = [
    ("msgget", (0, CREAT | 0o600), 0),
    ("msgget", (5, 0), "ENOENT"),
    ("msgget", after(("msgget", 5, CREAT | 0o600), args=(5, 0)), 0),
    ("msgget", after(("msgget", 5, CREAT | 0o600), args=(5, CREAT | EXCL)), "EEXIST"),
    ("msgget", after(("msgget", 5, CREAT | 0o600), user, args=(5, 0o600)), "EACCES"),
    ("msgsnd", lambda g: (queue(g), letter(g), 5, 0), 0),
    ("msgsnd", lambda g: (queue(g), letter(g), 0, 0), 0),
    ("msgsnd", lambda g: (queue(g), letter(g, 0), 5, 0), "EINVAL"),
    ("msgsnd", lambda g: (queue(g), letter(g), 8193, 0), "EINVAL"),
    ("msgsnd", lambda g: (-1, letter(g), 5, 0), "EINVAL"),
    ("msgsnd", lambda g: (removed(g), letter(g), 5, 0), "EINVAL"),
    ("msgsnd", lambda g: (full(g), letter(g), 1, 0), "asleep"),
    ("msgsnd", lambda g: (full(g), letter(g), 1, NOWAIT), "EAGAIN"),
    ("msgsnd", lambda g: (foreign(g, 0o644), letter(g), 5, 0), "EACCES"),
    ("msgsnd", lambda g: (queue(g), UNMAPPED, 5, 0), "EFAULT"),
    ("msgrcv", lambda g: (holding(g, 3), BUF, 8, 0, 0), lambda g, r: r == 5 and g.word_at(BUF, 4) == 3),
    ("msgrcv", lambda g: (holding(g, 3, 2, 4), BUF, 8, 2, 0), lambda g, r: g.word_at(BUF, 4) == 2),
    ("msgrcv", lambda g: (holding(g, 3, 2, 4), BUF, 8, -3, 0), lambda g, r: g.word_at(BUF, 4) == 2),
    ("msgrcv", lambda g: (holding(g, 3, 2), BUF, 8, 3, 0o20000), lambda g, r: g.word_at(BUF, 4) == 2),
    ("msgrcv", lambda g: (holding(g, 3), BUF, 4, 0, 0), "E2BIG"),
    ("msgrcv", lambda g: (holding(g, 3), BUF, 4, 0, 0o10000), 4),
    ("msgrcv", lambda g: (holding(g, 3), BUF, 8, 5, 0), "asleep"),
    ("msgrcv", lambda g: (holding(g, 3), BUF, 8, 5, NOWAIT), "ENOMSG"),
    ("msgrcv", lambda g: (holding(g, 3), UNMAPPED, 8, 0, 0), "EFAULT"),
    ("msgrcv", lambda g: (holding(g, 3), BUF, -1, 0, 0), "EINVAL"),
    ("msgrcv", (9, BUF, 8, 0, 0), "EINVAL"),
    ("msgrcv", lambda g: (foreign(g, 0o622), BUF, 8, 0, NOWAIT), "EACCES"),
    # MSG_COPY: the message of this number, which stays
    ("msgrcv", lambda g: (holding(g, 3, 4), BUF, 8, 1, 0o44000), lambda g, r: g.word_at(BUF, 4) == 4),
    ("msgrcv", lambda g: (holding(g, 3, 4), BUF, 8, 2, 0o44000), "ENOMSG"),
    ("msgrcv", lambda g: (holding(g, 3), BUF, 8, 0, 0o40000), "EINVAL"),
    ("msgctl", lambda g: (holding(g, 3), 2, BUF), 0),
    ("msgctl", lambda g: (holding(g, 3), 11, BUF), 0),
    ("msgctl", lambda g: (holding(g, 3), 13, BUF), 0),
    ("msgctl", lambda g: (holding(g, 3), 0, 0), 0),
    ("msgctl", lambda g: (holding(g, 3), 3, BUF), lambda g, r: g.word_at(BUF + 8, 4) == 8192),
    ("msgctl", lambda g: (holding(g, 3, 3), 12, BUF), lambda g, r: g.word_at(BUF + 4, 4) == 2),
    ("msgctl", lambda g: (holding(g, 3), 99, BUF), "EINVAL"),
    ("msgctl", (9, 2, BUF), "EINVAL"),
    ("msgctl", lambda g: (holding(g, 3), 2, UNMAPPED), "EFAULT"),
    ("msgctl", lambda g: (holding(g, 3), 1, UNMAPPED), "EFAULT"),
    ("msgctl", lambda g: (holding(g, 3), 3, UNMAPPED), "EFAULT"),
    ("msgctl", lambda g: (foreign(g, 0o600), 2, BUF), "EACCES"),
    ("msgctl", lambda g: (foreign(g, 0o666), 0, 0), "EPERM"),
    ("msgctl", lambda g: (foreign(g, 0o666), 1, BUF), "EPERM"),
    ("semget", (0, 3, CREAT | 0o600), 0),
    ("semget", (5, 3, 0), "ENOENT"),
    ("semget", (0, 0, CREAT), "EINVAL"),
    ("semget", (0, -1, CREAT), "EINVAL"),
    ("semget", (0, 32001, CREAT), "EINVAL"),
    ("semget", after(("semget", 5, 3, CREAT | 0o600), args=(5, 0, 0)), 0),
    ("semget", after(("semget", 5, 3, CREAT | 0o600), args=(5, 4, 0)), "EINVAL"),
    ("semget", after(("semget", 5, 3, CREAT | 0o600), args=(5, 3, CREAT | EXCL)), "EEXIST"),
    ("semget", after(("semget", 5, 3, CREAT | 0o600), user, args=(5, 3, 0o600)), "EACCES"),
    ("semget", after(*[("semget", 0, 32000, CREAT)] * 8, args=(0, 1, CREAT)), "ENOSPC"),
    ("semop", semop((2, 0), (0, -1, 0), (1, 2, 0)), lambda g, r: values(g) == [1, 2]),
    ("semop", semop((0,), (0, 0, 0)), 0),
    ("semop", semop((0,), (0, -1, 0)), "asleep"),
    ("semop", semop((1,), (0, 0, 0)), "asleep"),
    ("semop", semop((1, 0), (0, -1, 0), (1, -1, NOWAIT)), "EAGAIN"),
    ("semop", semop((32767,), (0, 1, 0)), "ERANGE"),
    ("semop", semop((0,), (1, 1, 0)), "EFBIG"),
    ("semop", lambda g: (sems(g, 0), BUF, 0), "EINVAL"),
    ("semop", lambda g: (sems(g, 0), BUF, 501), "E2BIG"),
    ("semop", lambda g: (sems(g, 0), UNMAPPED, 1), "EFAULT"),
    ("semop", lambda g: (9, *ops(g, (0, 1, 0))), "EINVAL"),
    ("semop", lambda g: (foreign(g, 0o644, "semget"), *ops(g, (0, 1, 0))), "EACCES"),
    ("semtimedop", lambda g: (sems(g, 0), *ops(g, (0, -1, 0)), timed(g, 0)), "EAGAIN"),
    ("semtimedop", lambda g: (sems(g, 0), *ops(g, (0, -1, 0)), timed(g, 5)), "asleep"),
    ("semtimedop", lambda g: (sems(g, 0), *ops(g, (0, -1, 0)), timed(g, BILLION)), "EINVAL"),
    ("semtimedop", lambda g: (sems(g, 0), *ops(g, (0, -1, 0)), UNMAPPED), "EFAULT"),
    ("semctl", lambda g: (sems(g, 7), 0, GETVAL, 0), 7),
    ("semctl", lambda g: (sems(g, 7), 0, GETPID, 0), 1),
    ("semctl", lambda g: (sems(g, 7), 0, GETNCNT, 0), 0),
    ("semctl", lambda g: (sems(g, 7), 0, GETZCNT, 0), 0),
    ("semctl", lambda g: (sems(g, 7, 8), 0, GETALL, BUF), lambda g, r: g.word_at(BUF, 4) == 7 | 8 << 16),
    (
        "semctl",
        lambda g: (sems(g, 7, 8), 0, SETALL, *data("HH", 3, 4)(g)),
        lambda g, r: values(g) == [3, 4],
    ),
    ("semctl", lambda g: (sems(g, 7), 0, SETVAL, 32768), "ERANGE"),
    ("semctl", lambda g: (sems(g, 7), 0, SETVAL, -1), "ERANGE"),
    ("semctl", lambda g: (sems(g, 7), 1, GETVAL, 0), "EINVAL"),
    ("semctl", lambda g: (sems(g, 7), 0, 99, 0), "EINVAL"),
    ("semctl", (9, 0, GETVAL, 0), "EINVAL"),
    *[("semctl", lambda g, c=command: (sems(g, 7), 0, c, BUF), 0) for command in (2, 18, 20, 3, 19)],
    ("semctl", lambda g: (sems(g, 7), 0, 2, UNMAPPED), "EFAULT"),
    ("semctl", lambda g: (sems(g, 7), 0, 1, UNMAPPED), "EFAULT"),
    ("semctl", lambda g: (sems(g, 7), 0, 3, UNMAPPED), "EFAULT"),
    ("semctl", lambda g: (sems(g, 7), 0, GETALL, UNMAPPED), "EFAULT"),
    ("semctl", lambda g: (sems(g, 7), 0, SETALL, UNMAPPED), "EFAULT"),
    ("semctl", lambda g: (sems(g, 7), 0, 0, 0), 0),
    ("semctl", lambda g: (foreign(g, 0o600, "semget"), 0, GETVAL, 0), "EACCES"),
    ("semctl", lambda g: (foreign(g, 0o666, "semget"), 0, 0, 0), "EPERM"),
    ("mq_open", attributes(10, 100), 3),
    ("mq_open", name("n", O_CREAT | RDWR, 0o600, 0), 3),
    ("mq_open", attributes(0, 100), "EINVAL"),
    ("mq_open", attributes(1, (16 << 20) + 1), "EINVAL"),
    ("mq_open", attributes(100, 8192), "EMFILE"),  # RLIMIT_MSGQUEUE
    ("mq_open", after(user, args=attributes(11, 1)), "EINVAL"),
    ("mq_open", name("n", RDWR, 0, 0), "ENOENT"),
    ("mq_open", name("", RDWR, 0, 0), "ENOENT"),
    ("mq_open", name("a/b", O_CREAT | RDWR, 0, 0), "EACCES"),
    ("mq_open", name("n" * 256, O_CREAT | RDWR, 0, 0), "ENAMETOOLONG"),
    ("mq_open", after(mq, args=name("q", O_CREAT | O_EXCL | RDWR, 0, 0)), "EEXIST"),
    ("mq_open", after(mq, args=name("q", 0, 0, 0)), 4),
    ("mq_open", after(mq, args=name("q", 3, 0, 0)), "EINVAL"),
    ("mq_open", after(mq, user, args=name("q", 0, 0, 0)), "EACCES"),
    ("mq_open", (UNMAPPED, RDWR, 0, 0), "EFAULT"),
    ("mq_open", name("n", O_CREAT | RDWR, 0, UNMAPPED), "EFAULT"),
    ("mq_unlink", after(mq, args=name("q")), 0),
    ("mq_unlink", after(mq, user, args=name("q")), "EACCES"),
    ("mq_unlink", name("q"), "ENOENT"),
    ("mq_unlink", (UNMAPPED,), "EFAULT"),
    ("mq_timedsend", lambda g: (mq(g), BUF, 16, 3, 0), 0),
    ("mq_timedsend", lambda g: (mq(g), BUF, 17, 3, 0), "EMSGSIZE"),
    ("mq_timedsend", lambda g: (mq(g), BUF, 16, 32768, 0), "EINVAL"),
    ("mq_timedsend", lambda g: (mq(g, 0), BUF, 16, 0, 0), "EBADF"),
    ("mq_timedsend", (0, BUF, 16, 0, 0), "EBADF"),
    ("mq_timedsend", lambda g: (posted(g, 2), BUF, 1, 0, 0), "asleep"),
    ("mq_timedsend", lambda g: (posted(g, 2, RDWR | NONBLOCK), BUF, 1, 0, 0), "EAGAIN"),
    ("mq_timedsend", lambda g: (posted(g, 2), BUF, 1, 0, timed(g, 5)), "ETIMEDOUT"),
    ("mq_timedsend", lambda g: (posted(g, 2), BUF, 1, 0, timed(g, BILLION)), "EINVAL"),
    ("mq_timedsend", lambda g: (mq(g), UNMAPPED, 1, 0, 0), "EFAULT"),
    ("mq_timedsend", lambda g: (mq(g), BUF, 1, 0, UNMAPPED), "EFAULT"),
    ("mq_timedreceive", lambda g: (posted(g, 2), BUF, 16, BUF + 64, 0), lambda g, r: g.load(BUF, r) == b"BBB"),
    ("mq_timedreceive", lambda g: (posted(g, 2), BUF, 15, 0, 0), "EMSGSIZE"),
    ("mq_timedreceive", lambda g: (mq(g, 1), BUF, 16, 0, 0), "EBADF"),
    ("mq_timedreceive", (0, BUF, 16, 0, 0), "EBADF"),
    ("mq_timedreceive", lambda g: (mq(g), BUF, 16, 0, 0), "asleep"),
    ("mq_timedreceive", lambda g: (mq(g, RDWR | NONBLOCK), BUF, 16, 0, 0), "EAGAIN"),
    ("mq_timedreceive", lambda g: (mq(g), BUF, 16, 0, timed(g, 5)), "ETIMEDOUT"),
    ("mq_timedreceive", lambda g: (posted(g), UNMAPPED, 16, 0, 0), "EFAULT"),
    ("mq_timedreceive", lambda g: (posted(g), BUF, 16, UNMAPPED, 0), "EFAULT"),
    ("mq_notify", lambda g: (mq(g), event(g)), 0),
    ("mq_notify", lambda g: (mq(g), event(g, 0, 1)), 0),
    ("mq_notify", lambda g: (mq(g), event(g, 65)), "EINVAL"),
    ("mq_notify", lambda g: (mq(g), event(g, 10, 2)), "EINVAL"),  # SIGEV_THREAD
    ("mq_notify", lambda g: (mq(g), 0), 0),
    ("mq_notify", lambda g: (fd := mq(g), g.ok("mq_notify", fd, event(g)) or event(g)), "EBUSY"),
    ("mq_notify", lambda g: (0, event(g)), "EBADF"),
    ("mq_notify", (0, UNMAPPED), "EFAULT"),
    ("mq_getsetattr", lambda g: (posted(g, 2), 0, BUF), lambda g, r: g.word_at(BUF + 3 * g.word, 4) == 2),
    ("mq_getsetattr", lambda g: (mq(g), *data("8L", 1, *[0] * 7)(g), 0), "EINVAL"),
    (
        "mq_getsetattr",
        lambda g: (mq(g), *data("8L", NONBLOCK, *[0] * 7)(g), 0),
        lambda g, r: g.task.files.get(3).flags & NONBLOCK,
    ),
    ("mq_getsetattr", (0, 0, BUF), "EBADF"),
    ("mq_getsetattr", lambda g: (mq(g), UNMAPPED, 0), "EFAULT"),
    ("mq_getsetattr", lambda g: (mq(g), 0, UNMAPPED), "EFAULT"),
    ("read", lambda g: (posted(g, 2), BSS, 10), lambda g, r: g.load(BSS, 7) == b"QSIZE:6"),
]
