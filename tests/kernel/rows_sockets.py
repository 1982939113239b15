"""Rows of the calls about sockets."""

from __future__ import annotations

import struct

from kernel_fake import BSS, Guest
from rows_common import BUF, KERNEL_HALF, TEXT, UNMAPPED, Row, after, path, user

AF_UNIX, AF_INET = 1, 2
STREAM, DGRAM, SEQPACKET, NONBLOCK, CLOEXEC = 1, 2, 5, 0o4000, 0o2000000
NAME, MSG, IOV, CONTROL, LENGTH = BSS + 0x1000, BSS + 0x1100, BSS + 0x1200, BSS + 0x1300, BSS + 0x1400


def pair(guest: Guest, kind: int = STREAM) -> tuple[int, int]:
    """Two connected sockets."""
    guest.ok("socketpair", AF_UNIX, kind, 0, LENGTH)
    return guest.word_at(LENGTH, 4), guest.word_at(LENGTH + 4, 4)


def sun(guest: Guest, name: bytes, at: int = NAME) -> tuple[int, int]:
    """A sockaddr_un in memory: its address and length."""
    guest.store(at, struct.pack("<H", AF_UNIX) + name)
    return at, 2 + len(name)


def bound(guest: Guest, name: bytes = b"/tmp/sock", kind: int = STREAM) -> int:
    """A socket with a name."""
    fd = guest.ok("socket", AF_UNIX, kind, 0)
    guest.ok("bind", fd, *sun(guest, name))
    return fd


def listener(guest: Guest, name: bytes = b"\0here", backlog: int = 1) -> int:
    """A socket that listens."""
    fd = bound(guest, name)
    guest.ok("listen", fd, backlog)
    return fd


def client(guest: Guest, name: bytes = b"\0here", flags: int = 0) -> int:
    """A socket connected to a listener."""
    fd = guest.ok("socket", AF_UNIX, STREAM | flags, 0)
    guest.ok("connect", fd, *sun(guest, name))
    return fd


def fresh(guest: Guest, kind: int = STREAM) -> int:
    return guest.ok("socket", AF_UNIX, kind, 0)


def full(guest: Guest) -> int:
    """A nonblocking stream whose peer's queue is full."""
    one, _ = pair(guest, STREAM | NONBLOCK)
    while guest.call("write", one, BUF, 4096) > 0:
        pass
    return one


def queue_full(guest: Guest) -> int:
    """A nonblocking client of a listener that nobody serves."""
    listener(guest, backlog=0)
    client(guest)
    return guest.ok("socket", AF_UNIX, STREAM | NONBLOCK, 0)


def message(
    guest: Guest, text: bytes = b"hello", files: tuple[int, ...] = (), room: int = 0, name: tuple[int, int] = (0, 0)
) -> int:
    """A msghdr with one piece of bytes at BUF, and SCM_RIGHTS or room for it."""
    word = "Q" if guest.xlen == 64 else "I"
    guest.store(BUF, text)
    guest.store(IOV, struct.pack(f"<2{word}", BUF, len(text)))
    size = struct.calcsize(f"<{word}ii") + 4 * len(files)
    control = struct.pack(f"<{word}ii{len(files)}i", size, 1, 1, *files) if files else b""
    guest.store(CONTROL, control.ljust(64, b"\0"))
    length = room or len(control)
    code = "<Qi4xQQQQi4x" if guest.xlen == 64 else "<Iiiiiii"
    guest.store(MSG, struct.pack(code, name[0], name[1], IOV, 1, CONTROL if length else 0, length, 0))
    return MSG


def sent(guest: Guest, kind: int = STREAM, text: bytes = b"hello", files: tuple[int, ...] = ()) -> int:
    """The end of a pair that has something to receive."""
    one, two = pair(guest, kind)
    guest.ok("sendmsg", one, message(guest, text, files), 0)
    return two


def barrier(guest: Guest) -> int:
    """The end of a stream with four bytes, one byte with a descriptor, and two more."""
    one, two = pair(guest)
    for text, files in ((b"four", ()), (b"1", (0,)), (b"22", ())):
        guest.ok("sendmsg", one, message(guest, text, files), 0)
    return two


def rejected(guest: Guest) -> int:
    """A datagram socket beside two others, of which one, with the name busy, hears only the other."""
    busy = bound(guest, b"\0busy", DGRAM)
    bound(guest, b"\0friend", DGRAM)
    guest.ok("connect", busy, *sun(guest, b"\0friend"))
    return fresh(guest, DGRAM)


def abandoned(guest: Guest) -> int:
    """A client whose listener went before it accepted."""
    server, waiting = listener(guest), client(guest)
    guest.ok("close", server)
    return waiting


def credentials(guest: Guest, *who: int) -> int:
    """A msghdr that says from whom it is: pid, uid, gid."""
    at = message(guest, room=32)
    guest.store(
        CONTROL, struct.pack("<Qii3I" if guest.xlen == 64 else "<Iii3I", 28 if guest.xlen == 64 else 24, 1, 2, *who)
    )
    return at


def told_as(guest: Guest, *who: int) -> int:
    """The end of a pair, to which somebody has said who he is, and which wants to know."""
    one, two = pair(guest)
    guest.ok("setsockopt", two, 1, 16, int_at(guest, 1, BUF + 0x80), 4)
    guest.ok("sendmsg", one, credentials(guest, *who), 0)
    return two


def came_from_5_6(guest: Guest, result: int) -> bool:
    return struct.unpack("<3I", guest.load(CONTROL + (16 if guest.xlen == 64 else 12), 12)) == (1, 5, 6)


def closed(guest: Guest, kind: int = STREAM) -> int:
    """The end of a pair whose other end is closed; SIGPIPE is ignored."""
    one, two = pair(guest, kind)
    guest.store(BUF, struct.pack("<QQQ" if guest.xlen == 64 else "<IIQ", 1, 0, 0))
    guest.ok("rt_sigaction", 13, BUF, 0, 8)
    guest.ok("close", two)
    return one


def int_at(guest: Guest, value: int, at: int = LENGTH) -> int:
    guest.store(at, struct.pack("<i", value))
    return at


def received_a_file(guest: Guest, result: int) -> bool:
    """The descriptor that came along leads to the same file."""
    number = struct.unpack("<i", guest.load(CONTROL + (16 if guest.xlen == 64 else 12), 4))[0]
    return result == 5 and guest.task.files.get(number).path == "/prog" and guest.load(BUF, 5) == b"hello"


def time_at(guest: Guest, seconds: int, micros: int) -> int:
    """The address of a struct timeval with 64 bits."""
    guest.store(BUF + 0x200, struct.pack("<qq", seconds, micros))
    return BUF + 0x200


def limited(guest: Guest, option: int, seconds: int, micros: int) -> int:
    """A socket on which calls wait only so long."""
    fd = pair(guest)[0]
    guest.ok("setsockopt", fd, 1, option, time_at(guest, seconds, micros), 16)
    return fd


def one_and_a_half(guest: Guest, result: int) -> bool:
    return struct.unpack("<qq", guest.load(BUF, 16)) == (1, 500_000)


ROWS: list[Row] = [
    ("socket", (AF_UNIX, STREAM, 0), 3),
    ("socket", (AF_UNIX, DGRAM | NONBLOCK | CLOEXEC, 0), 3),
    ("socket", (AF_UNIX, SEQPACKET, 0), 3),
    ("socket", (AF_INET, STREAM, 0), "EAFNOSUPPORT"),
    ("socket", (-1, STREAM, 0), "EAFNOSUPPORT"),
    ("socket", (AF_UNIX, 4, 0), "ESOCKTNOSUPPORT"),
    ("socket", (AF_UNIX, STREAM | 0x100, 0), "EINVAL"),
    ("socket", (AF_UNIX, STREAM, 6), "EPROTONOSUPPORT"),
    ("socketpair", (AF_UNIX, STREAM, 0, LENGTH), 0),
    ("socketpair", (AF_UNIX, STREAM, 0, UNMAPPED), "EFAULT"),
    ("socketpair", (AF_UNIX, STREAM, 0, TEXT), "EFAULT"),
    ("socketpair", (AF_INET, STREAM, 0, LENGTH), "EAFNOSUPPORT"),
    ("bind", lambda g: (fresh(g), *sun(g, b"/tmp/s")), 0),
    ("bind", lambda g: (fresh(g), *sun(g, b"")), 0),
    ("bind", lambda g: (fresh(g), *sun(g, b"/missing/s")), "ENOENT"),
    ("bind", lambda g: (fresh(g), *sun(g, b"/prog")), "EADDRINUSE"),
    ("bind", lambda g: (bound(g, b"\0x") and fresh(g), *sun(g, b"\0x")), "EADDRINUSE"),
    ("bind", lambda g: (bound(g), *sun(g, b"/tmp/t")), "EINVAL"),
    ("bind", lambda g: (fresh(g), NAME, 1), "EINVAL"),
    ("bind", lambda g: (fresh(g), NAME, 200), "EINVAL"),
    ("bind", lambda g: (fresh(g), UNMAPPED, 10), "EFAULT"),
    ("bind", lambda g: (1, *sun(g, b"/tmp/s")), "ENOTSOCK"),
    ("bind", lambda g: (99, *sun(g, b"/tmp/s")), "EBADF"),
    ("listen", lambda g: (bound(g), 5), 0),
    ("listen", lambda g: (fresh(g), 5), "EINVAL"),
    ("listen", lambda g: (bound(g, kind=DGRAM), 5), "EOPNOTSUPP"),
    ("listen", (0, 5), "ENOTSOCK"),
    ("connect", lambda g: (listener(g) and fresh(g), *sun(g, b"\0here")), 0),
    ("connect", lambda g: (listener(g, b"/tmp/l") and fresh(g), *sun(g, b"/tmp/l")), 0),
    ("connect", lambda g: (fresh(g), *sun(g, b"\0nobody")), "ECONNREFUSED"),
    ("connect", lambda g: (bound(g) and fresh(g), *sun(g, b"/tmp/sock")), "ECONNREFUSED"),
    ("connect", lambda g: (fresh(g), *sun(g, b"/missing")), "ENOENT"),
    ("connect", lambda g: (fresh(g), *sun(g, b"/prog")), "ECONNREFUSED"),
    ("connect", lambda g: (bound(g, kind=DGRAM) and fresh(g), *sun(g, b"/tmp/sock")), "EPROTOTYPE"),
    ("connect", lambda g: (bound(g, kind=DGRAM) and fresh(g, DGRAM), *sun(g, b"/tmp/sock")), 0),
    ("connect", lambda g: (pair(g)[0], *sun(g, b"\0here")), "EISCONN"),
    ("connect", lambda g: (listener(g), *sun(g, b"\0here")), "EINVAL"),
    ("connect", lambda g: (queue_full(g), *sun(g, b"\0here")), "EAGAIN"),
    ("connect", lambda g: (fresh(g), UNMAPPED, 10), "EFAULT"),
    ("accept", lambda g: (listener(g), 0, 0), "asleep"),
    ("accept", lambda g: (listener(g) and client(g) and 3, 0, 0), 5),
    ("accept", lambda g: (listener(g) and client(g) and 3, NAME, int_at(g, 20)), 5),
    ("accept", lambda g: (listener(g) and client(g) and 3, UNMAPPED, int_at(g, 20)), "EFAULT"),
    ("accept", lambda g: (listener(g) and client(g) and 3, NAME, int_at(g, -1)), "EINVAL"),
    ("accept", lambda g: (fresh(g), 0, 0), "EINVAL"),
    ("accept", lambda g: (fresh(g, DGRAM), 0, 0), "EOPNOTSUPP"),
    ("accept", (0, 0, 0), "ENOTSOCK"),
    ("accept4", lambda g: (listener(g) and client(g) and 3, 0, 0, NONBLOCK | CLOEXEC), 5),
    ("accept4", lambda g: (listener(g), 0, 0, 1), "EINVAL"),
    ("getsockname", lambda g: (bound(g), NAME, int_at(g, 110)), lambda g, r: g.load(NAME + 2, 9) == b"/tmp/sock"),
    ("getsockname", lambda g: (bound(g), NAME, int_at(g, -1)), "EINVAL"),
    ("getsockname", lambda g: (bound(g), UNMAPPED, int_at(g, 110)), "EFAULT"),
    ("getsockname", lambda g: (fresh(g), NAME, int_at(g, 110)), lambda g, r: g.word_at(LENGTH, 4) == 2),
    ("getsockname", (1, NAME, LENGTH), "ENOTSOCK"),
    ("getpeername", lambda g: (pair(g)[0], NAME, int_at(g, 110)), 0),
    ("getpeername", lambda g: (fresh(g), NAME, int_at(g, 110)), "ENOTCONN"),
    ("shutdown", lambda g: (pair(g)[0], 2), 0),
    ("shutdown", lambda g: (pair(g)[0], 3), "EINVAL"),
    ("shutdown", lambda g: (fresh(g), 0), "ENOTCONN"),
    ("shutdown", (1, 0), "ENOTSOCK"),
    ("setsockopt", lambda g: (fresh(g), 1, 2, int_at(g, 1), 4), 0),
    ("setsockopt", lambda g: (fresh(g), 1, 16, int_at(g, 1), 4), 0),
    ("setsockopt", lambda g: (fresh(g), 1, 7, int_at(g, 1 << 20), 4), 0),
    ("setsockopt", lambda g: (fresh(g), 1, 999, int_at(g, 1), 4), "ENOPROTOOPT"),
    ("setsockopt", lambda g: (fresh(g), 6, 1, int_at(g, 1), 4), "EOPNOTSUPP"),
    ("setsockopt", lambda g: (fresh(g), 1, 2, int_at(g, 1), 3), "EINVAL"),
    ("setsockopt", lambda g: (fresh(g), 1, 2, UNMAPPED, 4), "EFAULT"),
    ("getsockopt", lambda g: (fresh(g), 1, 3, BUF, int_at(g, 4)), lambda g, r: g.word_at(BUF, 4) == STREAM),
    ("getsockopt", lambda g: (closed(g), 1, 4, BUF, int_at(g, 4)), lambda g, r: g.word_at(BUF, 4) == 0),
    ("getsockopt", lambda g: (pair(g)[0], 1, 17, BUF, int_at(g, 12)), lambda g, r: g.word_at(BUF, 4) == 1),
    ("getsockopt", lambda g: (fresh(g), 1, 999, BUF, int_at(g, 4)), "ENOPROTOOPT"),
    ("getsockopt", lambda g: (fresh(g), 1, 3, BUF, int_at(g, -1)), "EINVAL"),
    ("getsockopt", lambda g: (fresh(g), 1, 3, UNMAPPED, int_at(g, 4)), "EFAULT"),
    ("sendto", lambda g: (pair(g)[0], BUF, 5, 0, 0, 0), 5),
    ("sendto", lambda g: (pair(g)[0], UNMAPPED, 5, 0, 0, 0), "EFAULT"),
    ("sendto", lambda g: (pair(g, kind=DGRAM)[0], BUF, -1, 0, 0, 0), "EMSGSIZE"),
    ("sendto", lambda g: (pair(g)[0], BUF, 1, 1, 0, 0), "EOPNOTSUPP"),
    ("sendto", lambda g: (fresh(g), BUF, 5, 0, 0, 0), "ENOTCONN"),
    ("sendto", lambda g: (fresh(g, DGRAM), BUF, 5, 0, 0, 0), "ENOTCONN"),
    ("sendto", lambda g: (pair(g)[0], BUF, 5, 0, *sun(g, b"\0here")), "EISCONN"),
    ("sendto", lambda g: (bound(g, kind=DGRAM) and fresh(g, DGRAM), BUF, 5, 0, *sun(g, b"/tmp/sock")), 5),
    ("sendto", lambda g: (fresh(g, DGRAM), BUF, 5, 0, *sun(g, b"\0nobody")), "ECONNREFUSED"),
    ("sendto", lambda g: (pair(g, DGRAM)[0], g.mmap(1 << 18), 1 << 18, 0, 0, 0), "EMSGSIZE"),
    ("sendto", lambda g: (closed(g), BUF, 5, 0, 0, 0), "EPIPE"),
    ("sendto", lambda g: (closed(g, DGRAM), BUF, 5, 0, 0, 0), "ECONNREFUSED"),
    ("sendto", lambda g: (full(g), BUF, 5, 0, 0, 0), "EAGAIN"),
    ("sendto", (1, BUF, 5, 0, 0, 0), "ENOTSOCK"),
    ("recvfrom", lambda g: (sent(g), BUF, 100, 0, 0, 0), 5),
    ("recvfrom", lambda g: (sent(g), BUF, 100, 2, 0, 0), 5),
    ("recvfrom", lambda g: (sent(g, DGRAM), BUF, 2, 0, 0, 0), 2),
    ("recvfrom", lambda g: (sent(g, DGRAM), BUF, 2, 0x20, 0, 0), 5),
    ("recvfrom", lambda g: (sent(g, DGRAM), BUF, 9, 0, NAME, int_at(g, 20)), 5),
    ("recvfrom", lambda g: (sent(g), UNMAPPED, 9, 0, 0, 0), "EFAULT"),
    ("recvfrom", lambda g: (sent(g, DGRAM), KERNEL_HALF, 9, 0, 0, 0), "EFAULT"),
    ("recvfrom", lambda g: (sent(g), BUF, 9, 0x100, 0, 0), "asleep"),
    ("recvfrom", lambda g: (pair(g)[0], BUF, 9, 0, 0, 0), "asleep"),
    ("recvfrom", lambda g: (pair(g)[0], BUF, 9, 0x40, 0, 0), "EAGAIN"),
    ("recvfrom", lambda g: (closed(g), BUF, 9, 0, 0, 0), 0),
    ("recvfrom", lambda g: (fresh(g), BUF, 9, 0, 0, 0), "EINVAL"),
    ("recvfrom", lambda g: (fresh(g, SEQPACKET), BUF, 9, 0, 0, 0), "ENOTCONN"),
    ("recvfrom", (1, BUF, 5, 0, 0, 0), "ENOTSOCK"),
    ("sendmsg", lambda g: (pair(g)[0], message(g), 0), 5),
    ("sendmsg", lambda g: (pair(g)[0], message(g, files=(0, 1)), 0), 5),
    ("sendmsg", lambda g: (pair(g)[0], message(g, files=(99,)), 0), "EBADF"),
    ("sendmsg", lambda g: (pair(g)[0], UNMAPPED, 0), "EFAULT"),
    ("sendmsg", (1, MSG, 0), "ENOTSOCK"),
    ("recvmsg", lambda g: (sent(g), message(g), 0), 5),
    ("recvmsg", lambda g: (sent(g, files=(g.open("/prog"),)), message(g, room=64), 0), received_a_file),
    ("recvmsg", lambda g: (sent(g, files=(0,)), message(g), 0), 5),
    ("recvmsg", lambda g: (sent(g), UNMAPPED, 0), "EFAULT"),
    ("recvfrom", lambda g: (barrier(g), BUF, 20, 0, 0, 0), 5),  # with what came before the descriptors, not after
    ("sendto", lambda g: (rejected(g), BUF, 5, 0, *sun(g, b"\0busy")), "EPERM"),
    ("connect", lambda g: (rejected(g), *sun(g, b"\0busy")), "EPERM"),
    ("recvfrom", lambda g: (abandoned(g), BUF, 5, 0, 0, 0), "ECONNRESET"),
    ("sendmsg", lambda g: (pair(g)[0], credentials(g, 1, 5, 6), 0), 5),  # root may say so
    ("sendmsg", lambda g: (pair(g)[0], credentials(g, 99, 5, 6), 0), "ESRCH"),
    ("sendmsg", after(user, args=lambda g: (pair(g)[0], credentials(g, 1, 5, 6), 0)), "EPERM"),
    ("sendmsg", after(user, args=lambda g: (pair(g)[0], credentials(g, 1, 1000, 0), 0)), 5),
    ("recvmsg", lambda g: (told_as(g, 1, 5, 6), message(g, room=64), 0), came_from_5_6),
    ("recvmsg", lambda g: (pair(g)[0], message(g), 0x40), "EAGAIN"),
    ("recvmsg", (1, MSG, 0), "ENOTSOCK"),
    ("sendmmsg", lambda g: (pair(g, DGRAM)[0], message(g), 1, 0), 1),
    ("sendmmsg", lambda g: (pair(g, DGRAM)[0], message(g), 0, 0), 0),
    ("sendmmsg", lambda g: (pair(g, DGRAM)[0], UNMAPPED, 1, 0), "EFAULT"),
    ("sendmmsg", (1, MSG, 1, 0), "ENOTSOCK"),
    ("recvmmsg", lambda g: (sent(g), message(g), 1, 0, 0), lambda g, r: r == 1),
    ("recvmmsg", lambda g: (sent(g), message(g), 0, 0, 0), 0),
    ("recvmmsg", lambda g: (pair(g)[0], message(g), 1, 0, 0), "asleep"),
    ("recvmmsg", lambda g: (pair(g)[0], message(g), 1, 0x40, 0), "EAGAIN"),
    ("recvmmsg", lambda g: (sent(g), UNMAPPED, 1, 0, 0), "EFAULT"),
    ("recvmmsg", lambda g: (sent(g), message(g), 1, 0, UNMAPPED), "EFAULT"),
    ("recvmmsg", (1, MSG, 1, 0, 0), "ENOTSOCK"),
    ("setsockopt", lambda g: (fresh(g), 1, 66, time_at(g, 1, 500_000), 16), 0),
    ("setsockopt", lambda g: (fresh(g), 1, 67, time_at(g, 1, 1_000_000), 16), "EDOM"),
    ("setsockopt", lambda g: (fresh(g), 1, 66, time_at(g, 1, 0), 8), "EINVAL"),
    ("setsockopt", lambda g: (fresh(g), 1, 66, UNMAPPED, 16), "EFAULT"),
    ("getsockopt", lambda g: (limited(g, 66, 1, 500_000), 1, 66, BUF, int_at(g, 16)), one_and_a_half),
    ("recvfrom", lambda g: (limited(g, 66, 0, 1), BUF, 8, 0, 0, 0), "asleep"),
    ("read", lambda g: (sent(g), BUF, 100), 5),
    ("write", lambda g: (pair(g)[0], BUF, 100), 100),
    ("write", lambda g: (closed(g), BUF, 100), "EPIPE"),
    ("lseek", lambda g: (pair(g)[0], 0, 0), "ESPIPE"),
    ("openat", after(lambda g: bound(g), args=path("/tmp/sock", 2, 0)), "ENXIO"),
]
