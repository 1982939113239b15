"""Pipes and FIFOs: bytes in frames of memory between a writer and a reader (Linux: fs/pipe.c; pipe(7)).

A read waits while the pipe is empty and a writer exists, a write waits while it is full and a reader exists. Writes
of up to PIPE_BUF bytes go in at once or not at all, and with O_DIRECT they come out again one by one. Without readers
a write is EPIPE and SIGPIPE, without writers a read is the end of the file.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from emu.kernel.errno import EAGAIN, EBUSY, EINVAL, EPERM, EPIPE, ESPIPE, Errno
from emu.kernel.fs.fcntl import FIONREAD
from emu.kernel.fs.file import O_ACCMODE, O_DIRECT, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY, File
from emu.kernel.fs.inode import (
    F_GETPIPE_SZ,
    F_SETPIPE_SZ,
    POLLERR,
    POLLHUP,
    POLLIN,
    POLLOUT,
    POLLRDNORM,
    POLLWRNORM,
    S_IFIFO,
    Inode,
    SuperBlock,
)
from emu.kernel.mm.page import PAGE_SHIFT, PAGE_SIZE, PG_KERNEL
from emu.kernel.sched.wait import Partial, WaitQueue, wait_on
from emu.kernel.siginfo import SI_USER, SIGPIPE, SigInfo
from emu.kernel.sigsend import send

if TYPE_CHECKING:
    from emu.kernel.task import Task

PIPE_BUF = 4096
BUFFERS, MAX_BYTES = 16, 1 << 31  # frames at most, unless asked for more; the most that can be asked for
PIPE_MAX_SIZE = 1 << 20  # what users other than root may ask for


class Pipe(Inode):
    """A pipe, or a FIFO with a name. `buffers`, oldest first, holds [frame, offset, length, whether it is a packet]."""

    def __init__(self, sb: SuperBlock, mode: int = 0o600) -> None:
        super().__init__(sb, S_IFIFO | mode & 0o7777)
        self.buffers: deque[list[int]] = deque()
        self.max_usage = BUFFERS
        self.readers = self.writers = 0
        self.opened_readers = self.opened_writers = 0  # ever
        self.opening_readers = self.opening_writers = 0  # waiting in open for the other side
        self.read_wait, self.write_wait = WaitQueue(), WaitQueue()

    # -- open and close -----------------------------------------------------------------------------------------------
    def open(self, file: File) -> None:
        mode = file.flags & O_ACCMODE
        if mode in (O_RDONLY, O_RDWR):
            self.readers += 1
            self.opened_readers += 1
            self.write_wait.wake()
        if mode in (O_WRONLY, O_RDWR):
            self.writers += 1
            self.opened_writers += 1
            self.read_wait.wake()

    def release(self, file: File) -> None:
        mode = file.flags & O_ACCMODE
        if mode in (O_RDONLY, O_RDWR):
            self.readers -= 1
        if mode in (O_WRONLY, O_RDWR):
            self.writers -= 1
        self.read_wait.wake()
        self.write_wait.wake()
        if not self.readers + self.writers + self.opening_readers + self.opening_writers:
            while self.buffers:
                self.sb.kernel.pages.put_page(self.buffers.popleft()[0])

    # -- bytes --------------------------------------------------------------------------------------------------------
    @property
    def level(self) -> int:
        """Bytes in the pipe."""
        return sum(buffer[2] for buffer in self.buffers)

    def _block(self, file: File, queue: WaitQueue) -> None:
        if file.flags & O_NONBLOCK:
            raise Errno(EAGAIN)
        wait_on(self.sb.kernel.current, queue)

    def read_iter(self, file: File, to: Any, pos: int) -> int:
        if not to.count:
            return 0
        if not self.buffers:
            if not self.writers + self.opening_writers:
                return 0
            self._block(file, self.read_wait)
        ram, total = self.sb.kernel.ram, 0
        while self.buffers and to.count:
            buffer = self.buffers[0]
            pfn, offset, length, packet = buffer
            size = min(length, to.count)
            at = (pfn << 12) + offset
            if to.put(ram[at : at + size]) < size:  # a bad address: all of this buffer stays
                break
            buffer[1] += size
            buffer[2] -= size
            total += size
            if not buffer[2] or packet:
                self.buffers.popleft()
                self.sb.kernel.pages.put_page(pfn)
            if packet:
                break
        if total:
            self.write_wait.wake()
        return total

    def tail(self, own: bool) -> list[int] | None:
        """The last buffer, if what is written next may lie in it too: no packet, even if that is one."""
        mergeable = self.buffers and not own and not self.buffers[-1][3]
        return self.buffers[-1] if mergeable else None

    def room(self, own: bool = False) -> int:
        """Bytes that can be written now. `own`: in buffers of their own."""
        last = self.tail(own)
        tail = PAGE_SIZE - last[1] - last[2] if last else 0
        return tail + (self.max_usage - len(self.buffers)) * PAGE_SIZE

    def write_iter(self, file: File, source: Any, pos: int) -> int:
        kernel = self.sb.kernel
        task: Task = kernel.current
        done = task.restart.done if isinstance(task.restart, Partial) else 0
        total = source.count
        if not total:
            return 0
        if not self.readers + self.opening_readers:
            return done or self._broken(kernel, task)
        source.skip(done)
        if total <= PIPE_BUF and self.room() < total:
            self._block(file, self.write_wait)
        moved = self.fill(source, bool(file.flags & O_DIRECT))
        done += moved
        if moved:
            self.read_wait.wake()
        if source.count and not source.faulted:
            if file.flags & O_NONBLOCK and done:
                return done
            task.restart = Partial(done) if done else None
            self._block(file, self.write_wait)
        return done

    def _broken(self, kernel: Any, task: Task) -> int:
        send(kernel, task, SigInfo(SIGPIPE, SI_USER, pid=task.tgid, uid=task.uid), True)
        raise Errno(EPIPE)

    def fill(self, source: Any, packet: bool, own: bool = False) -> int:
        """Move bytes in while there is room; how many."""
        kernel, moved = self.sb.kernel, 0
        while source.count and (room := self.room(own)):
            tail = self.tail(own)
            if tail is None or tail[1] + tail[2] == PAGE_SIZE:
                tail = [kernel.pages.alloc_page(), 0, 0, packet]
                kernel.pages.mem_map.flags[tail[0]] = PG_KERNEL
                self.buffers.append(tail)
            size = min(PAGE_SIZE - tail[1] - tail[2], room, source.count)
            data = source.get(size)
            if len(data) < size:  # a bad address: nothing of this page counts
                break
            at = (tail[0] << 12) + tail[1] + tail[2]
            kernel.ram[at : at + len(data)] = data
            tail[2] += len(data)
            moved += len(data)
        if self.buffers and not self.buffers[-1][2]:
            kernel.pages.put_page(self.buffers.pop()[0])
        return moved

    # -- the rest -----------------------------------------------------------------------------------------------------
    def llseek(self, file: File, offset: int, whence: int) -> int:
        raise Errno(ESPIPE)

    def poll(self, file: File) -> int:
        mask = 0
        if file.readable:
            mask |= POLLIN | POLLRDNORM if self.buffers else 0
            mask |= POLLHUP if not self.writers and self.opened_writers else 0
        if file.writable:
            mask |= POLLOUT | POLLWRNORM if self.room() >= PIPE_BUF else 0
            mask |= POLLERR if not self.readers else 0
        return mask

    def poll_queues(self, file: File) -> list[WaitQueue]:
        return [self.read_wait, self.write_wait]

    def ioctl(self, file: File, command: int, argument: int) -> int:
        if command == FIONREAD:
            self.sb.kernel.put_user(argument, self.level, 4)
            return 0
        return super().ioctl(file, command, argument)

    def fcntl(self, file: File, command: int, argument: int) -> int:
        if command == F_SETPIPE_SZ:
            self.resize(argument & 0xFFFFFFFF)
        elif command != F_GETPIPE_SZ:
            raise Errno(EINVAL)
        return self.max_usage * PAGE_SIZE

    def resize(self, size: int) -> None:
        """Room for so many bytes: a power of two, at least a page. EINVAL EPERM, EBUSY if more are in use."""
        if size > MAX_BYTES:
            raise Errno(EINVAL)
        pages = 1 << (max(size, PAGE_SIZE) - 1).bit_length() >> PAGE_SHIFT
        if pages > max(self.max_usage, PIPE_MAX_SIZE >> PAGE_SHIFT) and self.sb.kernel.current.euid:
            raise Errno(EPERM)
        if pages < len(self.buffers):
            raise Errno(EBUSY)
        self.max_usage = pages
        self.write_wait.wake()
