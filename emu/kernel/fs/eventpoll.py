"""epoll: a set of open files, and which of them are ready (epoll(7); Linux: fs/eventpoll.c)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from emu.kernel.errno import EEXIST, EINVAL, ELOOP, ENOENT, ENOSPC, Errno
from emu.kernel.fs.inode import POLLERR, POLLHUP, POLLIN, POLLRDNORM, Inode
from emu.kernel.sched.wait import WaitQueue

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.kernel import Kernel

EPOLLEXCLUSIVE, EPOLLWAKEUP, EPOLLONESHOT, EPOLLET = 1 << 28, 1 << 29, 1 << 30, 1 << 31
PRIVATE = EPOLLEXCLUSIVE | EPOLLWAKEUP | EPOLLONESHOT | EPOLLET
MAX_INNER = 64
MAX_CHAIN = 5  # instances that watch one another
Polled = dict["EventPoll", int]  # what each instance had to tell, so that none is asked twice


class Item:
    """One file of interest: the events asked for, the number given back with them, and the edges told already."""

    __slots__ = ("data", "events", "fd", "file", "told")

    def __init__(self, fd: int, file: File, events: int, data: int) -> None:
        self.fd, self.file = fd, file
        self.change(events, data)

    def change(self, events: int, data: int) -> None:
        """EPOLL_CTL_MOD: other events, and what was told before is news again."""
        self.events, self.data, self.told = events, data, -1

    def edges(self) -> int:
        """Grows with each event of the file."""
        return sum(queue.wakes for queue in self.file.inode.poll_queues(self.file))

    def ready(self, polled: Polled) -> int:
        """The events to report now; 0 is none."""
        if not self.events & ~PRIVATE:
            return 0
        inode = self.file.inode
        found = inode.ask(polled) if isinstance(inode, EventPoll) else inode.poll(self.file)
        found &= (self.events | POLLERR | POLLHUP) & ~PRIVATE
        return 0 if found and self.events & EPOLLET and self.told == self.edges() else found


class EventPoll(Inode):
    """An epoll instance: its items by (descriptor, open file). A file drops out with its last close."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel.pipefs, 0o600)
        self.items: dict[tuple[int, File], Item] = {}
        self.changed = WaitQueue()
        self.watchers: dict[EventPoll, int] = {}  # other instances, with as many items each

    def drop(self, key: tuple[int, File]) -> None:
        """ep_remove."""
        fd, file = key
        del self.items[key]
        del file.epolls[self, fd]
        self.sb.kernel.nr_watched -= 1
        if isinstance(file.inode, EventPoll):
            file.inode.forget(self)

    # -- epoll_ctl ----------------------------------------------------------------------------------------------------
    def add(self, fd: int, file: File, events: int, data: int) -> None:
        """EEXIST ELOOP ENOSPC."""
        kernel = self.sb.kernel
        if (fd, file) in self.items:
            raise Errno(EEXIST)
        if kernel.nr_watched >= kernel.pages.total_pages:
            raise Errno(ENOSPC)
        if isinstance(file.inode, EventPoll):
            self.nest(file.inode)
        self.items[fd, file] = Item(fd, file, events, data)
        file.epolls[self, fd] = None
        kernel.nr_watched += 1
        self.changed.wake()

    def modify(self, fd: int, file: File, events: int, data: int) -> None:
        """ENOENT; EINVAL for one with EPOLLEXCLUSIVE."""
        item = self.find(fd, file)
        if item.events & EPOLLEXCLUSIVE:
            raise Errno(EINVAL)
        item.change(events, data)
        self.changed.wake()

    def remove(self, fd: int, file: File) -> None:
        """ENOENT."""
        self.find(fd, file)
        self.drop((fd, file))

    def find(self, fd: int, file: File) -> Item:
        item = self.items.get((fd, file))
        if item is None:
            raise Errno(ENOENT)
        return item

    def inner(self) -> list[EventPoll]:
        """Instances that this one watches."""
        return [item.file.inode for item in self.items.values() if isinstance(item.file.inode, EventPoll)]

    def nest(self, inner: EventPoll) -> None:
        """Instances watch one another in chains of up to five, and not in a circle. ELOOP ENOSPC."""
        below, above = levels(inner, EventPoll.inner), levels(self, EventPoll.outer)
        if any(self in level for level in below) or len(below) + len(above) > MAX_CHAIN:
            raise Errno(ELOOP)
        if len(self.inner()) >= MAX_INNER:
            raise Errno(ENOSPC)
        inner.watchers[self] = inner.watchers.get(self, 0) + 1

    def outer(self) -> list[EventPoll]:
        """Instances that watch this one."""
        return list(self.watchers)

    def forget(self, watcher: EventPoll) -> None:
        """An item less of this watcher."""
        self.watchers[watcher] -= 1
        if not self.watchers[watcher]:
            del self.watchers[watcher]

    def release(self, file: File) -> None:
        """The instance is gone, and watches nothing."""
        for key in list(self.items):
            self.drop(key)

    # -- epoll_wait ---------------------------------------------------------------------------------------------------
    def collect(self, most: int) -> list[tuple[int, int]]:
        """Up to `most` pairs (events, data); what was reported goes to the back, so that nobody starves."""
        found: list[tuple[int, int]] = []
        polled: Polled = {}
        for item in list(self.items.values()):
            events = item.ready(polled)
            if not events or len(found) == most:
                continue
            found.append((events, item.data))
            item.told = item.edges()
            if item.events & EPOLLONESHOT:
                item.events &= PRIVATE
            self.items[item.fd, item.file] = self.items.pop((item.fd, item.file))
        return found

    def poll(self, file: File) -> int:
        return self.ask({})

    def ask(self, polled: Polled) -> int:
        """poll, among other instances that are asked."""
        if self not in polled:
            ready = any(item.ready(polled) for item in self.items.values())
            polled[self] = POLLIN | POLLRDNORM if ready else 0
        return polled[self]

    def poll_queues(self, file: File) -> list[WaitQueue]:
        """Those of all files that are watched, also by the instances that are watched."""
        queues: dict[WaitQueue, None] = {}
        for instance in dict.fromkeys(each for level in levels(self, EventPoll.inner) for each in level):
            queues[instance.changed] = None
            for item in instance.items.values():
                if not isinstance(item.file.inode, EventPoll):
                    queues.update(dict.fromkeys(item.file.inode.poll_queues(item.file)))
        return list(queues)


def levels(start: EventPoll, step: Callable[[EventPoll], list[EventPoll]]) -> list[dict[EventPoll, None]]:
    """The instances that are 0, 1, 2 … steps away; not far beyond what may be."""
    found = [{start: None}]
    while len(found) <= MAX_CHAIN and (further := dict.fromkeys(each for one in found[-1] for each in step(one))):
        found.append(further)
    return found
