"""epoll: a set of open files, and which of them are ready (epoll(7); Linux: fs/eventpoll.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EEXIST, ELOOP, ENOENT, ENOSPC, Errno
from emu.kernel.fs.inode import POLLERR, POLLHUP, POLLIN, POLLRDNORM, Inode
from emu.kernel.sched.wait import WaitQueue

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.kernel import Kernel

EPOLLEXCLUSIVE, EPOLLWAKEUP, EPOLLONESHOT, EPOLLET = 1 << 28, 1 << 29, 1 << 30, 1 << 31
PRIVATE = EPOLLEXCLUSIVE | EPOLLWAKEUP | EPOLLONESHOT | EPOLLET
MAX_INNER = 64


class Item:
    """One file of interest: the events asked for, the number given back with them, and the edges told already."""

    __slots__ = ("data", "events", "fd", "file", "told")

    def __init__(self, fd: int, file: File, events: int, data: int) -> None:
        self.fd, self.file = fd, file
        self.change(events, data)

    def change(self, events: int, data: int) -> None:
        self.events, self.data, self.told = events, data, -1

    def edges(self) -> int:
        """Grows with each event of the file."""
        return sum(queue.wakes for queue in self.file.inode.poll_queues(self.file))

    def ready(self) -> int:
        """The events to report now; 0 is none."""
        if not self.events & ~PRIVATE:
            return 0
        found = self.file.inode.poll(self.file) & (self.events | POLLERR | POLLHUP) & ~PRIVATE
        return 0 if found and self.events & EPOLLET and self.told == self.edges() else found


class EventPoll(Inode):
    """An epoll instance: its items by (descriptor, open file). A file that was closed everywhere drops out."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel.pipefs, 0o600)
        self.items: dict[tuple[int, File], Item] = {}
        self.changed = WaitQueue()
        self.watched = 0  # by so many other instances

    def alive(self) -> list[Item]:
        """The items whose files are still open."""
        for key in [key for key in self.items if not key[1].count]:
            del self.items[key]
        return list(self.items.values())

    # -- epoll_ctl ----------------------------------------------------------------------------------------------------
    def add(self, fd: int, file: File, events: int, data: int) -> None:
        """EEXIST ELOOP ENOSPC."""
        if any(item.fd == fd and item.file is file for item in self.alive()):
            raise Errno(EEXIST)
        if isinstance(file.inode, EventPoll):
            self.nest(file.inode)
        self.items[fd, file] = Item(fd, file, events, data)
        self.changed.wake()

    def modify(self, fd: int, file: File, events: int, data: int) -> None:
        """ENOENT."""
        self.find(fd, file).change(events, data)
        self.changed.wake()

    def remove(self, fd: int, file: File) -> None:
        """ENOENT."""
        self.find(fd, file)
        del self.items[fd, file]
        if isinstance(file.inode, EventPoll):
            file.inode.watched -= 1

    def find(self, fd: int, file: File) -> Item:
        item = self.items.get((fd, file))
        if item is None:
            raise Errno(ENOENT)
        return item

    def inner(self) -> list[EventPoll]:
        """Instances that this one watches."""
        return [item.file.inode for item in self.alive() if isinstance(item.file.inode, EventPoll)]

    def nest(self, inner: EventPoll) -> None:
        """An instance watches others, but these no further ones: asking takes the product of times. ELOOP ENOSPC."""
        if inner is self or self.watched or inner.inner():
            raise Errno(ELOOP)
        if len(self.inner()) >= MAX_INNER:
            raise Errno(ENOSPC)
        inner.watched += 1

    def release(self, file: File) -> None:
        """The instance is gone, and watches nothing."""
        for inner in self.inner():
            inner.watched -= 1
        self.items.clear()

    # -- epoll_wait ---------------------------------------------------------------------------------------------------
    def collect(self, most: int) -> list[tuple[int, int]]:
        """Up to `most` pairs (events, data); what was reported goes to the back, so that nobody starves."""
        found = []
        for item in self.alive():
            events = item.ready()
            if not events or len(found) == most:
                continue
            found.append((events, item.data))
            item.told = item.edges()
            if item.events & EPOLLONESHOT:
                item.events &= PRIVATE
            self.items[item.fd, item.file] = self.items.pop((item.fd, item.file))
        return found

    def poll(self, file: File) -> int:
        return POLLIN | POLLRDNORM if any(item.ready() for item in self.alive()) else 0

    def poll_queues(self, file: File) -> list[WaitQueue]:
        queues = [self.changed]
        for item in self.alive():
            queues += item.file.inode.poll_queues(item.file)
        return queues
