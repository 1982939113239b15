"""inotify: a file from which one reads what happens to others (Linux: fs/notify/inotify; inotify(7))."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from emu.kernel.errno import EAGAIN, EINVAL, ENOSPC, Errno
from emu.kernel.fs.fcntl import FIONREAD
from emu.kernel.fs.file import O_NONBLOCK
from emu.kernel.fs.fsnotify import IN_IGNORED, IN_Q_OVERFLOW, Event, Watch
from emu.kernel.fs.inode import POLLIN, POLLRDNORM, Inode
from emu.kernel.sched.wait import WaitQueue, wait_on

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.kernel import Kernel

MAX_QUEUED, MAX_WATCHES = 16384, 65536  # events of one instance (and four times as many of all), watches of all


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
