"""Rows about permissions: what a user who is not root may do with files of root, by mode, owner and group."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from kernel_fake import BSS, Guest
from rows_common import AT, BUF, Off, Row, after, name, path, two, user

O_WRONLY, O_TRUNC, O_NOATIME, O_PATH, AT_EACCESS = 1, 0o1000, 0o1000000, 0o10000000, 0x200
NOW, DAY = 0x3FFFFFFF, 86400


def of_root(mode: int, gid: int = 0) -> Callable[[Guest], None]:
    """Root's file /tmp/f and its directory /tmp/d with a file in it have this mode; then a user comes."""

    def prepare(guest: Guest) -> None:
        guest.ok("mkdirat", AT, guest.string("/tmp/d"), 0o755)
        for where in ("/tmp/f", "/tmp/d/f"):
            guest.open(where, 0o101)
        for where in ("/tmp/f", "/tmp/d"):
            guest.ok("fchmodat", AT, guest.string(where), mode)
            guest.ok("fchownat", AT, guest.string(where), 0, gid, 0)
        user(guest)

    return prepare


def mine(guest: Guest) -> None:
    """The user's own file /tmp/m."""
    guest.open("/tmp/m", 0o101)


def groups(*numbers: int) -> Callable[[Guest], None]:
    """Root joins groups before it becomes a user."""

    def prepare(guest: Guest) -> None:
        guest.store(BUF, struct.pack(f"<{len(numbers)}I", *numbers))
        guest.ok("setgroups", len(numbers), BUF)

    return prepare


def times(*values: int) -> Callable[[Guest], Any]:
    """(AT_FDCWD, /tmp/f, the times, 0)."""

    def prepare(guest: Guest) -> Any:
        guest.store(BUF, struct.pack("<4q", *values))
        return (AT, guest.string("/tmp/f"), BUF, 0)

    return prepare


def belongs(guest: Guest, where: bytes, uid: int) -> bool:
    return guest.kernel.fs.lookup(guest.task.fs.cwd, where).uid == uid


def writing(guest: Guest) -> tuple[int, int, int]:
    """execve of a file that is open to write."""
    guest.open("/tmp/x", 0o101, 0o755)
    return guest.string("/tmp/x"), 0, 0


def privileged(mode: int) -> Callable[[Guest], tuple[int, int, int]]:
    """write's arguments: to a user's file with this mode."""

    def prepare(guest: Guest) -> tuple[int, int, int]:
        user(guest)
        number = guest.open("/tmp/m", 0o102)
        guest.ok("fchmod", number, mode)
        return number, BUF, 1

    return prepare


def mode_is(mode: int) -> Callable[[Guest, int], bool]:
    return lambda guest, result: guest.kernel.fs.lookup(guest.task.fs.cwd, b"/tmp/m").mode & 0o7777 == mode


def of_child(which: str, drops: bool = False) -> Callable[[Guest], int]:
    """A file of /proc about another process, of root or of the user that asks."""

    def prepare(guest: Guest) -> int:
        if drops:
            user(guest)
            guest.ok("prctl", 4, 1, 0, 0, 0)  # PR_SET_DUMPABLE, which ends with other rights
        pid = guest.fork().pid
        if not drops:
            user(guest)
        return guest.string(f"/proc/{pid}/{which}")

    return prepare


F, D = of_root(0o600), of_root(0o700)
FOR_ROOT = (
    ("mount", lambda g: (0, g.string("/tmp"), 0, 0, 0)),
    ("umount2", name("/tmp", 0)),
    ("swapon", name("/tmp", 0)),
    ("swapoff", name("/tmp")),
    ("pivot_root", name("/tmp", 0)),
    ("acct", (0,)),
    ("setns", (0, 0)),
)
ROWS: list[Row] = [
    ("openat", after(F, args=path("/tmp/f", 0, 0)), "EACCES"),
    ("openat", after(F, args=path("/tmp/f", O_PATH, 0)), "ok"),
    ("openat", after(of_root(0o644), args=path("/tmp/f", 0, 0)), "ok"),
    ("openat", after(of_root(0o644), args=path("/tmp/f", O_WRONLY, 0)), "EACCES"),
    ("openat", after(of_root(0o644), args=path("/tmp/f", O_TRUNC, 0)), "EACCES"),
    ("openat", after(of_root(0o644), args=path("/tmp/f", O_NOATIME, 0)), "EPERM"),
    ("openat", after(of_root(0o060, 1000), args=path("/tmp/f", 2, 0)), "EACCES"),
    ("openat", after(groups(5, 1000), of_root(0o060, 1000), args=path("/tmp/f", 2, 0)), "ok"),
    ("openat", after(groups(5), of_root(0o604, 5), args=path("/tmp/f", 0, 0)), "EACCES"),  # the group comes first
    ("openat", after(D, args=path("/tmp/d/f", 0, 0)), "EACCES"),
    ("openat", after(D, args=path("/tmp/d/x", 0o100, 0)), "EACCES"),
    ("openat", after(of_root(0o755), args=path("/tmp/d/x", 0o100, 0)), "EACCES"),
    ("openat", after(user, args=path("/tmp/m", 0o101, 0o600)), lambda g, r: belongs(g, b"/tmp/m", 1000)),
    ("openat", after(user, args=path("/proc/self/environ", 0, 0)), "EACCES"),  # not dumpable any more: it is root's
    ("openat", after(user, ("prctl", 4, 1, 0, 0, 0), args=path("/proc/self/environ", 0, 0)), "ok"),
    ("openat", after(user, args=path("/proc/self/fd", 0, 0)), "ok"),
    ("openat", after(user, args=path("/proc/self/fdinfo/0", 0, 0)), "ok"),
    ("openat", after(lambda g: g.fork(), user, args=path("/proc/2/fdinfo", 0, 0)), "EACCES"),
    ("openat", path("/proc/self/fdinfo/00", 0, 0), "ENOENT"),
    ("openat", path("/proc/self/fd/00", 0, 0), "ENOENT"),
    ("openat", after(lambda g: g.fork(), user, args=path("/proc/2/environ", 0, 0)), "EACCES"),
    ("mkdirat", after(of_root(0o755), args=path("/tmp/d/x", 0o755)), "EACCES"),
    ("mkdirat", after(user, args=path("/tmp/mine", 0o755)), lambda g, r: belongs(g, b"/tmp/mine", 1000)),
    ("mknodat", after(of_root(0o755), args=path("/tmp/d/x", 0o10644, 0)), "EACCES"),
    (
        "symlinkat",
        after(of_root(0o755), args=lambda g: (g.string("x"), AT, g.string("/tmp/d/x", BSS + 0x400))),
        "EACCES",
    ),
    ("linkat", after(of_root(0o755), args=two("/tmp/d/f", "/tmp/d/x", 0)), "EACCES"),
    ("unlinkat", after(of_root(0o755), args=path("/tmp/d/f", 0)), "EACCES"),
    ("unlinkat", after(of_root(0o777), args=path("/tmp/f", 0)), "EPERM"),  # /tmp is sticky
    ("unlinkat", after(of_root(0o777), args=path("/tmp/d/f", 0)), 0),
    ("unlinkat", after(user, mine, args=path("/tmp/m", 0)), 0),
    ("unlinkat", after(of_root(0o777), args=path("/tmp/d", 0x200)), "EPERM"),
    ("renameat2", after(of_root(0o755), args=two("/tmp/d/f", "/tmp/x", 0)), "EACCES"),
    ("renameat2", after(of_root(0o777), args=two("/tmp/f", "/tmp/x", 0)), "EPERM"),
    ("renameat2", after(of_root(0o777), mine, args=two("/tmp/m", "/tmp/d/m", 0)), 0),
    ("fchmodat", after(of_root(0o666), args=path("/tmp/f", 0o777)), "EPERM"),
    ("fchmodat", after(user, mine, args=path("/tmp/m", 0o400)), 0),
    ("fchmod", after(of_root(0o666), args=lambda g: (g.open("/tmp/f"), 0o777)), "EPERM"),
    ("fchownat", after(of_root(0o666), args=path("/tmp/f", 1000, -1, 0)), "EPERM"),
    ("fchownat", after(user, mine, args=path("/tmp/m", 0, -1, 0)), "EPERM"),
    ("fchownat", after(user, mine, args=path("/tmp/m", -1, 7, 0)), "EPERM"),
    ("fchownat", after(groups(7), user, mine, args=path("/tmp/m", -1, 7, 0)), 0),
    ("fchown", after(of_root(0o666), args=lambda g: (g.open("/tmp/f"), 1000, 1000)), "EPERM"),
    ("utimensat", after(of_root(0o644), args=times(0, NOW, 0, NOW)), "EACCES"),
    ("utimensat", after(of_root(0o666), args=times(0, NOW, 0, NOW)), 0),
    ("utimensat", after(of_root(0o666), args=times(DAY, 0, DAY, 0)), "EPERM"),
    ("faccessat", after(F, args=path("/tmp/f", 4)), "EACCES"),
    ("faccessat", after(F, args=path("/tmp/f", 0)), 0),
    ("faccessat", after(D, args=path("/tmp/d/f", 0)), "EACCES"),
    ("faccessat", path("/tmp", 7), 0),
    ("faccessat2", after(F, lambda g: g.task.__setattr__("uid", 0), args=path("/tmp/f", 6, 0)), 0),
    ("faccessat2", after(F, lambda g: g.task.__setattr__("uid", 0), args=path("/tmp/f", 6, AT_EACCESS)), "EACCES"),
    ("truncate", after(of_root(0o644), args=lambda g: (g.string("/tmp/f"), 0, 0)), "EACCES"),
    ("chdir", after(D, args=name("/tmp/d")), "EACCES"),
    ("chdir", after(of_root(0o755), args=name("/tmp/d")), 0),
    ("fchdir", after(of_root(0o744), args=lambda g: (g.open("/tmp/d"),)), "EACCES"),
    ("execve", after(user, mine, args=name("/tmp/m", 0, 0)), "EACCES"),
    ("setgroups", after(groups(3, 2), args=(0, 0)), lambda g, r: r == 0 and g.task.groups == ()),
    ("setgroups", after(user, args=(0, 0)), "EPERM"),
    ("setgroups", (-1, 0), "EINVAL"),
    ("fchownat", after(of_root(0o644), args=path("/tmp/f", -1, -1, 0)), 0),
    ("fchownat", after(of_root(0o644), args=path("/tmp/f", -1, 0, 0)), "EPERM"),
    ("execve", writing, "ETXTBSY"),
    ("write", privileged(0o6755), mode_is(0o755)),
    ("write", privileged(0o6745), mode_is(0o2745)),
    ("ftruncate", lambda g: (privileged(0o6755)(g)[0], Off(0)), mode_is(0o755)),
    *[("openat", lambda g, w=w: (AT, of_child(w)(g), 0, 0), "EACCES") for w in ("maps", "smaps", "pagemap", "exe")],
    ("openat", lambda g: (AT, of_child("status")(g), 0, 0), "ok"),
    ("openat", lambda g: (AT, of_child("maps", drops=True)(g), 0, 0), "ok"),
    *[("readlinkat", lambda g, w=w: (AT, of_child(w)(g), BUF + 64, 9), "EACCES") for w in ("exe", "cwd", "root")],
    ("readlinkat", lambda g: (AT, of_child("root", drops=True)(g), BUF + 64, 9), 1),
    ("setfsuid", (1000,), lambda g, r: r == 0 and g.call("setfsuid", -1) == 1000 and g.call("geteuid") == 0),
    ("setfsuid", after(user, args=(0,)), lambda g, r: r == 1000 and g.call("setfsuid", -1) == 1000),
    ("setfsgid", (1000,), lambda g, r: r == 0 and g.call("setfsgid", -1) == 1000 and g.call("getegid") == 0),
    ("openat", after(("setfsuid", 1000), args=path("/tmp/m", 0o101, 0o600)), lambda g, r: belongs(g, b"/tmp/m", 1000)),
    ("openat", after(("setfsuid", 1000), args=path("/root/m", 0o101, 0o600)), "EACCES"),
    *[(call, args, "ENOSYS") for call, args in FOR_ROOT],
    *[(call, after(user, args=args), "EPERM") for call, args in FOR_ROOT],
    ("clone", (0x20000 | 0x200 | 17, 0, 0, 0, 0), "EINVAL"),  # CLONE_NEWNS and CLONE_FS
    ("setgroups", (1, 0), "EFAULT"),
    ("getgroups", after(groups(3, 2), args=(0, 0)), 2),
    ("getgroups", after(groups(3, 2), args=(2, BUF)), lambda g, r: r == 2 and g.word_at(BUF) == 2 | 3 << 32),
    ("getgroups", after(groups(3, 2), args=(1, BUF)), "EINVAL"),
    ("getgroups", after(groups(3, 2), args=(2, 8)), "EFAULT"),
]
