"""Pointers of the calls about sockets, epoll, timers and transfers; see rows_pointers."""

from __future__ import annotations

import struct

from kernel_fake import BSS, Guest
from rows_common import pipe
from rows_ipc import holding, mq, posted, queue, sems
from rows_pointers import Pointer, tmp, words
from rows_sockets import bound, client, listener, message, pair
from rows_waiting import epoll, filled, posix_timer, spec, timer, watching

P = Pointer
LENGTH = BSS + 0x1F00


def word(guest: Guest, value: int) -> int:
    """The address of an int."""
    guest.store(LENGTH, struct.pack("<i", value))
    return LENGTH


def accepting(guest: Guest) -> int:
    """A listener with a client in its queue."""
    fd = listener(guest)
    client(guest)
    return fd


def talked(guest: Guest) -> int:
    """A socket with bytes to read."""
    one, two = pair(guest)
    guest.ok("write", one, BSS, 8)
    return two


def header(guest: Guest) -> bytes:
    """A msghdr of one piece."""
    size = 56 if guest.xlen == 64 else 28
    return guest.load(message(guest), size)


NAME = struct.pack("<H", 1) + b"\0there"
TIMES = struct.pack("<4q", 0, 0, 5, 0)
POINTERS = [
    P("socketpair", "out", 8, lambda g, p: (1, 1, 0, p)),
    P("bind", "in", NAME, lambda g, p: (g.ok("socket", 1, 1, 0), p, len(NAME))),
    P("connect", "in", NAME, lambda g, p: (listener(g, b"\0there"), (g.ok("socket", 1, 1, 0), p, len(NAME)))[1]),
    P("accept", "out", 2, lambda g, p: (accepting(g), p, word(g, 2))),
    P("accept4", "inout", struct.pack("<i", 64), lambda g, p: (accepting(g), BSS + 0x100, p, 0)),
    P("getsockname", "out", 7, lambda g, p: (bound(g, b"\0there"), p, word(g, 7))),
    P("getsockname", "inout", struct.pack("<i", 64), lambda g, p: (bound(g, b"\0there"), BSS + 0x100, p)),
    P("getpeername", "out", 2, lambda g, p: (pair(g)[0], p, word(g, 2))),
    P("getpeername", "inout", struct.pack("<i", 64), lambda g, p: (pair(g)[0], BSS + 0x100, p)),
    P("setsockopt", "in", struct.pack("<i", 9999), lambda g, p: (pair(g)[0], 1, 7, p, 4)),
    P("getsockopt", "out", 4, lambda g, p: (pair(g)[0], 1, 3, p, word(g, 4))),
    P("getsockopt", "inout", struct.pack("<i", 4), lambda g, p: (pair(g)[0], 1, 3, BSS + 0x100, p)),
    P("sendto", "in some", b"x" * 16, lambda g, p: (pair(g)[0], p, 16, 0, 0, 0)),
    P("sendmsg", "in", header, lambda g, p: (message(g), (pair(g)[0], p, 0))[1]),
    P("recvfrom", "out some", 8, lambda g, p: (talked(g), p, 8, 0, 0, 0)),
    P("recvmsg", "inout", header, lambda g, p: (message(g), (talked(g), p, 0))[1]),
    P("msgsnd", "in", words("L8s", 1, b"eight by"), lambda g, p: (queue(g), p, 8, 0)),
    P("msgrcv", "out", lambda g: bytes(g.word + 5), lambda g, p: (holding(g, 1), p, 8, 0, 0)),
    P("msgctl", "out", lambda g: bytes(120 if g.xlen == 64 else 88), lambda g, p: (queue(g), 2, p)),
    P("msgctl", "in", lambda g: bytes(120 if g.xlen == 64 else 88), lambda g, p: (queue(g), 1, p)),
    P("semop", "in", struct.pack("<Hhh", 0, 1, 0), lambda g, p: (sems(g, 0), p, 1)),
    P("semtimedop", "in", struct.pack("<Hhh", 0, 1, 0), lambda g, p: (sems(g, 0), p, 1, 0)),
    P("semctl", "out", lambda g: bytes(88 if g.xlen == 64 else 64), lambda g, p: (sems(g, 0), 0, 2, p)),
    P("semctl", "in", struct.pack("<H", 3), lambda g, p: (sems(g, 0), 0, 17, p)),
    P("mq_open", "in", b"queue\0", lambda g, p: (p, 0o102, 0o600, 0)),
    P("mq_unlink", "in", b"q\0", lambda g, p: (mq(g), (p,))[1]),
    P("mq_timedsend", "in", b"eight by", lambda g, p: (mq(g), p, 8, 0, 0)),
    P("mq_timedreceive", "out", 3, lambda g, p: (posted(g), p, 16, 0, 0)),
    P("mq_notify", "in", words("Lii", 0, 10, 0), lambda g, p: (mq(g), p)),
    P("mq_getsetattr", "out", lambda g: bytes(8 * g.word), lambda g, p: (mq(g), 0, p)),
    P("recvmmsg", "inout", lambda g: header(g) + bytes(4), lambda g, p: (message(g), (talked(g), p, 1, 0, 0))[1]),
    P("recvmmsg", "in", struct.pack("<qq", 0, 0), lambda g, p: (talked(g), message(g), 0, 0, p)),
    P("setsockopt", "in", struct.pack("<qq", 1, 0), lambda g, p: (pair(g)[0], 1, 66, p, 16)),
    P("pidfd_send_signal", "in", words("iii", 0, 0, -1), lambda g, p: (g.ok("pidfd_open", 1, 0), 0, p, 0)),
    P("prctl", "out", 4, lambda g, p: (2, p, 0, 0, 0)),
    P("prctl", "out", 4, lambda g, p: (37, p, 0, 0, 0)),
    P("sendmmsg", "inout", lambda g: header(g) + bytes(4), lambda g, p: (message(g), (pair(g)[0], p, 1, 0))[1]),
    P("epoll_ctl", "in", struct.pack("<I4xQ", 1, 7), lambda g, p: (epoll(g), 1, pair(g)[0], p)),
    P("epoll_pwait", "out", 16, lambda g, p: (watching(g, talked(g)), p, 1, 0, 0, 8)),
    P("epoll_pwait", "in", bytes(8), lambda g, p: (watching(g, talked(g)), BSS + 0x100, 1, 0, p, 8)),
    P("epoll_pwait2", "out", 16, lambda g, p: (watching(g, talked(g)), p, 1, 0, 0, 8)),
    P("epoll_pwait2", "in", bytes(16), lambda g, p: (watching(g, talked(g)), BSS + 0x100, 1, p, 0, 8)),
    P("timerfd_settime", "in", TIMES, lambda g, p: (timer(g), 0, p, 0)),
    P("timerfd_settime", "out", 32, lambda g, p: (timer(g), 0, spec(g), p)),
    P("timerfd_gettime", "out", 32, lambda g, p: (timer(g), p)),
    P("timer_create", "in", words("Liii", 77, 10, 0, 0), lambda g, p: (1, p, BSS + 0x100)),
    P("timer_create", "out", 4, lambda g, p: (1, 0, p)),
    P("timer_settime", "in", TIMES, lambda g, p: (posix_timer(g), 0, p, 0)),
    P("timer_settime", "out", 32, lambda g, p: (posix_timer(g), 0, spec(g), p)),
    P("timer_gettime", "out", 32, lambda g, p: (posix_timer(g), p)),
    P("signalfd4", "in", bytes(8), lambda g, p: (-1, p, 8, 0)),
    P("splice", "inout", words("Q", 0), lambda g, p: (g.open("/prog"), p, pipe(g)[1], 0, 8, 0)),
    P("vmsplice", "in", words("LL", BSS, 4), lambda g, p: (pipe(g)[1], p, 1, 0)),
    P("splice", "inout", words("Q", 0), lambda g, p: (filled(g), 0, tmp(g), p, 8, 0)),
    P("sendfile", "inout", words("L", 0), lambda g, p: (tmp(g), g.open("/prog"), p, 8)),
    P("sendfile64", "inout", words("Q", 0), lambda g, p: (tmp(g), g.open("/prog"), p, 8)),
    P("copy_file_range", "inout", words("Q", 0), lambda g, p: (g.open("/prog"), p, tmp(g), 0, 8, 0)),
    P("copy_file_range", "inout", words("Q", 0), lambda g, p: (g.open("/prog"), 0, tmp(g), p, 8, 0)),
    P("preadv2", "in", words("LL", BSS, 8), lambda g, p: (g.open("/prog"), p, 1, 0, 0, 0)),
    P("pwritev2", "in", words("LL", BSS, 8), lambda g, p: (tmp(g), p, 1, 0, 0, 0)),
]
