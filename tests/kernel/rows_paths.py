"""Rows of the calls that take paths: openat to execveat."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from kernel_fake import BSS, Guest
from rows_common import AT, BUF, TEXT, UNMAPPED, Args, Off, Row, after, fd, name, path, two
from rows_memory import limit
from rows_signals import no_xfsz

LONG = "/tmp/" + "n" * 256
DEEP = "/" + "./" * 2048
PATH, DIRECTORY, NOFOLLOW, CREAT = 0o10000000, 0o200000, 0o400000, 0o100
EMPTY, SYMLINK_NOFOLLOW, SYMLINK_FOLLOW, REMOVEDIR = 0x1000, 0x100, 0x400, 0x200


def make(guest: Guest) -> None:
    """/tmp: a file f, a directory d with a file in it, an empty one e, links to f, to nothing, to itself; a FIFO."""
    guest.ok("close", guest.open("/tmp/f", 0o102))
    for folder in ("/tmp/d", "/tmp/e"):
        guest.ok("mkdirat", *path(folder, 0o755)(guest))
    guest.ok("close", guest.open("/tmp/d/x", 0o102))
    for target, link in (("f", "/tmp/l"), ("none", "/tmp/dangling"), ("loop", "/tmp/loop"), ("d", "/tmp/dl")):
        guest.ok("symlinkat", guest.string(target), AT, guest.string(link, BSS + 64))
    guest.ok("mknodat", *path("/tmp/p", 0o010644, 0)(guest))


def in_dir(guest: Guest, text: str, *rest: int) -> tuple[int, ...]:
    """(a descriptor of /tmp, text, …)."""
    return (guest.open("/tmp", DIRECTORY), guest.string(text), *rest)


def argv(guest: Guest, count: int = 1, size: int = 1) -> int:
    """An array of `count` pointers to one string."""
    addr = guest.mmap(1 << 21, flags=0x4022)
    guest.store(addr, b"a" * size + b"\0")
    table = addr + 0x80000
    guest.store(table, struct.pack(f"<{count}{'Q' if guest.xlen == 64 else 'I'}", *[addr] * count) + bytes(8))
    return table


def script(guest: Guest, content: bytes, mode: int = 0o755) -> int:
    """The address of the path of a file with these bytes."""
    guest.kernel.fs.store("/tmp/script", content, mode)
    return guest.string("/tmp/script")


def ran(guest: Guest, result: int) -> bool:
    """The process runs /prog anew."""
    return guest.task.comm == "prog" and guest.hart.pc == 0x10200


TMPFILE, O_EXCL, NONBLOCK, FOLLOW = 0o20200000, 0o200, 0o4000, 0x400


def nameless(flags: int = 0) -> Args:
    """linkat's arguments to give a file of O_TMPFILE a name."""

    def prepare(guest: Guest) -> tuple[Any, ...]:
        fd = guest.ok("openat", AT, guest.string("/tmp"), TMPFILE | 2 | flags, 0o600)
        return (*two(f"/proc/self/fd/{fd}", "/tmp/named")(guest), FOLLOW)

    return prepare


ALL, ONLYDIR, MASK_CREATE, MASK_ADD = 0xFFF, 0x01000000, 0x10000000, 0x20000000


def watched(text: str, mask: int = ALL) -> Args:
    """(a fresh inotify instance, the path, the mask)."""
    return lambda guest: (guest.ok("inotify_init1", NONBLOCK), guest.string(text), mask)


def again(mask: int) -> Args:
    """The same for a path that is watched already."""

    def prepare(guest: Guest) -> tuple[Any, ...]:
        fd = guest.ok("inotify_init1", 0)
        guest.ok("inotify_add_watch", fd, guest.string("/tmp"), 1)
        return fd, guest.string("/tmp"), mask

    return prepare


def ended(guest: Guest) -> tuple[int, int]:
    """(an inotify instance, the number of its watch)."""
    fd, _, _ = again(ALL)(guest)
    return fd, 1


NO_XDEV, NO_MAGICLINKS, NO_SYMLINKS, BENEATH, IN_ROOT, CACHED = (1 << bit for bit in range(6))


def how(
    where: str, flags: int = 0, mode: int = 0, resolve: int = 0, size: int = 24, more: int = 0
) -> Callable[[Guest], tuple[Any, ...]]:
    """openat2's arguments: a path from a directory with a file, a directory, and a link that says /file."""

    def prepare(guest: Guest) -> tuple[Any, ...]:
        for folder in ("/tmp/d", "/tmp/d/sub"):
            guest.ok("mkdirat", AT, guest.string(folder), 0o755)
        guest.ok("close", guest.open("/tmp/d/file", 0o101))
        guest.ok("symlinkat", guest.string("/file"), AT, guest.string("/tmp/d/rooted", BSS + 0x400))
        directory = guest.open("/tmp/d", 0)
        guest.store(BUF + 0x100, struct.pack("<4Q", flags, mode, resolve, more))
        return directory, guest.string(where), BUF + 0x100, size

    return prepare


ROWS: list[Row] = [
    ("inotify_init1", (0,), 3),
    ("inotify_init1", (1,), "EINVAL"),
    ("inotify_add_watch", watched("/tmp"), 1),
    ("inotify_add_watch", watched("/tmp", 0), "EINVAL"),
    ("inotify_add_watch", watched("/tmp", 0x1000), "EINVAL"),
    ("inotify_add_watch", watched("/tmp", ALL | MASK_ADD | MASK_CREATE), "EINVAL"),
    ("inotify_add_watch", watched("/none"), "ENOENT"),
    ("inotify_add_watch", watched("/prog", ALL | ONLYDIR), "ENOTDIR"),
    ("inotify_add_watch", after(lambda g: g.task.__setattr__("fsuid", 5), args=watched("/root")), "EACCES"),
    ("inotify_add_watch", again(2), 1),
    ("inotify_add_watch", again(2 | MASK_CREATE), "EEXIST"),
    ("inotify_add_watch", name("/tmp", 0, ALL), "EBADF"),
    ("inotify_add_watch", lambda g: (1, g.string("/tmp"), ALL), "EINVAL"),
    ("inotify_add_watch", lambda g: (g.ok("inotify_init1", 0), UNMAPPED, ALL), "EFAULT"),
    ("inotify_rm_watch", ended, 0),
    ("inotify_rm_watch", lambda g: (ended(g)[0], 2), "EINVAL"),
    ("inotify_rm_watch", (1, 1), "EINVAL"),
    ("inotify_rm_watch", (99, 1), "EBADF"),
    ("read", lambda g: (g.ok("inotify_init1", 0), BUF, 64), "asleep"),
    ("read", lambda g: (g.ok("inotify_init1", NONBLOCK), BUF, 64), "EAGAIN"),
    ("read", after(ended, ("inotify_rm_watch", 3, 1), args=(3, BUF, 15)), "EINVAL"),
    ("read", after(ended, ("inotify_rm_watch", 3, 1), args=(3, BUF, 16)), lambda g, r: g.word_at(BUF + 4, 4) == 0x8000),
    ("openat", path("/tmp", TMPFILE | 2, 0o600), lambda g, r: g.task.files.get(r).inode.nlink == 0),
    ("openat", path("/tmp", TMPFILE, 0o600), "EINVAL"),
    *[
        ("openat2", how(where, resolve=conditions), expected)
        for conditions, where, expected in (
            (BENEATH, "file", "ok"),
            (BENEATH, "sub/../file", "ok"),
            (BENEATH, "../file", "EXDEV"),
            (BENEATH, "sub/../../file", "EXDEV"),
            (BENEATH, "/prog", "EXDEV"),
            (BENEATH, "rooted", "EXDEV"),
            (IN_ROOT, "rooted", "ok"),
            (IN_ROOT, "/file", "ok"),
            (IN_ROOT, "../../file", "ok"),
            (IN_ROOT, "/prog", "ENOENT"),
            (NO_SYMLINKS, "file", "ok"),
            (NO_SYMLINKS, "rooted", "ELOOP"),
            (NO_MAGICLINKS, "/proc/self/cwd", "ELOOP"),
            (NO_MAGICLINKS, "/proc/self/status", "ok"),
            (BENEATH, "/proc/self/cwd", "EXDEV"),
            (NO_XDEV, "/dev/null", "EXDEV"),
            (NO_XDEV, "../../prog", "ok"),
            (BENEATH | IN_ROOT, "file", "EINVAL"),
            (1 << 6, "file", "EINVAL"),
        )
    ],
    ("openat2", how("new", flags=0o102, mode=0o600, resolve=BENEATH), "ok"),
    ("openat2", how("new", flags=2, mode=0o600), "EINVAL"),
    ("openat2", how("new", flags=0o102, mode=0o10600), "EINVAL"),
    ("openat2", how("file", flags=1 << 40), "EINVAL"),
    ("openat2", how("file", flags=0o10000002), "EINVAL"),  # O_PATH with O_RDWR
    ("openat2", how("file", flags=0o1002, resolve=CACHED), "EAGAIN"),
    ("openat2", how("file", size=23), "EINVAL"),
    ("openat2", how("file", size=32), "ok"),
    ("openat2", how("file", size=32, more=1), "E2BIG"),
    ("openat2", how("file", size=4097), "E2BIG"),
    ("openat2", how(""), "ENOENT"),
    ("openat2", lambda g: (AT, UNMAPPED, BUF, 24), "EFAULT"),
    ("openat2", path("file", UNMAPPED, 24), "EFAULT"),
    ("openat2", lambda g: (99, *how("file")(g)[1:]), "EBADF"),
    ("openat2", lambda g: (0, *how("file")(g)[1:]), "ENOTDIR"),
    ("openat", path("/tmp/none", TMPFILE | 2, 0o600), "ENOENT"),
    ("openat", path("/prog", TMPFILE | 2, 0o600), "ENOTDIR"),
    ("openat", path("/proc", TMPFILE | 2, 0o600), "EOPNOTSUPP"),
    ("linkat", nameless(), lambda g, r: r == 0 and g.open("/tmp/named") > 0),
    ("linkat", nameless(O_EXCL), "ENOENT"),
    # openat
    ("openat", path("/prog", 0, 0), 3),
    ("openat", after(make, args=path("/tmp/l", 0, 0)), 3),
    ("openat", after(make, args=lambda g: in_dir(g, "f", 0, 0)), 4),
    ("openat", after(make, args=path("/tmp/l", NOFOLLOW, 0)), "ELOOP"),
    ("openat", after(make, args=path("/tmp/l", NOFOLLOW | PATH, 0)), 3),
    ("openat", after(make, args=path("/tmp/loop", 0, 0)), "ELOOP"),
    ("openat", after(make, args=path("/tmp/dangling", 0, 0)), "ENOENT"),
    ("openat", after(make, args=path("/tmp/dangling", 0o102, 0o644)), 3),  # makes what the link names
    ("openat", after(make, args=path("/tmp/dangling", 0o302, 0o644)), "EEXIST"),
    ("openat", after(make, args=path("/tmp/f", DIRECTORY, 0)), "ENOTDIR"),
    ("openat", path("/tmp", CREAT | DIRECTORY, 0), "EINVAL"),
    ("openat", path("/tmp", CREAT, 0), "EISDIR"),
    ("openat", path("/tmp/new/", CREAT, 0), "EISDIR"),
    ("openat", path(LONG, 0, 0), "ENAMETOOLONG"),
    ("openat", path(DEEP, 0, 0), "ENAMETOOLONG"),
    ("openat", after(make, args=path("/tmp/p", 0o4001, 0)), "ENXIO"),  # a FIFO that nobody reads
    ("openat", after(make, args=path("/tmp/p", 0o4000, 0)), 3),
    ("openat", after(make, args=path("/tmp/p", 3, 0)), "EINVAL"),
    ("openat", after(make, args=path("/tmp/f", 3, 0)), lambda g, r: g.errno("read", r, BUF, 1) == "EBADF"),
    ("openat", after(make, args=path("/tmp/p", 0, 0)), "asleep"),
    ("openat", after(make, args=path("/tmp/f", 0o1002, 0)), 3),
    ("openat", after(lambda g: limit(g, 7, 3), args=path("/prog", 0, 0)), "EMFILE"),
    ("openat", path("/proc/meminfo", 2, 0), 3),  # root may open it; the write is refused
    ("openat", path("/proc/new", 0o102, 0), "ENOENT"),
    ("openat", (AT, UNMAPPED, 0, 0), "EFAULT"),
    # directories
    ("mkdirat", path("/tmp/n", 0o755), 0),
    ("mkdirat", path("/tmp/n/", 0o755), 0),
    ("mkdirat", lambda g: in_dir(g, "n", 0o755), 0),
    ("mkdirat", path("/prog/x", 0o755), "ENOTDIR"),
    ("mkdirat", path("", 0o755), "ENOENT"),
    ("mkdirat", path(LONG, 0o755), "ENAMETOOLONG"),
    ("mkdirat", after(make, args=path("/tmp/dangling", 0o755)), "EEXIST"),
    ("mkdirat", after(make, args=path("/tmp/dangling/", 0o755)), "EEXIST"),
    ("mkdirat", after(make, args=path("/tmp/loop/x", 0o755)), "ELOOP"),
    ("mkdirat", path("/proc/x", 0o755), "ENOENT"),
    ("mkdirat", lambda g: (99, g.string("x"), 0o755), "EBADF"),
    ("mkdirat", (AT, UNMAPPED, 0o755), "EFAULT"),
    ("mknodat", path("/tmp/n", 0o100644, 0), 0),
    ("mknodat", path("/tmp/n", 0o010644, 0), 0),
    (
        "mknodat",
        path("/tmp/n", 0o140644, 0),
        lambda g, r: r == 0 and g.errno("openat", *path("/tmp/n", 0, 0)(g)) == "ENXIO",
    ),
    ("mknodat", path("/tmp/n", 0o020644, 1), "EPERM"),
    ("mknodat", path("/tmp/n", 0o040755, 0), "EPERM"),
    ("mknodat", path("/tmp/n", 0o170000, 0), "EINVAL"),
    ("mknodat", path("/prog", 0o100644, 0), "EEXIST"),
    ("mknodat", path("/none/n", 0o100644, 0), "ENOENT"),
    ("mknodat", path("/prog/n", 0o100644, 0), "ENOTDIR"),
    ("mknodat", (AT, UNMAPPED, 0o100644, 0), "EFAULT"),
    ("mknodat", lambda g: (99, g.string("x"), 0o100644, 0), "EBADF"),
    ("symlinkat", lambda g: (g.string("x"), AT, g.string("/tmp/n", BSS + 64)), 0),
    ("symlinkat", lambda g: (g.string("x"), AT, g.string("/none/n", BSS + 64)), "ENOENT"),
    ("symlinkat", lambda g: (g.string("x"), AT, g.string("/prog/n", BSS + 64)), "ENOTDIR"),
    ("symlinkat", lambda g: (g.string("x"), 99, g.string("n", BSS + 64)), "EBADF"),
    ("symlinkat", lambda g: (UNMAPPED, AT, g.string("/tmp/n", BSS + 64)), "EFAULT"),
    ("symlinkat", lambda g: (g.string("x"), AT, UNMAPPED), "EFAULT"),
    ("symlinkat", lambda g: (g.string("x"), AT, g.string(LONG, BSS + 64)), "ENAMETOOLONG"),
    ("linkat", after(make, args=two("/tmp/f", "/tmp/n", 0)), 0),
    ("linkat", after(make, args=two("/tmp/l", "/tmp/n", SYMLINK_FOLLOW)), 0),
    ("linkat", after(make, args=two("/tmp/l", "/tmp/n", 0)), 0),
    ("linkat", after(make, args=two("/tmp/f", "/tmp/l", 0)), "EEXIST"),
    ("linkat", after(make, args=two("/tmp/f", "/tmp/n/", 0)), "ENOENT"),
    ("linkat", after(make, args=two("/tmp/f", "/tmp/n", 8)), "EINVAL"),
    ("linkat", after(make, args=two("/tmp/f", "/none/n", 0)), "ENOENT"),
    ("linkat", after(make, args=two("/tmp/f/x", "/tmp/n", 0)), "ENOTDIR"),
    ("linkat", after(make, args=two("/tmp/loop/x", "/tmp/n", 0)), "ELOOP"),
    ("linkat", after(make, args=two("/tmp/f", "/dev/shm/n", 0)), "EXDEV"),
    ("linkat", lambda g: (AT, UNMAPPED, AT, g.string("/tmp/n"), 0), "EFAULT"),
    ("linkat", lambda g: (AT, g.string("/prog"), AT, UNMAPPED, 0), "EFAULT"),
    ("linkat", lambda g: (99, g.string("x"), AT, g.string("/tmp/n", BSS + 64), 0), "EBADF"),
    ("unlinkat", after(make, args=path("/tmp/f", 0)), 0),
    ("unlinkat", after(make, args=path("/tmp/l", 0)), 0),
    ("unlinkat", after(make, args=path("/tmp/e", REMOVEDIR)), 0),
    ("unlinkat", after(make, args=path("/tmp/d", REMOVEDIR)), "ENOTEMPTY"),
    ("unlinkat", after(make, args=path("/tmp/f/", 0)), "ENOTDIR"),
    ("unlinkat", after(make, args=path("/tmp/f", REMOVEDIR)), "ENOTDIR"),
    ("unlinkat", after(make, args=path("/tmp/dl", REMOVEDIR)), "ENOTDIR"),
    ("unlinkat", after(make, args=path("/tmp/dl/", REMOVEDIR)), "ENOTDIR"),  # the link, not where it leads
    ("unlinkat", path("/tmp/..", REMOVEDIR), "ENOTEMPTY"),
    ("unlinkat", path("/", REMOVEDIR), "EBUSY"),
    ("unlinkat", path("/none", REMOVEDIR), "ENOENT"),
    ("unlinkat", path("/proc/meminfo", 0), "EPERM"),
    ("unlinkat", path("/dev/null", 0x400), "EINVAL"),
    ("unlinkat", (AT, UNMAPPED, 0), "EFAULT"),
    ("unlinkat", lambda g: (99, g.string("x"), 0), "EBADF"),
    ("unlinkat", path(LONG, 0), "ENAMETOOLONG"),
    ("renameat2", after(make, args=two("/tmp/f", "/tmp/n", 0)), 0),
    ("renameat2", after(make, args=two("/tmp/f", "/tmp/f", 0)), 0),
    ("renameat2", after(make, args=two("/tmp/f", "/tmp/d/x", 0)), 0),
    ("renameat2", after(make, args=two("/tmp/d", "/tmp/e", 0)), 0),
    ("renameat2", after(make, args=two("/tmp/e", "/tmp/d", 0)), "ENOTEMPTY"),
    ("renameat2", after(make, args=two("/tmp/d", "/tmp/d/y", 0)), "EINVAL"),
    ("renameat2", after(make, args=two("/tmp/d", "/tmp/f", 0)), "ENOTDIR"),
    ("renameat2", after(make, args=two("/tmp/f", "/tmp/e", 0)), "EISDIR"),
    ("renameat2", after(make, args=two("/tmp/f", "/tmp/l", 1)), "EEXIST"),
    ("renameat2", after(make, args=two("/tmp/f", "/tmp/n", 3)), "EINVAL"),
    ("renameat2", after(make, args=two("/tmp/d/.", "/tmp/n", 0)), "EBUSY"),
    ("renameat2", after(make, args=two("/tmp/f", "/none/n", 0)), "ENOENT"),
    ("renameat2", after(make, args=two("/tmp/f", "/dev/shm/n", 0)), "EXDEV"),
    ("renameat2", after(make, args=two("/tmp/f/", "/tmp/n", 0)), "ENOTDIR"),
    ("renameat2", after(make, args=two("/tmp/dl/", "/tmp/n", 0)), "ENOTDIR"),
    ("renameat2", lambda g: (AT, UNMAPPED, AT, g.string("/tmp/n"), 0), "EFAULT"),
    ("renameat2", lambda g: (AT, g.string("/prog"), AT, UNMAPPED, 0), "EFAULT"),
    ("renameat2", lambda g: (99, g.string("x"), AT, g.string("/tmp/n", BSS + 64), 0), "EBADF"),
    ("readlinkat", after(make, args=path("/tmp/l", BUF, 64)), 1),
    ("readlinkat", after(make, args=path("/tmp/dangling", BUF, 2)), 2),
    ("readlinkat", after(make, args=path("/tmp/f/x", BUF, 64)), "ENOTDIR"),
    ("readlinkat", after(make, args=path("/tmp/l", BUF, -1)), "EINVAL"),
    ("readlinkat", after(make, args=lambda g: (g.open("/tmp/l", PATH | NOFOLLOW), g.string(""), BUF, 64)), 1),
    ("readlinkat", (AT, UNMAPPED, BUF, 64), "EFAULT"),
    ("readlinkat", lambda g: (99, g.string("x"), BUF, 64), "EBADF"),
    # attributes
    ("faccessat", path("/prog", 7), 0),
    ("faccessat", after(make, args=path("/tmp/f", 1)), "EACCES"),
    ("faccessat", path("/prog/x", 0), "ENOTDIR"),
    ("faccessat", (AT, UNMAPPED, 0), "EFAULT"),
    ("faccessat", lambda g: (99, g.string("x"), 0), "EBADF"),
    ("faccessat", after(make, args=path("/tmp/loop", 0)), "ELOOP"),
    ("faccessat2", path("/prog", 4, 0), 0),
    ("faccessat2", path("/prog", 4, 0x200), 0),
    ("faccessat2", path("/prog", 4, 0x4000), "EINVAL"),
    ("faccessat2", path("/prog", 8, 0), "EINVAL"),
    ("faccessat2", after(make, args=path("/tmp/dangling", 0, SYMLINK_NOFOLLOW)), 0),
    ("faccessat2", after(make, args=path("/tmp/dangling", 0, 0)), "ENOENT"),
    ("faccessat2", (AT, UNMAPPED, 0, 0), "EFAULT"),
    ("chdir", name("/tmp"), 0),
    ("chdir", (UNMAPPED,), "EFAULT"),
    ("chdir", after(make, args=name("/tmp/loop")), "ELOOP"),
    ("chdir", name(LONG), "ENAMETOOLONG"),
    ("fchdir", fd("/tmp", 0), 0),
    ("fchdir", fd("/tmp", PATH), 0),
    ("fchdir", fd("/prog", 0), "ENOTDIR"),
    ("chroot", name("/tmp"), 0),
    ("chroot", after(("chroot", name("/tmp")), args=name("/prog")), "ENOENT"),
    ("chroot", after(("chroot", name("/tmp")), args=name("/../..")), lambda g, r: g.task.fs.root.name == b"tmp"),
    ("chroot", after(("chroot", name("/tmp")), args=name("dev")), 0),
    ("chroot", name("/prog"), "ENOTDIR"),
    ("chroot", name("/none"), "ENOENT"),
    ("chroot", after(make, args=name("/tmp/loop")), "ELOOP"),
    ("chroot", after(("setuid", 1), args=name("/tmp")), "EPERM"),
    ("chroot", (UNMAPPED,), "EFAULT"),
    ("getcwd", after(("chdir", name("/dev")), ("chroot", name("/dev")), args=(BUF, 100)), 2),
    ("getcwd", after(("chroot", name("/tmp")), args=(BUF, 100)), len("(unreachable)/") + 1),
    ("getcwd", (BUF, 100), 2),
    ("getcwd", (BUF, 0), "ERANGE"),
    ("getcwd", (TEXT, 100), "EFAULT"),
    (
        "getcwd",
        after(make, ("chdir", name("/tmp/e")), ("unlinkat", path("/tmp/e", REMOVEDIR)), args=(BUF, 100)),
        "ENOENT",
    ),
    ("umask", (0o77,), 0o22),
    ("umask", (0o7777777,), lambda g, r: g.task.fs.umask == 0o777),
    ("fchmodat", path("/prog", 0o700), 0),
    ("fchmodat2", path("/prog", 0o700, 0), 0),
    ("fchmodat2", lambda g: (g.open("/prog", PATH), g.string(""), 0o700, EMPTY), 0),
    ("fchmodat2", after(make, args=path("/tmp/dangling", 0o700, SYMLINK_NOFOLLOW)), "EOPNOTSUPP"),
    ("fchmodat2", path("/prog", 0o700, 8), "EINVAL"),
    ("fchmodat2", path("/none", 0o700, 0), "ENOENT"),
    ("fchmodat", path("/none", 0o700), "ENOENT"),
    ("fchmodat", path("/prog/x", 0o700), "ENOTDIR"),
    ("fchmodat", (AT, UNMAPPED, 0o700), "EFAULT"),
    ("fchmodat", lambda g: (99, g.string("x"), 0o700), "EBADF"),
    ("fchownat", path("/prog", 1, 2, 0), 0),
    ("fchownat", path("/prog", -1, -1, 0), 0),
    ("fchownat", after(make, args=path("/tmp/dangling", 1, 2, SYMLINK_NOFOLLOW)), 0),
    ("fchownat", lambda g: (g.open("/prog"), g.string(""), 1, 2, EMPTY), 0),
    ("fchownat", path("/prog", 1, 2, 8), "EINVAL"),
    ("fchownat", path("/none", 1, 2, 0), "ENOENT"),
    ("fchownat", (AT, UNMAPPED, 1, 2, 0), "EFAULT"),
    ("fchownat", lambda g: (99, g.string("x"), 1, 2, 0), "EBADF"),
    ("utimensat", path("/prog", 0, 0), 0),
    ("utimensat", lambda g: (g.open("/prog"), 0, 0, 0), 0),
    (
        "utimensat",
        after(lambda g: g.store(BUF, struct.pack("<4q", 5, 6, 7, (1 << 30) - 2)), args=path("/prog", BUF, 0)),
        0,
    ),
    (
        "utimensat",
        after(lambda g: g.store(BUF, struct.pack("<4q", 5, 10**9, 7, 0)), args=path("/prog", BUF, 0)),
        "EINVAL",
    ),
    ("utimensat", path("/prog", 0, 8), "EINVAL"),
    ("utimensat", path("/none", 0, 0), "ENOENT"),
    ("utimensat", path("/prog", UNMAPPED, 0), "EFAULT"),
    ("utimensat", (AT, UNMAPPED, 0, 0), "EFAULT"),
    ("utimensat", (99, 0, 0, 0), "EBADF"),
    ("truncate", after(make, args=name("/tmp/f", Off(100))), 0),
    ("truncate", name("/prog", Off(100)), "ETXTBSY"),
    ("truncate", name("/tmp", Off(100)), "EISDIR"),
    ("truncate", name("/none", Off(100)), "ENOENT"),
    ("truncate", name("/dev/null", Off(100)), "EINVAL"),
    ("truncate", after(make, args=name("/tmp/f", Off(-1))), "EINVAL"),
    ("truncate", after(make, lambda g: limit(g, 1, 10), no_xfsz, args=name("/tmp/f", Off(11))), "EFBIG"),
    ("truncate", (UNMAPPED, Off(0)), "EFAULT"),
    ("newfstatat", path("/prog", BUF, 0), 0),
    ("newfstatat", lambda g: (g.open("/prog"), g.string(""), BUF, EMPTY), 0),
    ("newfstatat", after(make, args=path("/tmp/loop", BUF, 0)), "ELOOP"),
    ("newfstatat", after(make, args=path("/tmp/loop", BUF, SYMLINK_NOFOLLOW)), 0),
    ("newfstatat", path("", BUF, 0), "ENOENT"),
    ("newfstatat", lambda g: (99, g.string(""), BUF, EMPTY), "EBADF"),
    ("newfstatat", (AT, UNMAPPED, BUF, 0), "EFAULT"),
    ("statx", path("/prog", 0, 0x7FF, BUF), 0),
    ("statx", lambda g: (g.open("/prog"), g.string(""), EMPTY, 0x7FF, BUF), 0),
    ("statx", path("/prog/", 0, 0x7FF, BUF), "ENOTDIR"),
    ("statx", lambda g: (99, g.string("x"), 0, 0x7FF, BUF), "EBADF"),
    ("statx", (AT, UNMAPPED, 0, 0x7FF, BUF), "EFAULT"),
    # execve
    ("execve", lambda g: (g.string("/prog"), argv(g), 0), ran),
    ("execve", name("/prog", 0, 0), ran),
    ("execve", name("/none", 0, 0), "ENOENT"),
    ("execve", name("", 0, 0), "ENOENT"),
    ("execve", name("/prog/x", 0, 0), "ENOTDIR"),
    ("execve", name("/tmp", 0, 0), "EACCES"),
    ("execve", name("/dev/null", 0, 0), "EACCES"),
    ("execve", lambda g: (script(g, b"\x7fELF", 0o644), 0, 0), "EACCES"),
    ("execve", lambda g: (script(g, b"text"), 0, 0), "ENOEXEC"),
    ("execve", lambda g: (script(g, b""), 0, 0), "ENOEXEC"),
    ("execve", after(make, args=name("/tmp/loop", 0, 0)), "ELOOP"),
    ("execve", name(LONG, 0, 0), "ENAMETOOLONG"),
    ("execve", (UNMAPPED, 0, 0), "EFAULT"),
    ("execve", name("/prog", UNMAPPED, 0), "EFAULT"),
    ("execve", name("/prog", 0, UNMAPPED), "EFAULT"),
    ("execve", lambda g: (g.string("/prog"), argv(g, 1, 131072), 0), "E2BIG"),
    ("execve", lambda g: (g.string("/prog"), argv(g, 100, 100_000), 0), "E2BIG"),
    ("execveat", lambda g: (g.open("/prog"), g.string(""), 0, 0, EMPTY), ran),
    ("execveat", lambda g: (g.open("/"), g.string("prog"), 0, 0, 0), ran),
    ("execveat", lambda g: (g.open("/prog"), g.string(""), 0, 0, 0), "ENOENT"),
    ("execveat", lambda g: (99, g.string("prog"), 0, 0, 0), "EBADF"),
    ("execveat", lambda g: (g.open("/prog"), g.string("x"), 0, 0, 0), "ENOTDIR"),
    ("execveat", path("/prog", 0, 0, 8), "EINVAL"),
    (
        "execveat",
        after(
            lambda g: g.ok("symlinkat", g.string("/prog"), AT, g.string("/tmp/s", BSS + 64)),
            args=path("/tmp/s", 0, 0, SYMLINK_NOFOLLOW),
        ),
        "ELOOP",
    ),
    ("execveat", (AT, UNMAPPED, 0, 0, 0), "EFAULT"),
]
