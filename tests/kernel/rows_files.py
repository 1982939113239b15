"""Rows of the calls about files: open files and descriptors (paths have a table of their own)."""

from __future__ import annotations

import struct

from kernel_fake import BSS, Guest
from rows_common import (
    BUF,
    KERNEL_HALF,
    TEXT,
    UNMAPPED,
    Off,
    Row,
    after,
    arguments,
    data,
    fd,
    name,
    name_on,
    path,
    pipe,
)
from rows_memory import limit
from rows_signals import no_xfsz

RDWR = 0o102  # O_RDWR | O_CREAT
PATH = 0o10000000


def full_pipe(guest: Guest) -> int:
    """A pipe with two pages in it."""
    writer = pipe(guest)[1]
    guest.ok("write", writer, BSS, 4097)
    return writer


def closed_reader(guest: Guest) -> int:
    """The writing end of a pipe whose reading end is closed, with SIGPIPE ignored."""
    reader, writer = pipe(guest)
    guest.ok("close", reader)
    guest.store(BUF, struct.pack("<QQQ" if guest.xlen == 64 else "<IIQ", 1, 0, 0))
    guest.ok("rt_sigaction", 13, BUF, 0, 8)
    return writer


def packets(guest: Guest, *parts: bytes, skipped: int = 0) -> int:
    """The reading end of a pipe in packet mode, in which these packets were written."""
    reader, writer = pipe(guest, 0o40000)
    for part in parts:
        guest.store(BUF, part)
        guest.ok("write", writer, BUF, len(part))
    if skipped:
        guest.ok("read", reader, BUF, skipped)
    return reader


def iov(guest: Guest, *pieces: tuple[int, int]) -> int:
    """An iovec in memory."""
    code = "<QQ" if guest.xlen == 64 else "<II"
    keep = guest.kernel.xlen_mask
    guest.store(BUF, b"".join(struct.pack(code, addr & keep, size & keep) for addr, size in pieces))
    return BUF


def too_long(guest: Guest) -> int:
    most = (1 << (guest.xlen - 1)) - 1
    return iov(guest, (BSS, most), (BSS, most))


def eventfd(guest: Guest, value: int = 0, flags: int = 0) -> int:
    return guest.ok("eventfd2", value, flags)


def full_limit(guest: Guest) -> None:
    """No descriptor is left."""
    limit(guest, 7, 3)


def sparse(guest: Guest, where: str = "/tmp/s") -> int:
    """A file of eight pages of which only page 5 was written."""
    number = guest.open(where, 0o102)
    guest.ok(name_on("ftruncate", guest.xlen), number, *arguments(guest, (Off(8 << 12),)))
    guest.ok("pwrite64", number, BUF, 9, *arguments(guest, (Off((5 << 12) + 7),)))
    return number


ROWS: list[Row] = [
    # read, write and their kin
    ("read", fd("/prog", 0, BUF, 4), 4),
    ("read", fd("/prog", 0, BUF, 0), 0),
    ("read", fd("/prog", 0, UNMAPPED, 0), 0),
    ("read", fd("/prog", PATH, BUF, 4), "EBADF"),
    ("read", lambda g: (pipe(g)[0], BUF, 1), "asleep"),
    ("read", lambda g: (pipe(g, 0o4000)[0], BUF, 1), "EAGAIN"),
    ("read", lambda g: (eventfd(g, 1), BUF, 8), 8),
    ("read", lambda g: (eventfd(g, 1), BUF, 7), "EINVAL"),
    ("read", lambda g: (eventfd(g, 0, 0o4000), BUF, 8), "EAGAIN"),
    ("read", fd("/proc/self/maps", 0, BUF, 64), 64),
    ("write", fd("/tmp/w", RDWR, BUF, 10), 10),
    ("write", fd("/tmp/w", RDWR, UNMAPPED, 0), 0),
    ("write", lambda g: (closed_reader(g), BUF, 1), "EPIPE"),
    ("write", lambda g: (eventfd(g), BUF, 4), "EINVAL"),
    ("write", after(lambda g: g.store(BUF, b"\xff" * 8), args=lambda g: (eventfd(g), BUF, 8)), "EINVAL"),
    ("write", after(lambda g: limit(g, 1, 10), args=fd("/tmp/w", RDWR, BUF, 20)), 10),
    ("write", after(lambda g: limit(g, 1, 0), no_xfsz, args=fd("/tmp/w", RDWR, BUF, 20)), "EFBIG"),
    ("write", after(lambda g: limit(g, 1, 0), args=fd("/tmp/w", RDWR, BUF, 20)), "dead"),  # SIGXFSZ
    ("write", fd("/tmp/w", RDWR, BUF, -1), "EFAULT"),
    ("readv", lambda g: (g.open("/prog"), iov(g, (BSS, 4), (BSS + 8, 4)), 2), 8),
    ("readv", lambda g: (g.open("/prog"), BUF, 0), 0),
    ("readv", lambda g: (g.open("/prog"), too_long(g), 2), "EINVAL"),
    ("readv", lambda g: (g.open("/prog"), iov(g, (UNMAPPED, 4)), 1), "EFAULT"),
    ("readv", lambda g: (g.open("/prog"), iov(g, (BSS, 4), (UNMAPPED, 4)), 2), 4),
    ("readv", lambda g: (g.open("/tmp"), iov(g, (BSS, 4)), 1), "EISDIR"),
    ("writev", lambda g: (g.open("/tmp/w", RDWR), iov(g, (BSS, 4), (TEXT, 4)), 2), 8),
    ("writev", lambda g: (g.open("/prog"), iov(g, (BSS, 4)), 1), "EBADF"),
    ("writev", lambda g: (g.open("/tmp/w", RDWR), iov(g, (KERNEL_HALF, 4)), 1), "EFAULT"),
    ("writev", lambda g: (g.open("/tmp/w", RDWR), BUF, 1025), "EINVAL"),
    ("writev", (99, BUF, 1), "EBADF"),
    ("pread64", fd("/prog", 0, BUF, 4, Off(0)), 4),
    ("pread64", fd("/prog", 0, BUF, 4, Off(1 << 40)), 0),
    ("pread64", fd("/prog", 0, BUF, 4, Off(-1)), "EINVAL"),
    ("pread64", (99, BUF, 4, Off(0)), "EBADF"),
    ("pread64", lambda g: (pipe(g)[0], BUF, 4, Off(0)), "ESPIPE"),
    ("pread64", lambda g: (g.ok("eventfd2", 1, 0), BUF, 8, Off(0)), "ESPIPE"),
    ("pread64", fd("/tmp", 0, BUF, 4, Off(0)), "EISDIR"),
    ("pread64", fd("/prog", 0, UNMAPPED, 4, Off(0)), "EFAULT"),
    ("pwrite64", fd("/tmp/w", RDWR, BUF, 4, Off(1 << 20)), 4),
    ("pwrite64", fd("/tmp/w", RDWR, BUF, 4, Off(-1)), "EINVAL"),
    ("pwrite64", fd("/tmp/w", RDWR, BUF, 4, Off((1 << 63) - 1)), "EFBIG"),
    ("pwrite64", fd("/prog", 0, BUF, 4, Off(0)), "EBADF"),
    ("pwrite64", lambda g: (pipe(g)[1], BUF, 4, Off(0)), "ESPIPE"),
    ("pwrite64", fd("/tmp/w", RDWR, UNMAPPED, 4, Off(0)), "EFAULT"),
    ("preadv", lambda g: (g.open("/prog"), iov(g, (BSS, 4)), 1, 0, 0), 4),
    ("preadv", lambda g: (g.open("/prog"), iov(g, (BSS, 4)), 1, -1, -1), "EINVAL"),
    ("preadv", lambda g: (g.open("/prog"), iov(g, (BSS, 4)), -1, 0, 0), "EINVAL"),
    ("preadv", lambda g: (pipe(g)[0], iov(g, (BSS, 4)), 1, 0, 0), "ESPIPE"),
    ("preadv", (99, BUF, 1, 0, 0), "EBADF"),
    ("preadv", lambda g: (g.open("/prog"), UNMAPPED, 1, 0, 0), "EFAULT"),
    ("pwritev", lambda g: (g.open("/tmp/w", RDWR), iov(g, (BSS, 4)), 1, 0, 0), 4),
    ("pwritev", lambda g: (g.open("/tmp/w", RDWR), iov(g, (BSS, 4)), 1, -1, -1), "EINVAL"),
    ("pwritev", lambda g: (g.open("/prog"), iov(g, (BSS, 4)), 1, 0, 0), "EBADF"),
    ("pwritev", lambda g: (g.open("/tmp/w", RDWR), UNMAPPED, 1, 0, 0), "EFAULT"),
    # positions and sizes
    ("lseek", fd("/prog", 0, 10, 0), 10),
    ("lseek", fd("/prog", 0, 0, 2), lambda g, r: r > 4096),
    ("lseek", fd("/prog", 0, 10, 3), 10),
    ("lseek", fd("/prog", 0, 0, 4), lambda g, r: r > 4096),
    ("lseek", fd("/prog", 0, (1 << 63) - 1, 2), "EOVERFLOW"),
    ("lseek", lambda g: (sparse(g), 0, 3), 5 << 12),
    ("lseek", lambda g: (sparse(g), 5 << 12, 4), 6 << 12),
    ("lseek", lambda g: (sparse(g), 6 << 12, 3), "ENXIO"),
    ("lseek", lambda g: (sparse(g, "/dev/shm/s"), 100, 3), 5 << 12),
    ("lseek", lambda g: (sparse(g, "/dev/shm/s"), 100, 4), 100),
    ("fstat", lambda g: (sparse(g), BUF), lambda g, r: g.word_at(BUF + 48) == 8 << 12 and g.word_at(BUF + 64) == 8),
    ("lseek", lambda g: (pipe(g)[0], 0, 1), "ESPIPE"),
    ("lseek", fd("/prog", 0, 0, 5), "EINVAL"),
    ("llseek", fd("/prog", 0, 0, 10, BUF, 0), lambda g, r: r == 0 and g.word_at(BUF) == 10),
    ("llseek", fd("/prog", 0, 1, 0, BUF, 0), lambda g, r: r == 0 and g.word_at(BUF) == 1 << 32),
    ("llseek", fd("/prog", 0, 0, 10, UNMAPPED, 0), "EFAULT"),
    ("llseek", fd("/prog", 0, 0, 10, BUF, 9), "EINVAL"),
    ("llseek", fd("/prog", 0, 1 << 31, 0, BUF, 0), "EINVAL"),
    ("llseek", (99, 0, 0, BUF, 0), "EBADF"),
    ("llseek", lambda g: (pipe(g)[0], 0, 0, BUF, 0), "ESPIPE"),
    ("ftruncate", fd("/tmp/w", RDWR, Off(5000)), 0),
    ("ftruncate", fd("/tmp/w", RDWR, Off(-1)), "EINVAL"),
    ("ftruncate", fd("/prog", 0, Off(0)), "EINVAL"),
    ("ftruncate", (99, Off(0)), "EBADF"),
    ("ftruncate", lambda g: (pipe(g)[1], Off(0)), "EINVAL"),
    ("ftruncate", after(lambda g: limit(g, 1, 10), no_xfsz, args=fd("/tmp/w", RDWR, Off(11))), "EFBIG"),
    ("fsync", fd("/tmp/w", RDWR), 0),
    ("fsync", (99,), "EBADF"),
    ("fsync", lambda g: (pipe(g)[0],), "EINVAL"),
    ("fsync", fd("/dev/null", RDWR), "EINVAL"),
    ("fdatasync", fd("/tmp/w", RDWR), 0),
    ("fdatasync", (99,), "EBADF"),
    ("fdatasync", lambda g: (pipe(g)[0],), "EINVAL"),
    ("sync", (), 0),
    ("fadvise64", fd("/prog", 0, Off(0), Off(0), 3), 0),
    ("fadvise64", fd("/prog", 0, Off(0), Off(0), 6), "EINVAL"),
    ("fadvise64", fd("/prog", 0, Off(0), Off(-1), 0), "EINVAL"),
    ("fadvise64", lambda g: (pipe(g)[0], Off(0), Off(0), 0), "ESPIPE"),
    ("fadvise64", (99, Off(0), Off(0), 0), "EBADF"),
    # descriptors
    ("close", fd("/prog", PATH), 0),
    (
        "close_range",
        after(lambda g: g.open("/prog", PATH), args=(3, 9, 0)),
        lambda g, r: r == 0 and 3 not in g.task.files.open,
    ),
    ("close", fd("/prog", 0), 0),
    ("close_range", (3, 99, 0), 0),
    ("close_range", (5, 4, 0), "EINVAL"),
    ("close_range", (3, 99, 8), "EINVAL"),
    ("close_range", (0, 0xFFFFFFFF, 4), lambda g, r: r == 0 and g.task.files.cloexec == {0, 1, 2}),
    ("close_range", (0, 0xFFFFFFFF, 2), lambda g, r: r == 0 and not g.task.files.open),
    ("dup", (1,), 3),
    ("dup", (-1,), "EBADF"),
    ("dup", after(full_limit, args=(1,)), "EMFILE"),
    ("dup3", (1, 9, 0), 9),
    ("dup3", (1, 9, 0o2000000), lambda g, r: r == 9 and 9 in g.task.files.cloexec),
    ("dup3", after(full_limit, args=(1, 3, 0)), "EBADF"),
    ("fcntl", (1, 0, 7), 7),
    ("fcntl", (1, 1030, 7), lambda g, r: r == 7 and 7 in g.task.files.cloexec),
    ("fcntl", (1, 1, 0), 0),
    ("fcntl", (1, 2, 1), lambda g, r: r == 0 and 1 in g.task.files.cloexec),
    ("fcntl", (1, 3, 0), "ok"),
    ("fcntl", fd("/tmp/w", RDWR, 4, 0o2000), 0),
    ("fcntl", after(full_limit, args=(1, 0, 0)), "EMFILE"),
    ("fcntl", (1, 0, 1 << 30), "EINVAL"),
    ("fcntl", (99, 3, 0), "EBADF"),
    ("fcntl", (1, 9, 0), 0),  # F_GETOWN: nobody
    ("fcntl", (1, 11, 0), 0),  # F_GETSIG: SIGIO
    ("fcntl", (1, 16, BUF), lambda g, r: r == 0 and g.load(BUF, 8) == bytes(8)),  # F_GETOWN_EX: F_OWNER_TID, 0
    ("fcntl", (1, 16, UNMAPPED), "EFAULT"),
    ("fcntl", (1, 8, 0), 0),  # F_SETOWN: nobody is told, as before
    ("fcntl", (1, 8, 1), "EINVAL"),
    ("fcntl", (1, 10, 10), "EINVAL"),  # F_SETSIG
    ("fcntl", lambda g: (1, 15, g.store(BUF, bytes(8)) or BUF), 0),  # F_SETOWN_EX
    ("fcntl", lambda g: (1, 15, g.store(BUF, b"\3" + bytes(7)) or BUF), "EINVAL"),
    ("fcntl", (1, 15, UNMAPPED), "EFAULT"),
    ("fcntl", fd("/prog", PATH, 3, 0), lambda g, r: r & PATH),
    ("fcntl", fd("/prog", PATH, 4, 0), "EBADF"),
    ("fcntl", lambda g: (pipe(g)[0], 1032, 0), 65536),
    ("fcntl", lambda g: (pipe(g)[0], 1031, 1), 4096),
    ("fcntl", lambda g: (pipe(g)[0], 1031, 65537), 131072),
    ("fcntl", lambda g: (pipe(g)[0], 1031, -1), "EINVAL"),
    ("fcntl", lambda g: (full_pipe(g), 1031, 4096), "EBUSY"),
    ("fcntl", after(("setuid", 1), args=lambda g: (pipe(g)[0], 1031, 1 << 20)), 1 << 20),
    ("fcntl", after(("setuid", 1), args=lambda g: (pipe(g)[0], 1031, (1 << 20) + 1)), "EPERM"),
    ("fcntl", lambda g: (g.open("/prog"), 1031, 4096), "EBADF"),
    ("fcntl", lambda g: (g.open("/prog"), 1032, 0), "EBADF"),
    ("ioctl", (1, 0x5451, 0), lambda g, r: r == 0 and 1 in g.task.files.cloexec),
    ("ioctl", data("I", 1, before=(1, 0x5421)), lambda g, r: r == 0 and g.task.files.get(1).flags & 0o4000),
    ("ioctl", (1, 0x5421, UNMAPPED), "EFAULT"),
    ("ioctl", fd("/prog", 0, 0x541B, BUF), lambda g, r: r == 0 and g.word_at(BUF, 4) > 4096),
    ("ioctl", fd("/prog", 0, 0x541B, UNMAPPED), "EFAULT"),
    ("ioctl", fd("/prog", 0, 0x5401, BUF), "ENOTTY"),
    ("ioctl", fd("/prog", PATH, 0x541B, BUF), "EBADF"),
    ("pipe2", (BUF, 0), lambda g, r: r == 0 and g.word_at(BUF) == 3 | 4 << 32),
    ("pipe2", (BUF, 0o2004000), 0),
    ("read", lambda g: (packets(g, b"abc", b"defgh"), BUF, 100), 3),  # O_DIRECT: one at a time
    ("read", lambda g: (packets(g, b"abc", b"defgh", skipped=2), BUF, 100), 5),  # and the rest of one is lost
    ("read", lambda g: (packets(g, bytes(5000)), BUF, 5000), 4096),
    ("fcntl", lambda g: (pipe(g)[1], 3, 0), 1),
    ("pipe2", (BUF, 1), "EINVAL"),
    ("pipe2", (UNMAPPED, 0), lambda g, r: r == -14 and sorted(g.task.files.open) == [0, 1, 2]),
    ("pipe2", (TEXT, 0), "EFAULT"),
    (
        "pipe2",
        after(lambda g: limit(g, 7, 4), args=(BUF, 0)),
        lambda g, r: r == -24 and sorted(g.task.files.open) == [0, 1, 2],
    ),
    ("eventfd2", (5, 0), 3),
    ("eventfd2", (5, 0o2004001), 3),
    ("eventfd2", (5, 2), "EINVAL"),
    ("eventfd2", after(full_limit, args=(0, 0)), "EMFILE"),
    # what a file is
    ("fstat", fd("/prog", 0, BUF), lambda g, r: r == 0 and g.word_at(BUF + 48) > 4096),
    ("fstat", fd("/prog", PATH, BUF), 0),
    ("fstat", fd("/prog", 0, TEXT), "EFAULT"),
    ("fstatfs", fd("/prog", 0, BUF), 0),
    ("fstatfs", (99, BUF), "EBADF"),
    ("fstatfs", fd("/prog", 0, UNMAPPED), "EFAULT"),
    ("fstatfs64", fd("/prog", 0, 84, BUF), 0),
    ("fstatfs64", fd("/prog", 0, 99, BUF), "EINVAL"),
    ("fstatfs64", (99, 84, BUF), "EBADF"),
    ("fstatfs64", fd("/prog", 0, 84, UNMAPPED), "EFAULT"),
    ("statfs", name("/proc", BUF), 0),
    ("statfs", name("/missing", BUF), "ENOENT"),
    ("statfs", name("/prog/x", BUF), "ENOTDIR"),
    ("statfs", name("/proc", UNMAPPED), "EFAULT"),
    ("statfs", (UNMAPPED, BUF), "EFAULT"),
    ("statfs64", name("/proc", 84, BUF), 0),
    ("statfs64", name("/missing", 84, BUF), "ENOENT"),
    ("statfs64", name("/proc", 83, BUF), "EINVAL"),
    ("statfs64", name("/proc", 84, UNMAPPED), "EFAULT"),
    ("getdents64", fd("/", 0, BUF, 512), lambda g, r: r > 100),
    ("getdents64", fd("/", 0, BUF, 10), "EINVAL"),
    ("getdents64", fd("/", 0, UNMAPPED, 512), "EFAULT"),
    ("getdents64", fd("/prog", 0, BUF, 512), "ENOTDIR"),
    ("getdents64", fd("/", PATH, BUF, 512), "EBADF"),
    ("getdents64", (99, BUF, 512), "EBADF"),
    (
        "getdents64",
        after(
            ("mkdirat", path("/tmp/gone", 0o755)),
            lambda g: setattr(g, "kept", g.open("/tmp/gone")),
            ("unlinkat", path("/tmp/gone", 0x200)),
            args=lambda g: (g.kept, BUF, 512),
        ),
        "ENOENT",
    ),
    ("fchmod", fd("/tmp/w", RDWR, 0o600), 0),
    ("fchmod", (99, 0o600), "EBADF"),
    ("fchmod", fd("/prog", PATH, 0o600), "EBADF"),
    ("fchown", fd("/tmp/w", RDWR, 5, 6), 0),
    ("fchown", (99, 5, 6), "EBADF"),
    ("fchown", fd("/prog", PATH, 5, 6), "EBADF"),
    # waiting for several
    ("ppoll", lambda g: (*data("ihh", pipe(g)[1], 4, 0, rest=(1, 0, 0, 8))(g),), 1),
    ("ppoll", data("ihh", 99, 1, 0, rest=(1, 0, 0, 8)), lambda g, r: r == 1 and g.word_at(BUF + 6, 2) == 32),
    ("ppoll", data("ihh", -1, 1, 0, rest=(1, 0, 0, 8)), "asleep"),
    ("ppoll", data("ihhqq", -1, 1, 0, 0, 0, rest=(1, BUF + 8, 0, 8)), 0),
    ("ppoll", data("ihhqq", -1, 1, 0, -1, 0, rest=(1, BUF + 8, 0, 8)), "EINVAL"),
    ("ppoll", data("ihhqq", -1, 1, 0, 0, 10**9, rest=(1, BUF + 8, 0, 8)), "EINVAL"),
    ("ppoll", (UNMAPPED, 1, 0, 0, 8), "EFAULT"),
    ("ppoll", (BUF, 5000, 0, 0, 8), "EINVAL"),
    ("ppoll", data("ihh", 1, 4, 0, rest=(1, UNMAPPED, 0, 8)), "EFAULT"),
    ("ppoll", data("ihh", 1, 4, 0, rest=(1, 0, UNMAPPED, 8)), "EFAULT"),
    ("ppoll", data("ihh", 1, 4, 0, rest=(1, 0, BUF, 4)), "EINVAL"),
    ("pselect6", (0, 0, 0, 0, BUF, 0), 0),
    ("pselect6", data("Q", 2, before=(2, 0), rest=(0, 0, 0)), 1),
    ("pselect6", data("Q", 1 << 40, before=(41, 0), rest=(0, 0, 0)), "EBADF"),
    ("pselect6", (-1, 0, 0, 0, 0, 0), "EINVAL"),
    ("pselect6", (2, UNMAPPED, 0, 0, 0, 0), "EFAULT"),
    ("pselect6", (0, 0, 0, 0, UNMAPPED, 0), "EFAULT"),
    ("pselect6", data("qq", 0, -1, before=(0, 0, 0, 0), rest=(0,)), "EINVAL"),
    ("pselect6", (0, 0, 0, 0, 0, UNMAPPED), "EFAULT"),
    ("pselect6", data("LL", BUF, 4, before=(0, 0, 0, 0, 0)), "EINVAL"),
    ("pselect6", (0, 0, 0, 0, 0, 0), "asleep"),
]
