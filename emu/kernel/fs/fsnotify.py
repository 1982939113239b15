"""Telling those who watch files what happens to them (Linux: fs/notify/fsnotify.c; the events are inotify(7)'s).

Whoever does something to an inode tells `Fsnotify`, which is one test as long as nobody watches anything. A file also
tells the directory in which it was found last (`alias`).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from emu.kernel.fs.inode import Inode
    from emu.kernel.fs.inotify import Inotify
    from emu.kernel.kernel import Kernel

IN_ACCESS, IN_MODIFY, IN_ATTRIB, IN_CLOSE_WRITE, IN_CLOSE_NOWRITE, IN_OPEN = 1, 2, 4, 8, 16, 32
IN_MOVED_FROM, IN_MOVED_TO, IN_CREATE, IN_DELETE, IN_DELETE_SELF, IN_MOVE_SELF = 0x40, 0x80, 0x100, 0x200, 0x400, 0x800
IN_ALL_EVENTS, IN_Q_OVERFLOW, IN_IGNORED, IN_ISDIR = 0xFFF, 0x4000, 0x8000, 0x40000000
IN_ONLYDIR, IN_DONT_FOLLOW, IN_EXCL_UNLINK = 0x01000000, 0x02000000, 0x04000000
IN_MASK_CREATE, IN_MASK_ADD, IN_ONESHOT = 0x10000000, 0x20000000, 0x80000000
HEAD = struct.Struct("<iIII")


class Event(NamedTuple):
    """struct inotify_event."""

    wd: int
    mask: int
    cookie: int
    name: bytes

    def pack(self) -> bytes:
        """The name ends with a NUL and fills sixteens."""
        name = self.name + bytes(16 - len(self.name) % 16) if self.name else b""
        return HEAD.pack(self.wd, self.mask, self.cookie, len(name)) + name


class Watch:
    """What one instance wants to know of one inode."""

    __slots__ = ("inode", "mask", "wd")

    def __init__(self, inode: Inode, wd: int, mask: int) -> None:
        self.inode, self.wd, self.mask = inode, wd, mask


class Fsnotify:
    """All watches, by inode and instance."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.watches: dict[Inode, dict[Inotify, Watch]] = {}
        self.count = self.queued = self.cookie = 0

    def tell(self, inode: Inode, mask: int) -> None:
        """Something happened to an inode; its directory hears of it, too."""
        if self.watches:
            kind = IN_ISDIR if inode.is_dir else 0
            self.send(inode, mask | kind, b"")
            if inode.alias is not None:
                self.send(inode.alias[0], mask | kind, inode.alias[1])

    def tell_name(self, parent: Inode, name: bytes, inode: Inode, mask: int, cookie: int = 0) -> None:
        """Something happened to a name in a directory."""
        if self.watches:
            self.send(parent, mask | (IN_ISDIR if inode.is_dir else 0), name, cookie)

    def send(self, inode: Inode, mask: int, name: bytes, cookie: int = 0) -> None:
        """An event to everybody who watches the inode for it."""
        for instance, watch in list(self.watches.get(inode, {}).items()):
            if watch.mask & mask & IN_ALL_EVENTS:
                instance.add(Event(watch.wd, mask, cookie, name))
                if watch.mask & IN_ONESHOT:
                    instance.drop(watch)

    def unlinked(self, parent: Inode, name: bytes, inode: Inode) -> None:
        """A name was removed, and perhaps with it the file."""
        self.tell_name(parent, name, inode, IN_DELETE)
        if self.watches:
            self.send(inode, IN_ATTRIB, b"")
            self.gone(inode)

    def gone(self, inode: Inode) -> None:
        """When nothing leads to an inode any more its watches end."""
        if not inode.nlink and not inode.users:
            self.send(inode, IN_DELETE_SELF, b"")
            for instance, watch in list(self.watches.get(inode, {}).items()):
                instance.drop(watch)

    def moved(self, source: tuple[Inode, bytes], target: tuple[Inode, bytes], inode: Inode) -> None:
        """rename(2): both directories hear of it, with one cookie."""
        if self.watches:
            self.cookie += 1
            self.tell_name(*source, inode, IN_MOVED_FROM, self.cookie)
            self.tell_name(*target, inode, IN_MOVED_TO, self.cookie)
            self.send(inode, IN_MOVE_SELF, b"")
