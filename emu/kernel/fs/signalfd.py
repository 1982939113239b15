"""signalfd: signals that are read from a file instead of handled (signalfd(2))."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from emu.kernel import signal
from emu.kernel.errno import EAGAIN, EINVAL, Errno
from emu.kernel.fs.file import O_NONBLOCK
from emu.kernel.fs.inode import POLLIN, Inode
from emu.kernel.sched.wait import WaitQueue, wait_on

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.kernel import Kernel
    from emu.kernel.signal import SigInfo

SIZE = 128


class SignalFd(Inode):
    """The set of signals; what is pending is the reader's business."""

    def __init__(self, kernel: Kernel, mask: int) -> None:
        super().__init__(kernel.pipefs, 0o600)
        self.kernel, self.mask = kernel, mask
        self.changed = WaitQueue()

    def read_iter(self, file: File, to: Any, pos: int) -> int:
        if to.count < SIZE:
            raise Errno(EINVAL)
        task, total = self.kernel.current, 0
        while to.count >= SIZE and (info := signal.take(task, self.mask)) is not None:
            total += to.put(pack(info))
        if not total and not to.faulted:
            if file.flags & O_NONBLOCK:
                raise Errno(EAGAIN)
            task.awaited = self.mask
            wait_on(task, self.changed)
        return total

    def poll(self, file: File) -> int:
        task = self.kernel.current
        pending = {*task.pending, *task.process.pending} if task is not None else ()
        return POLLIN if any(self.mask & signal.bit(number) for number in pending) else 0

    def poll_queues(self, file: File) -> list[WaitQueue]:
        """Who waits for it is woken by its signals though they are blocked."""
        task = self.kernel.current
        if task is not None:
            task.awaited |= self.mask
        return [self.changed]


def pack(info: SigInfo) -> bytes:
    """struct signalfd_siginfo."""
    fields = info.number, 0, info.code, info.pid, info.uid, *[0] * 5, info.status, *[0] * 5
    head = struct.pack("<IiiIIiIIIIiiQQQQ", *fields)
    return head.ljust(SIZE, b"\0")
