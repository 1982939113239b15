"""timerfd: a timer that is a file; reading tells how often it has expired (timerfd_create(2))."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from emu.kernel.errno import EAGAIN, EINVAL, Errno
from emu.kernel.fs.file import O_NONBLOCK
from emu.kernel.fs.inode import POLLIN, Inode
from emu.kernel.sched.wait import WaitQueue, wait_on

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.kernel import Kernel


class TimerFd(Inode):
    """`next` is the cycle of the next expiry (0: disarmed), `interval` the cycles between those that follow."""

    def __init__(self, kernel: Kernel, clock: int) -> None:
        super().__init__(kernel.pipefs, 0o600)
        self.kernel, self.clock = kernel, clock
        self.next = self.interval = self.expired = 0
        self.timer = 0  # which entry of the kernel's timers is the valid one
        self.fired = WaitQueue()

    def now(self) -> int:
        """Its clock, in cycles."""
        return self.kernel.now

    def left(self) -> int:
        """Cycles to the next expiry."""
        return self.next - self.now()

    def set(self, next_cycle: int, interval: int) -> None:
        """Arm it for a cycle, 0 disarms."""
        self.next, self.interval, self.expired, self.timer = next_cycle, interval, 0, 0
        if next_cycle:
            self.kernel.timers.add(next_cycle, self)

    def __call__(self) -> None:
        """The clock has reached `next`, and perhaps more than one interval beyond."""
        self.timer, now = 0, self.kernel.now
        times = 1 + max(0, now - self.next) // self.interval if self.interval else 1
        self.expired += times
        self.next = self.next + times * self.interval if self.interval else 0
        if self.next:
            self.kernel.timers.add(self.next, self)
        self.fired.wake()

    def release(self, file: File) -> None:
        self.set(0, 0)

    def read_iter(self, file: File, to: Any, pos: int) -> int:
        if to.count < 8:
            raise Errno(EINVAL)
        if not self.expired:
            if file.flags & O_NONBLOCK:
                raise Errno(EAGAIN)
            wait_on(self.kernel.current, self.fired)
        copied = to.put(struct.pack("<Q", self.expired))
        if copied == 8:
            self.expired = 0
        return copied

    def poll(self, file: File) -> int:
        return POLLIN if self.expired else 0

    def poll_queues(self, file: File) -> list[WaitQueue]:
        return [self.fired]
