"""signalfd: signals that are read from a file instead of handled (signalfd(2))."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from emu.kernel import signal
from emu.kernel.errno import EAGAIN, EINVAL, Errno
from emu.kernel.fs.file import O_NONBLOCK
from emu.kernel.fs.inode import POLLIN, Inode
from emu.kernel.sched.wait import WaitQueue, wait_on
from emu.kernel.siginfo import SI_TIMER, bit

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.kernel import Kernel
    from emu.kernel.siginfo import SigInfo

SIZE = 128
HEAD = struct.Struct("<IiiIIiIIIIiiQQQQ")


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
        return POLLIN if any(self.mask & bit(number) for number in pending) else 0

    def poll_queues(self, file: File) -> list[WaitQueue]:
        """Who waits for it is woken by its signals though they are blocked."""
        task = self.kernel.current
        if task is not None:
            task.awaited |= self.mask
        return [self.changed]


def pack(info: SigInfo) -> bytes:
    """struct signalfd_siginfo. A timer tells its number and overrun where others tell who they are."""
    timer = info.code == SI_TIMER
    sender = (0, 0) if timer else (info.pid, info.uid)
    clock = (info.pid, 0, info.uid) if timer else (0, 0, 0)
    value = info.value & 0xFFFFFFFF
    number = value - (value >> 31 << 32)
    head = HEAD.pack(info.number, 0, info.code, *sender, 0, *clock, 0, info.status, number, info.value, 0, 0, info.addr)
    return head.ljust(SIZE, b"\0")
