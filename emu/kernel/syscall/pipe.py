"""pipe2, eventfd2, ppoll, pselect6: making channels and waiting for several at once (their man pages, section 2)."""

from __future__ import annotations

import struct
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from emu.kernel.errno import EBADF, EINTR, EINVAL, Errno
from emu.kernel.fs import file as f
from emu.kernel.fs.eventfd import EFD_SEMAPHORE, EventFd
from emu.kernel.fs.inode import POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, POLLPRI, POLLRDNORM, POLLWRNORM
from emu.kernel.fs.pipe import Pipe
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user
from emu.kernel.rlimit import RLIMIT_NOFILE
from emu.kernel.sched.wait import wait_on
from emu.kernel.siginfo import UNBLOCKABLE
from emu.kernel.signal import takes_one
from emu.kernel.syscall.descriptor import install
from emu.kernel.syscall.table import Addr, Int, Size, Uint, syscall
from emu.kernel.syscall.time import get_timespec, put_timespec

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.sched.wait import WaitQueue
    from emu.kernel.task import Task


@syscall("pipe2")
def sys_pipe2(kernel: Kernel, task: Task, fds: Addr, flags: Int) -> int:
    if flags & ~(f.O_CLOEXEC | f.O_NONBLOCK | f.O_DIRECT):
        return -EINVAL
    inode = Pipe(kernel.pipefs)
    path, status = f"pipe:[{inode.ino}]", flags & (f.O_NONBLOCK | f.O_DIRECT)
    reader = f.File(inode, f.O_RDONLY | status & f.O_NONBLOCK, path)
    try:
        writer = f.File(inode, f.O_WRONLY | status, path)
    except Errno:
        reader.put()
        raise
    try:
        first = install(task, reader, flags)
    except Errno:
        writer.put()
        raise
    try:
        second = install(task, writer, flags)
        copy_to_user(task.mm, fds, struct.pack("<ii", first, second))
    except Errno:
        for fd in [fd for fd, file in task.files.open.items() if file in (reader, writer)]:
            task.files.close(fd)
        raise
    return 0


@syscall("eventfd2")
def sys_eventfd2(kernel: Kernel, task: Task, value: Uint, flags: Int) -> int:
    if flags & ~(EFD_SEMAPHORE | f.O_CLOEXEC | f.O_NONBLOCK):
        return -EINVAL
    inode = EventFd(kernel.pipefs, value, bool(flags & EFD_SEMAPHORE))
    return install(task, f.File(inode, f.O_RDWR | flags & f.O_NONBLOCK, "anon_inode:[eventfd]"), flags)


# -- poll and select --------------------------------------------------------------------------------------------------
class Polling:
    """The restart state of a poll: the cycle at which it ends."""

    __slots__ = ("deadline",)

    def __init__(self, deadline: int | None) -> None:
        self.deadline = deadline


def check(task: Task, wanted: list[tuple[int, int]]) -> tuple[list[int], list[WaitQueue]]:
    """For each (fd, events): what is ready now; and the queues to wait on."""
    ready, queues = [], []
    for fd, events in wanted:
        file = task.files.open.get(fd)
        if fd < 0:
            ready.append(0)
        elif file is None:
            ready.append(POLLNVAL)
        else:
            ready.append(file.inode.poll(file) & (events | POLLERR | POLLHUP))
            queues += file.inode.poll_queues(file)
    return ready, queues


def deadline_of(kernel: Kernel, task: Task, timeout: int) -> Polling:
    """When the waiting ends: computed once, and kept over the restarts of the call."""
    if isinstance(task.restart, Polling):
        return task.restart
    return Polling(kernel.cycles_of(kernel.now_ns() + get_timespec(task, timeout)) if timeout else None)


def wait_ready(
    kernel: Kernel, task: Task, wanted: list[tuple[int, int]], timeout: int, mask: int, size: int
) -> list[int]:
    """Until one is ready, the time is over or a signal comes: what is ready. May raise Blocked."""
    state = deadline_of(kernel, task, timeout)
    blocked = read_mask(task, mask, size) if mask and task.saved_mask is None else None
    ready, queues = check(task, wanted)
    late = state.deadline is not None and kernel.now >= state.deadline
    if any(ready) or late:
        tell_left(kernel, task, timeout, state)
        return ready
    change_mask(task, blocked)
    task.restart = state
    tell = partial(tell_left, kernel, task, timeout, state) if timeout else None
    wait_on(task, *dict.fromkeys(queues), until=state.deadline, on_signal="ERESTARTNOHAND", on_interrupt=tell)
    return ready


def tell_left(kernel: Kernel, task: Task, timeout: int, state: Polling) -> None:
    """poll_select_finish: what is left of the time stands where the time stood, if that can be written."""
    if state.deadline is not None:
        with suppress(Errno):
            put_timespec(task, timeout, kernel.nanoseconds(max(0, state.deadline - kernel.now)))


def read_mask(task: Task, addr: int, size: int) -> int:
    """The signal mask that holds during the wait; the old one comes back on the way to user mode. EINVAL EFAULT."""
    if size != 8:
        raise Errno(EINVAL)
    return struct.unpack("<Q", copy_from_user(task.mm, addr, 8))[0] & ~UNBLOCKABLE


def change_mask(task: Task, blocked: int | None) -> None:
    """The wait begins, with this mask if it has one. EINTR when it lets a signal through that is pending already."""
    if blocked is not None:
        task.saved_mask, task.blocked = task.blocked, blocked
        if takes_one(task):
            raise Errno(EINTR)


@syscall("ppoll", "ppoll_time64")
def sys_ppoll(kernel: Kernel, task: Task, fds: Addr, count: Uint, timeout: Addr, mask: Addr, size: Size) -> int:
    if count > task.process.rlimits[RLIMIT_NOFILE][0]:
        return -EINVAL
    table = list(struct.iter_unpack("<ihh", copy_from_user(task.mm, fds, 8 * count))) if count else []
    ready = wait_ready(kernel, task, [(fd, events & 0xFFFF) for fd, events, _ in table], timeout, mask, size)
    for n, bits in enumerate(ready):
        copy_to_user(task.mm, fds + 8 * n + 6, struct.pack("<H", bits))
    return sum(1 for bits in ready if bits)


SELECT_SETS = (POLLIN | POLLRDNORM | POLLHUP | POLLERR, POLLOUT | POLLWRNORM | POLLERR, POLLPRI)


@syscall("pselect6", "pselect6_time64")
def sys_pselect6(
    kernel: Kernel, task: Task, count: Int, reads: Addr, writes: Addr, excepts: Addr, timeout: Addr, sigmask: Addr
) -> int:
    if count < 0:
        return -EINVAL
    count = min(count, task.process.rlimits[RLIMIT_NOFILE][0])
    word = kernel.xlen // 8
    size = -(-count // kernel.xlen) * word
    sets = [read_set(task, addr, size) & (1 << count) - 1 for addr in (reads, writes, excepts)]
    wanted = [(fd, events_of(sets, fd)) for fd in members(sets[0] | sets[1] | sets[2])]
    if any(fd not in task.files.open for fd, _ in wanted):
        return -EBADF
    mask, mask_size = select_mask(kernel, task, sigmask)
    ready = dict(zip((fd for fd, _ in wanted), wait_ready(kernel, task, wanted, timeout, mask, mask_size), strict=True))
    total = 0
    for n, addr in enumerate((reads, writes, excepts)):
        bits = sum(1 << fd for fd, got in ready.items() if sets[n] >> fd & 1 and got & SELECT_SETS[n])
        total += bits.bit_count()
        if addr and size:
            copy_to_user(task.mm, addr, bits.to_bytes(size, "little"))
    return total


def read_set(task: Task, addr: int, size: int) -> int:
    """An fd_set as a number, bit n for descriptor n."""
    return int.from_bytes(copy_from_user(task.mm, addr, size), "little") if addr and size else 0


def members(bits: int) -> list[int]:
    """The descriptors of an fd_set, in time that follows its size."""
    data = bits.to_bytes(-(-bits.bit_length() // 8), "little")
    return [8 * at + n for at, byte in enumerate(data) if byte for n in range(8) if byte >> n & 1]


def events_of(sets: list[int], fd: int) -> int:
    """The poll events that the sets ask of a descriptor."""
    events = 0
    for bits, kind in zip(sets, SELECT_SETS, strict=True):
        events |= kind if bits >> fd & 1 else 0
    return events


def select_mask(kernel: Kernel, task: Task, addr: int) -> tuple[int, int]:
    """pselect6's last argument points to (address of the mask, its size)."""
    if not addr:
        return 0, 8
    code = "<QQ" if kernel.xlen == 64 else "<II"
    return struct.unpack(code, copy_from_user(task.mm, addr, struct.calcsize(code)))
