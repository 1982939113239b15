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
    """`next` is the cycle of the next expiry (0: disarmed), `interval` the cycles between those that follow.

    What has expired is armed again when somebody reads it or asks for its time, as in Linux: however short the
    interval, nobody who looks elsewhere is kept busy by it.
    """

    def __init__(self, kernel: Kernel, clock: int) -> None:
        super().__init__(kernel.pipefs, 0o600)
        self.kernel, self.clock = kernel, clock
        self.next = self.interval = self.expired = 0
        self.due = False  # expired, and not armed again since
        self.timer = 0  # which entry of the kernel's timers is the valid one
        self.fired = WaitQueue()

    def now(self) -> int:
        """Its clock, in cycles."""
        return self.kernel.now

    def left(self) -> int:
        """Cycles to the next expiry."""
        self.restart()
        return self.next - self.now()

    def set(self, next_cycle: int, interval: int) -> None:
        """Arm it for a cycle, 0 disarms."""
        self.next, self.interval, self.expired, self.due, self.timer = next_cycle, interval, 0, False, 0
        if next_cycle:
            self.kernel.timers.add(next_cycle, self)

    def __call__(self) -> None:
        """The clock has reached `next`."""
        self.timer, self.due = 0, True
        self.expired += 1
        if not self.interval:
            self.next = 0
        self.fired.wake()

    def restart(self) -> None:
        """Arm it for the first expiry that is still to come; those that passed meanwhile are counted."""
        if self.due and self.interval:
            passed = max(0, self.kernel.now - self.next) // self.interval
            self.expired += passed
            self.next += (passed + 1) * self.interval
            self.kernel.timers.add(self.next, self)
        self.due = False

    def release(self, file: File) -> None:
        self.set(0, 0)

    def read_iter(self, file: File, to: Any, pos: int) -> int:
        if to.count < 8:
            raise Errno(EINVAL)
        if not self.expired:
            if file.flags & O_NONBLOCK:
                raise Errno(EAGAIN)
            wait_on(self.kernel.current, self.fired)
        self.restart()
        copied = to.put(struct.pack("<Q", self.expired))
        if copied == 8:
            self.expired = 0
        return copied

    def poll(self, file: File) -> int:
        return POLLIN if self.expired else 0

    def poll_queues(self, file: File) -> list[WaitQueue]:
        return [self.fired]
