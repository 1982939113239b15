"""Rows of epoll, timerfd, signalfd, locks and transfers between files, and of what is answered but not there."""

from __future__ import annotations

import struct

from kernel_fake import BSS, Guest
from rows_common import BUF, TEXT, UNMAPPED, Off, Row, after, name, path, pipe, user
from rows_files import closed_reader
from rows_files import iov as iovec
from rows_sockets import pair

EVENT, SPEC, LOCK, OFFSET = BSS + 0x1000, BSS + 0x1100, BSS + 0x1200, BSS + 0x1300
RDWR, NONBLOCK, CLOEXEC = 0o102, 0o4000, 0o2000000
ADD, DEL, MOD = 1, 2, 3


def event(guest: Guest, events: int = 1, data: int = 7) -> int:
    guest.store(EVENT, struct.pack("<I4xQ", events, data))
    return EVENT


def filled(guest: Guest) -> int:
    """The reading end of a pipe with nine bytes in it."""
    reader, writer = pipe(guest)
    guest.store(BUF, b"some text")
    guest.ok("write", writer, BUF, 9)
    return reader


EXCLUSIVE = 1 << 28


def around(reader: int, writer: int) -> tuple[int, ...]:
    """From a pipe into itself."""
    return reader, 0, writer, 0, 5, 0


def epoll(guest: Guest) -> int:
    return guest.ok("epoll_create1", 0)


def watching(guest: Guest, fd: int, events: int = 1) -> int:
    """An epoll instance that watches a descriptor."""
    instance = epoll(guest)
    guest.ok("epoll_ctl", instance, ADD, fd, event(guest, events))
    return instance


def chain(guest: Guest, inner: int, length: int) -> int:
    """So many instances that watch one another, and the last of them INNER: the outermost."""
    for _ in range(length):
        inner = watching(guest, inner)
    return inner


def circle(guest: Guest) -> tuple[int, ...]:
    """The innermost of three is to watch the outermost."""
    inner = epoll(guest)
    outer = chain(guest, inner, 2)
    return inner, ADD, outer, event(guest)


def many_instances(guest: Guest) -> int:
    """An instance that watches as many others as it may."""
    instance, other = epoll(guest), epoll(guest)
    for _ in range(64):
        guest.ok("epoll_ctl", instance, ADD, guest.ok("dup", other), event(guest))
    return instance


def timer(guest: Guest, flags: int = 0) -> int:
    return guest.ok("timerfd_create", 1, flags)


def sigevent(guest: Guest, signal: int = 10, notify: int = 0, tid: int = 0) -> int:
    guest.store(EVENT, struct.pack("<Qiii" if guest.xlen == 64 else "<Iiii", 77, signal, notify, tid))
    return EVENT


def posix_timer(guest: Guest, **how: int) -> int:
    """A timer; its number is 0."""
    guest.ok("timer_create", 1, sigevent(guest, **how), BUF)
    return guest.word_at(BUF, 4)


def spec(guest: Guest, interval: int = 0, first: int = 1000, nsec: int = 0) -> int:
    guest.store(SPEC, struct.pack("<4q", interval, nsec, first, 0))
    return SPEC


def mask(guest: Guest, *signals: int) -> int:
    guest.store(BUF, struct.pack("<Q", sum(1 << (number - 1) for number in signals)))
    return BUF


def lock(guest: Guest, kind: int = 1, whence: int = 0, start: int = 0, length: int = 0, pid: int = 0) -> int:
    guest.store(LOCK, struct.pack("<hh4xqqi4x", kind, whence, start, length, pid))
    return LOCK


def file(guest: Guest, flags: int = RDWR, size: int = 10, name: str = "/tmp/f") -> int:
    """A file with some bytes."""
    fd = guest.open(name, RDWR)
    guest.ok("write", fd, BUF, size)
    guest.ok("close", fd)
    return guest.open(name, flags)


def locked_by_child(guest: Guest) -> int:
    """A file that another process holds a lock on."""
    fd, parent = file(guest), guest.task
    child = guest.fork()
    guest.become(child)
    guest.ok("fcntl" if guest.xlen == 64 else "fcntl64", fd, 13, lock(guest))
    guest.become(parent)
    return fd


def joined(guest: Guest) -> int:
    """A file whose bytes 5 to 14 another process has locked in two steps."""
    fd, parent = file(guest), guest.task
    guest.become(guest.fork())
    for start in (10, 5):
        guest.ok("fcntl" if guest.xlen == 64 else "fcntl64", fd, 13, lock(guest, start=start, length=5))
    guest.become(parent)
    return fd


def of_another_file(guest: Guest) -> int:
    """A second opening of a file, 4; the first one, 3, holds a lock."""
    guest.ok("fcntl" if guest.xlen == 64 else "fcntl64", file(guest), 37, lock(guest))
    return guest.open("/tmp/f", RDWR)


def flocked(guest: Guest) -> int:
    """A second opening of a file that is locked by the first."""
    guest.ok("flock", file(guest), 2)
    return guest.open("/tmp/f", 2)


def offset(guest: Guest, value: int) -> int:
    guest.store(OFFSET, struct.pack("<q", value))
    return OFFSET


def pending(guest: Guest, flags: int = NONBLOCK) -> int:
    """A signalfd with a blocked signal that is pending."""
    guest.ok("rt_sigprocmask", 0, mask(guest, 10), 0, 8)
    fd = guest.ok("signalfd4", -1, mask(guest, 10), 8, flags)
    guest.ok("kill", 1, 10)
    return fd


def iov(guest: Guest) -> int:
    guest.store(SPEC, struct.pack("<QQ" if guest.xlen == 64 else "<II", BUF, 4))
    return SPEC


def eight(guest: Guest, result: int) -> bool:
    return result == 1 and struct.unpack("<I4xQ", guest.load(BUF, 16)) == (4, 7)


ROWS: list[Row] = [
    ("epoll_create1", (0,), 3),
    ("epoll_create1", (CLOEXEC,), 3),
    ("epoll_create1", (1,), "EINVAL"),
    ("epoll_ctl", lambda g: (epoll(g), ADD, pipe(g)[0], event(g)), 0),
    ("epoll_ctl", lambda g: (watching(g, pipe(g)[0]), ADD, 3, event(g)), "EEXIST"),
    ("epoll_ctl", lambda g: (watching(g, pipe(g)[0]), MOD, 3, event(g, 4)), 0),
    ("epoll_ctl", lambda g: (watching(g, pipe(g)[0]), DEL, 3, 0), 0),
    ("epoll_ctl", lambda g: (epoll(g), MOD, pipe(g)[0], event(g)), "ENOENT"),
    ("epoll_ctl", lambda g: (epoll(g), DEL, pipe(g)[0], 0), "ENOENT"),
    ("epoll_ctl", lambda g: (epoll(g), 9, pipe(g)[0], event(g)), "EINVAL"),
    ("epoll_ctl", lambda g: (epoll(g), ADD, g.open("/dev/zero"), event(g)), "EPERM"),  # it has no poll
    ("epoll_ctl", lambda g: (epoll(g), ADD, g.open("/dev/random"), event(g)), 0),
    ("epoll_ctl", lambda g: (epoll(g), ADD, 3, event(g)), "EINVAL"),
    ("epoll_ctl", lambda g: (watching(g, epoll(g)), ADD, 99, event(g)), "EBADF"),
    ("epoll_ctl", lambda g: (epoll(g), ADD, pipe(g)[0], event(g, EXCLUSIVE | 1)), 0),
    ("epoll_ctl", lambda g: (epoll(g), ADD, pipe(g)[0], event(g, EXCLUSIVE | 1 << 30)), "EINVAL"),  # EPOLLONESHOT
    ("epoll_ctl", lambda g: (epoll(g), ADD, pipe(g)[0], event(g, EXCLUSIVE | 2)), "EINVAL"),  # EPOLLPRI
    ("epoll_ctl", lambda g: (epoll(g), ADD, epoll(g), event(g, EXCLUSIVE | 1)), "EINVAL"),
    ("epoll_ctl", lambda g: (watching(g, pipe(g)[0]), MOD, 3, event(g, EXCLUSIVE | 1)), "EINVAL"),
    ("epoll_ctl", lambda g: (watching(g, pipe(g)[0], EXCLUSIVE | 1), MOD, 3, event(g)), "EINVAL"),
    ("epoll_ctl", circle, "ELOOP"),
    ("epoll_ctl", lambda g: (epoll(g), ADD, epoll(g), event(g)), 0),
    ("epoll_ctl", lambda g: (epoll(g), ADD, chain(g, epoll(g), 3), event(g)), 0),
    ("epoll_ctl", lambda g: (epoll(g), ADD, chain(g, epoll(g), 4), event(g)), "ELOOP"),
    ("epoll_ctl", lambda g: (chain(g, inner := epoll(g), 2) and inner, ADD, chain(g, epoll(g), 2), event(g)), "ELOOP"),
    ("epoll_pwait", lambda g: (chain(g, watching(g, pipe(g)[1], 4), 4), BUF, 8, -1, 0, 8), 1),
    ("epoll_pwait", lambda g: (chain(g, watching(g, pipe(g)[0]), 4), BUF, 8, 0, 0, 8), 0),
    ("epoll_ctl", lambda g: (many_instances(g), ADD, epoll(g), event(g)), "ENOSPC"),
    ("epoll_ctl", lambda g: (epoll(g), ADD, file(g), event(g)), "EPERM"),
    ("epoll_ctl", lambda g: (1, ADD, pipe(g)[0], event(g)), "EINVAL"),
    ("epoll_ctl", lambda g: (epoll(g), ADD, pipe(g)[0], UNMAPPED), "EFAULT"),
    ("epoll_pwait", lambda g: (watching(g, pipe(g)[1], 4), BUF, 8, -1, 0, 8), eight),
    ("epoll_pwait", lambda g: (watching(g, pipe(g)[0]), BUF, 8, -1, 0, 8), "asleep"),
    ("epoll_pwait", lambda g: (watching(g, pipe(g)[0]), BUF, 8, 0, 0, 8), 0),
    ("epoll_pwait", lambda g: (epoll(g), BUF, 0, 0, 0, 8), "EINVAL"),
    ("epoll_pwait", lambda g: (epoll(g), BUF, -1, 0, 0, 8), "EINVAL"),
    ("epoll_pwait", lambda g: (1, BUF, 1, 0, 0, 8), "EINVAL"),
    ("epoll_pwait", (99, BUF, 1, 0, 0, 8), "EBADF"),
    ("epoll_pwait", lambda g: (watching(g, pipe(g)[1], 4), UNMAPPED, 8, -1, 0, 8), "EFAULT"),
    ("epoll_pwait", lambda g: (epoll(g), BUF, 1, 0, BUF, 4), "EINVAL"),
    ("epoll_pwait2", lambda g: (watching(g, pipe(g)[1], 4), BUF, 8, 0, 0, 8), eight),
    ("epoll_pwait2", lambda g: (epoll(g), BUF, 8, UNMAPPED, 0, 8), "EFAULT"),
    ("timerfd_create", (1, NONBLOCK), 3),
    ("timerfd_create", (2, 0), "EINVAL"),
    ("timerfd_create", (1, 1), "EINVAL"),
    ("timerfd_settime", lambda g: (timer(g), 0, spec(g), 0), 0),
    ("timerfd_settime", lambda g: (timer(g), 1, spec(g), BUF), 0),
    ("timerfd_settime", lambda g: (timer(g), 8, spec(g), 0), "EINVAL"),
    ("timerfd_settime", lambda g: (timer(g), 0, spec(g, nsec=1 << 40), 0), "EINVAL"),
    ("timerfd_settime", lambda g: (timer(g), 0, UNMAPPED, 0), "EFAULT"),
    ("timerfd_settime", lambda g: (timer(g), 0, spec(g), TEXT), "EFAULT"),
    ("timerfd_settime", lambda g: (1, 0, spec(g), 0), "EINVAL"),
    ("timerfd_settime", lambda g: (99, 0, spec(g), 0), "EBADF"),
    ("timerfd_gettime", lambda g: (timer(g), BUF), 0),
    ("timerfd_gettime", lambda g: (timer(g), UNMAPPED), "EFAULT"),
    ("timerfd_gettime", (1, BUF), "EINVAL"),
    ("timerfd_gettime", (99, BUF), "EBADF"),
    ("read", lambda g: (timer(g), BUF, 8), "asleep"),
    ("read", lambda g: (timer(g, NONBLOCK), BUF, 8), "EAGAIN"),
    ("read", lambda g: (timer(g), BUF, 7), "EINVAL"),
    ("timer_create", lambda g: (1, sigevent(g), BUF), lambda g, r: r == 0 and g.word_at(BUF, 4) == 0),
    ("timer_create", lambda g: (0, 0, BUF), 0),
    ("timer_create", lambda g: (1, sigevent(g, notify=1), BUF), 0),
    ("timer_create", lambda g: (1, sigevent(g, notify=4, tid=1), BUF), 0),
    ("timer_create", lambda g: (1, sigevent(g, notify=4, tid=99), BUF), "EINVAL"),
    ("timer_create", lambda g: (1, sigevent(g, notify=9), BUF), "EINVAL"),
    ("timer_create", lambda g: (1, sigevent(g, signal=0), BUF), "EINVAL"),
    ("timer_create", lambda g: (99, sigevent(g), BUF), "EINVAL"),
    *[("timer_create", (clock, 0, BUF), 0) for clock in (2, 3, ~1 << 3 | 2)],
    ("timer_create", (1, UNMAPPED, BUF), "EFAULT"),
    ("timer_create", lambda g: (1, sigevent(g), TEXT), "EFAULT"),
    ("timer_settime", lambda g: (posix_timer(g), 0, spec(g), 0), 0),
    ("timer_settime", lambda g: (posix_timer(g), 1, spec(g), BUF), 0),
    ("timer_settime", lambda g: (posix_timer(g), 0, spec(g, nsec=1 << 40), 0), "EINVAL"),
    ("timer_settime", lambda g: (posix_timer(g), 0, 0, 0), "EINVAL"),
    ("timer_settime", lambda g: (posix_timer(g), 0, UNMAPPED, 0), "EFAULT"),
    ("timer_settime", lambda g: (5, 0, spec(g), 0), "EINVAL"),
    ("timer_gettime", lambda g: (posix_timer(g), BUF), 0),
    ("timer_gettime", lambda g: (posix_timer(g), UNMAPPED), "EFAULT"),
    ("timer_gettime", (5, BUF), "EINVAL"),
    ("timer_getoverrun", lambda g: (posix_timer(g),), 0),
    ("timer_getoverrun", (5,), "EINVAL"),
    ("timer_delete", lambda g: (posix_timer(g),), 0),
    ("timer_delete", (5,), "EINVAL"),
    ("signalfd4", lambda g: (-1, mask(g, 10), 8, 0), 3),
    ("signalfd4", lambda g: (g.ok("signalfd4", -1, mask(g, 10), 8, 0), mask(g, 12), 8, 0), 3),
    ("signalfd4", lambda g: (-1, mask(g, 10), 4, 0), "EINVAL"),
    ("signalfd4", lambda g: (-1, mask(g, 10), 8, 1), "EINVAL"),
    ("signalfd4", lambda g: (1, mask(g, 10), 8, 0), "EINVAL"),
    ("signalfd4", lambda g: (99, mask(g, 10), 8, 0), "EBADF"),
    ("signalfd4", (-1, UNMAPPED, 8, 0), "EFAULT"),
    ("read", lambda g: (pending(g), BUF, 128), lambda g, r: r == 128 and g.word_at(BUF, 4) == 10),
    ("read", lambda g: (g.ok("signalfd4", -1, mask(g, 10), 8, NONBLOCK), BUF, 128), "EAGAIN"),
    ("read", lambda g: (g.ok("signalfd4", -1, mask(g, 10), 8, 0), BUF, 128), "asleep"),
    ("read", lambda g: (pending(g), BUF, 127), "EINVAL"),
    ("flock", (-1, 32 | 64), 0),  # LOCK_MAND: no such locks any more, and nothing is looked at
    ("flock", lambda g: (file(g), 2), 0),
    ("flock", lambda g: (flocked(g), 2 | 4), "EAGAIN"),
    ("flock", lambda g: (flocked(g), 1), "asleep"),
    ("flock", lambda g: (file(g), 3), "EINVAL"),
    ("flock", (99, 2), "EBADF"),
    ("fcntl", lambda g: (file(g), 13, lock(g)), 0),
    ("fcntl", lambda g: (locked_by_child(g), 13, lock(g)), "EAGAIN"),
    ("fcntl", lambda g: (locked_by_child(g), 14, lock(g)), "asleep"),
    ("fcntl", lambda g: (locked_by_child(g), 12, lock(g)), lambda g, r: g.word_at(LOCK + 24, 4) == 2),
    ("fcntl", lambda g: (file(g), 12, lock(g)), lambda g, r: g.word_at(LOCK, 2) == 2),
    ("fcntl", lambda g: (file(g, 0), 13, lock(g)), "EBADF"),
    ("fcntl", lambda g: (file(g), 12, lock(g, 2)), "EINVAL"),  # F_GETLK asks for a lock
    ("fcntl", lambda g: (joined(g), 12, lock(g)), lambda g, r: (g.word_at(LOCK + 8), g.word_at(LOCK + 16)) == (5, 10)),
    ("fcntl", lambda g: (file(g), 37, lock(g)), 0),  # F_OFD_SETLK
    ("fcntl", lambda g: (file(g), 37, lock(g, pid=1)), "EINVAL"),
    ("fcntl", lambda g: (of_another_file(g), 37, lock(g)), "EAGAIN"),
    ("fcntl", lambda g: (of_another_file(g), 38, lock(g)), "asleep"),
    ("fcntl", lambda g: (of_another_file(g), 13, lock(g)), "EAGAIN"),
    ("fcntl", lambda g: (of_another_file(g), 36, lock(g)), lambda g, r: g.word_at(LOCK + 24, 4) == 0xFFFFFFFF),
    ("fcntl", after(of_another_file, ("close", 3), args=lambda g: (4, 37, lock(g))), 0),
    ("fcntl", after(of_another_file, ("close", 4), args=lambda g: (g.open("/tmp/f", RDWR), 37, lock(g))), "EAGAIN"),
    ("fcntl", lambda g: (file(g), 13, lock(g, 3)), "EINVAL"),
    ("fcntl", lambda g: (file(g), 13, lock(g, whence=3)), "EINVAL"),
    ("fcntl", lambda g: (file(g), 13, lock(g, start=-1)), "EINVAL"),
    ("fcntl", lambda g: (file(g), 13, UNMAPPED), "EFAULT"),
    ("splice", lambda g: (file(g), 0, pipe(g)[1], 0, 100, 0), 10),
    (
        "splice",
        lambda g: (file(g), offset(g, 4), pipe(g)[1], 0, 100, 0),
        lambda g, r: r == 6 and g.word_at(OFFSET) == 10,
    ),
    ("splice", lambda g: (filled(g), 0, file(g), 0, 5, 0), 5),
    ("splice", lambda g: (filled(g), 0, file(g), offset(g, 8), 9, 0), lambda g, r: r == 9 and g.word_at(OFFSET) == 17),
    ("splice", lambda g: (filled(g), 0, pipe(g)[1], 0, 5, 0), 5),
    ("splice", lambda g: (filled(g), 0, pair(g)[0], 0, 5, 0), 5),
    ("splice", lambda g: (pipe(g)[0], 0, file(g), 0, 5, 0), "asleep"),
    ("splice", lambda g: (pipe(g)[0], 0, file(g), 0, 5, 2), "EAGAIN"),
    ("splice", lambda g: (pipe(g)[0], 0, file(g), 0, 0, 0), 0),
    ("splice", lambda g: (file(g), 0, closed_reader(g), 0, 5, 0), "EPIPE"),
    ("splice", lambda g: (file(g), 0, file(g), 0, 5, 0), "EINVAL"),
    ("splice", lambda g: around(*pipe(g)), "EINVAL"),
    ("splice", lambda g: (file(g), 0, pipe(g)[1], offset(g, 0), 5, 0), "ESPIPE"),
    ("splice", lambda g: (file(g), 0, pipe(g)[0], 0, 5, 0), "EBADF"),
    ("splice", lambda g: (file(g), 0, pipe(g)[1], 0, 5, 16), "EINVAL"),
    ("splice", lambda g: (g.open("/"), 0, pipe(g)[1], 0, 5, 0), "EISDIR"),
    ("tee", lambda g: (filled(g), pipe(g)[1], 5, 0), 5),
    ("tee", lambda g: (pipe(g)[0], pipe(g)[1], 5, 2), "EAGAIN"),
    ("tee", lambda g: (filled(g), file(g), 5, 0), "EINVAL"),
    ("tee", lambda g: (filled(g), 99, 5, 0), "EBADF"),
    ("vmsplice", lambda g: (pipe(g)[1], iovec(g, (BSS, 6)), 1, 0), 6),
    ("vmsplice", lambda g: (filled(g), iovec(g, (BSS, 6)), 1, 0), 6),
    ("vmsplice", lambda g: (pipe(g)[0], iovec(g, (BSS, 6)), 1, 2), "EAGAIN"),
    ("vmsplice", lambda g: (file(g), iovec(g, (BSS, 6)), 1, 0), "EBADF"),
    ("sendfile", lambda g: (pipe(g)[1], file(g), 0, 10), 10),
    ("sendfile", lambda g: (pipe(g)[1], file(g), offset(g, 4), 10), lambda g, r: r == 6 and g.word_at(OFFSET) == 10),
    ("sendfile", lambda g: (pair(g)[0], file(g), 0, 3), 3),
    ("sendfile", lambda g: (file(g), pipe(g)[0], 0, 10), "EINVAL"),
    ("sendfile", lambda g: (pipe(g)[0], file(g), 0, 10), "EBADF"),
    ("sendfile", lambda g: (pipe(g)[1], file(g), offset(g, -1), 10), "EINVAL"),
    ("sendfile", lambda g: (pipe(g)[1], file(g), UNMAPPED, 10), "EFAULT"),
    ("sendfile", lambda g: (1, 99, 0, 10), "EBADF"),
    ("copy_file_range", lambda g: (file(g), 0, file(g, name="/tmp/g"), 0, 10, 0), 10),
    ("copy_file_range", lambda g: (file(g), 0, 3, offset(g, 5), 10, 0), "EINVAL"),
    ("copy_file_range", (-1, 0, -1, 0, 1, 1), "EBADF"),  # the descriptors come first
    ("copy_file_range", lambda g: (file(g), 0, file(g, name="/dev/shm/g"), 0, 10, 0), "EXDEV"),
    ("copy_file_range", lambda g: (file(g), 0, file(g, 0, name="/tmp/g"), 0, 10, 0), "EBADF"),
    ("copy_file_range", lambda g: (file(g), 0, pipe(g)[1], 0, 10, 0), "EINVAL"),
    ("preadv2", lambda g: (file(g), iov(g), 1, 0, 0, 0), 4),
    ("preadv2", lambda g: (file(g), iov(g), 1, -1, -1, 0), 4),
    ("preadv2", lambda g: (file(g), iov(g), 1, 0, 0, 1 << 20), "EOPNOTSUPP"),
    ("preadv2", lambda g: (99, iov(g), 1, 0, 0, 0), "EBADF"),
    ("pwritev2", lambda g: (file(g), iov(g), 1, 2, 0, 0), 4),
    ("pwritev2", lambda g: (file(g), iov(g), 1, 2, 0, 1 << 20), "EOPNOTSUPP"),
    ("pwritev2", lambda g: (file(g, 0), iov(g), 1, 2, 0, 0), "EBADF"),
    ("fallocate", lambda g: (file(g), 0, Off(0), Off(100)), lambda g, r: g.task.files.get(3).inode.i_size == 100),
    ("fallocate", lambda g: (file(g), 1, Off(0), Off(100)), lambda g, r: g.task.files.get(3).inode.i_size == 10),
    (
        "fallocate",
        lambda g: (file(g), 3, Off(0), Off(100)),
        lambda g, r: r == 0 and g.task.files.get(3).inode.i_size == 10,
    ),
    ("fallocate", lambda g: (file(g), 2, Off(0), Off(100)), "EOPNOTSUPP"),
    ("fallocate", lambda g: (file(g), 16, Off(0), Off(100)), "EOPNOTSUPP"),
    ("fallocate", lambda g: (file(g), 0, Off(-1), Off(100)), "EINVAL"),
    ("fallocate", lambda g: (file(g), 0, Off(0), Off(0)), "EINVAL"),
    ("fallocate", lambda g: (file(g, 0), 0, Off(0), Off(9)), "EBADF"),
    ("fallocate", lambda g: (pipe(g)[1], 0, Off(0), Off(9)), "ESPIPE"),
    ("fallocate", lambda g: (file(g), 0, Off((1 << 63) - 1), Off(9)), "EFBIG"),
    ("sync_file_range", lambda g: (file(g), Off(0), Off(0), 7), 0),
    ("sync_file_range", lambda g: (file(g), Off(0), Off(0), 8), "EINVAL"),
    ("sync_file_range", lambda g: (pipe(g)[0], Off(0), Off(0), 0), "ESPIPE"),
    ("sync_file_range", (99, Off(0), Off(0), 0), "EBADF"),
    ("readahead", lambda g: (file(g), Off(0), 4096), 0),
    ("readahead", lambda g: (pipe(g)[0], Off(0), 4096), "EINVAL"),
    ("readahead", (99, Off(0), 1), "EBADF"),
    ("syncfs", lambda g: (file(g),), 0),
    ("syncfs", (99,), "EBADF"),
    ("setreuid", (1000, 1001), 0),
    ("setreuid", lambda g: (user(g) or 0, 0), "EPERM"),
    ("setregid", (1000, 1001), 0),
    ("setregid", lambda g: (user(g) or 1, 1), "EPERM"),
    ("setfsuid", (1000,), 0),
    ("setfsgid", (1000,), 0),
    ("personality", (0xFFFFFFFF,), 0),
    ("personality", (8,), "EINVAL"),
    ("rseq", (BUF, 32, 0, 0), "ENOSYS"),
    *((f"{how}xattr", path("/prog"), "EOPNOTSUPP") for how in ("get", "lget", "fget", "set", "lset", "fset")),
    *((f"{how}xattr", name("/prog"), "EOPNOTSUPP") for how in ("list", "llist", "flist")),
    *((f"{how}xattr", name("/prog"), "EOPNOTSUPP") for how in ("remove", "lremove", "fremove")),
]
