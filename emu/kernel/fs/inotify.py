"""inotify: a file from which one reads what happens to others (Linux: fs/notify; inotify(7)).

Whoever does something to an inode tells `Fsnotify`, which is one test as long as nobody watches anything. A file also
tells the directory in which it was found last (`alias`).
"""

from __future__ import annotations

import struct
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from emu.kernel.errno import EAGAIN, EINVAL, ENOSPC, Errno
from emu.kernel.fs.fcntl import FIONREAD
from emu.kernel.fs.file import O_NONBLOCK
from emu.kernel.fs.inode import POLLIN, POLLRDNORM, Inode
from emu.kernel.sched.wait import WaitQueue, wait_on

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.kernel import Kernel

IN_ACCESS, IN_MODIFY, IN_ATTRIB, IN_CLOSE_WRITE, IN_CLOSE_NOWRITE, IN_OPEN = 1, 2, 4, 8, 16, 32
IN_MOVED_FROM, IN_MOVED_TO, IN_CREATE, IN_DELETE, IN_DELETE_SELF, IN_MOVE_SELF = 0x40, 0x80, 0x100, 0x200, 0x400, 0x800
IN_ALL_EVENTS, IN_Q_OVERFLOW, IN_IGNORED, IN_ISDIR = 0xFFF, 0x4000, 0x8000, 0x40000000
IN_ONLYDIR, IN_DONT_FOLLOW, IN_EXCL_UNLINK = 0x01000000, 0x02000000, 0x04000000
IN_MASK_CREATE, IN_MASK_ADD, IN_ONESHOT = 0x10000000, 0x20000000, 0x80000000
MAX_QUEUED, MAX_WATCHES = 16384, 65536  # events of one instance (and four times as many of all), watches of all
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


class Inotify(Inode):
    """An instance: its watches by number, and the events that nobody has read."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel.pipefs, 0o600)
        self.kernel = kernel
        self.by_number: dict[int, Watch] = {}
        self.events: deque[Event] = deque()
        self.last = 0
        self.arrive = WaitQueue()

    def add(self, event: Event) -> None:
        """The same twice in a row is told once; when there is no room only that is told."""
        notify = self.kernel.fsnotify
        if self.events and self.events[-1] == event:
            return
        if len(self.events) >= MAX_QUEUED or notify.queued >= 4 * MAX_QUEUED:
            event = Event(-1, IN_Q_OVERFLOW, 0, b"")
            if self.events and self.events[-1] == event:
                return
        self.events.append(event)
        notify.queued += 1
        self.arrive.wake()

    def watch(self, inode: Inode, mask: int) -> int:
        """A new watch; its number. ENOSPC."""
        notify = self.kernel.fsnotify
        if notify.count >= MAX_WATCHES:
            raise Errno(ENOSPC)
        self.last += 1
        made = self.by_number[self.last] = Watch(inode, self.last, mask)
        notify.watches.setdefault(inode, {})[self] = made
        notify.count += 1
        return self.last

    def drop(self, watch: Watch) -> None:
        """A watch ends, which is told."""
        notify = self.kernel.fsnotify
        del self.by_number[watch.wd]
        of_inode = notify.watches[watch.inode]
        del of_inode[self]
        if not of_inode:
            del notify.watches[watch.inode]
        notify.count -= 1
        self.add(Event(watch.wd, IN_IGNORED, 0, b""))

    # -- as a file ----------------------------------------------------------------------------------------------------
    def read_iter(self, file: File, to: Any, pos: int) -> int:
        if not self.events:
            if file.flags & O_NONBLOCK:
                raise Errno(EAGAIN)
            wait_on(self.kernel.current, self.arrive)
        total = 0
        while self.events and len(data := self.events[0].pack()) <= to.count:
            if to.put(data) < len(data):
                break
            self.events.popleft()
            self.kernel.fsnotify.queued -= 1
            total += len(data)
        if not total and not to.faulted:
            raise Errno(EINVAL)
        return total

    def poll(self, file: File) -> int:
        return POLLIN | POLLRDNORM if self.events else 0

    def poll_queues(self, file: File) -> list[WaitQueue]:
        return [self.arrive]

    def ioctl(self, file: File, command: int, argument: int) -> int:
        if command != FIONREAD:
            return super().ioctl(file, command, argument)
        self.kernel.put_user(argument, sum(len(event.pack()) for event in self.events), 4)
        return 0

    def release(self, file: File) -> None:
        for watch in list(self.by_number.values()):
            self.drop(watch)
        self.kernel.fsnotify.queued -= len(self.events)
        self.events.clear()
