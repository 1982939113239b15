"""Opening a FIFO: a reader waits for a writer and the other way round (Linux: fifo_open in fs/pipe.c; fifo(7))."""

from __future__ import annotations

from emu.kernel.errno import ENXIO, Errno
from emu.kernel.fs.file import O_ACCMODE, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY
from emu.kernel.fs.pipe import Pipe
from emu.kernel.sched.wait import wait_on


def wait_for_partner(pipe: Pipe, flags: int) -> None:
    """Before an open(2): return when the other side is there too. ENXIO: a writer that may not wait. A pipe without a
    name, opened again by /proc/self/fd/N, never waits.
    """
    kernel, mode = pipe.sb.kernel, flags & O_ACCMODE
    if pipe.sb is kernel.pipefs or mode == O_RDWR or (mode == O_RDONLY and flags & O_NONBLOCK):
        return
    if mode == O_WRONLY and flags & O_NONBLOCK and not pipe.readers:
        raise Errno(ENXIO)
    task = kernel.current
    opening = task.restart if isinstance(task.restart, Opening) else Opening(pipe, mode)
    if not opening.partner_came():
        task.restart = opening
        wait_on(task, opening.queue)
    opening.cancel()


class Opening:
    """An open of a FIFO that waits for the other side; it counts as a presence for the other side's open."""

    def __init__(self, pipe: Pipe, mode: int) -> None:
        self.pipe, self.reads = pipe, mode == O_RDONLY
        self.queue = pipe.read_wait if self.reads else pipe.write_wait
        self.seen = pipe.opened_writers if self.reads else pipe.opened_readers
        self._count(1)
        (pipe.write_wait if self.reads else pipe.read_wait).wake()

    def _count(self, change: int) -> None:
        if self.reads:
            self.pipe.opening_readers += change
        else:
            self.pipe.opening_writers += change

    def partner_came(self) -> bool:
        """Whether the other side is there, waits in an open of its own, or was there since this one began."""
        pipe = self.pipe
        if self.reads:
            return bool(pipe.writers or pipe.opening_writers or pipe.opened_writers != self.seen)
        return bool(pipe.readers or pipe.opening_readers or pipe.opened_readers != self.seen)

    def cancel(self) -> None:
        """The open is done, or a signal ended it."""
        self._count(-1)
