"""eventfd: a counter that is a file (eventfd(2)). Reading takes it (or 1 of a semaphore), writing adds to it."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from emu.kernel.errno import EAGAIN, EINVAL, Errno
from emu.kernel.fs.file import O_NONBLOCK
from emu.kernel.fs.inode import POLLIN, POLLOUT, Inode, SuperBlock
from emu.kernel.sched.wait import WaitQueue, wait_on

if TYPE_CHECKING:
    from emu.kernel.fs.file import File

EFD_SEMAPHORE, EFD_CLOEXEC, EFD_NONBLOCK = 1, 0o2000000, O_NONBLOCK
MOST = (1 << 64) - 2


class EventFd(Inode):
    """The counter and who waits for it."""

    def __init__(self, sb: SuperBlock, value: int, semaphore: bool) -> None:
        super().__init__(sb, 0o600)
        self.value, self.semaphore = value, semaphore
        self.changed = WaitQueue()

    def _block(self, file: File) -> None:
        if file.flags & O_NONBLOCK:
            raise Errno(EAGAIN)
        wait_on(self.sb.kernel.current, self.changed)

    def read_iter(self, file: File, to: Any, pos: int) -> int:
        if to.count < 8:
            raise Errno(EINVAL)
        if not self.value:
            self._block(file)
        taken = 1 if self.semaphore else self.value
        copied = to.put(struct.pack("<Q", taken))
        if copied == 8:
            self.value -= taken
            self.changed.wake()
        return copied

    def write_iter(self, file: File, source: Any, pos: int) -> int:
        if source.count < 8:
            raise Errno(EINVAL)
        data = source.get(8)
        if len(data) < 8:
            return 0
        value = int.from_bytes(data, "little")
        if value == (1 << 64) - 1:
            raise Errno(EINVAL)
        if self.value + value > MOST:
            self._block(file)
        self.value += value
        self.changed.wake()
        return 8

    def poll(self, file: File) -> int:
        return (POLLIN if self.value else 0) | (POLLOUT if self.value < MOST else 0)

    def poll_queues(self, file: File) -> list[WaitQueue]:
        return [self.changed]
