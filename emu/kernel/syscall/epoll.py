"""epoll_create1, epoll_ctl, epoll_pwait (their man pages, section 2)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import EINVAL, EPERM, Errno
from emu.kernel.fs import file as f
from emu.kernel.fs.devfs import NEVER_POLLED
from emu.kernel.fs.eventpoll import EPOLLET, EPOLLEXCLUSIVE, EPOLLWAKEUP, EventPoll
from emu.kernel.fs.inode import POLLERR, POLLHUP, POLLIN, POLLOUT, S_IFDIR, S_IFREG
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user
from emu.kernel.sched.wait import wait_on
from emu.kernel.syscall.descriptor import install
from emu.kernel.syscall.pipe import Polling, change_mask, read_mask
from emu.kernel.syscall.table import Addr, Int, Size, syscall
from emu.kernel.syscall.time import get_timespec

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD = 1, 2, 3
WITH_EXCLUSIVE = POLLIN | POLLOUT | POLLERR | POLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE
EVENT = struct.Struct("<I4xQ")
MAX_EVENTS = 0x7FFFFFFF // EVENT.size


@syscall("epoll_create1")
def sys_epoll_create1(kernel: Kernel, task: Task, flags: Int) -> int:
    if flags & ~f.O_CLOEXEC:
        return -EINVAL
    return install(task, f.File(EventPoll(kernel), f.O_RDWR, "anon_inode:[eventpoll]"), flags)


def instance(task: Task, fd: int) -> EventPoll:
    """EBADF EINVAL."""
    inode = task.files.get(fd).inode
    if not isinstance(inode, EventPoll):
        raise Errno(EINVAL)
    return inode


@syscall("epoll_ctl")
def sys_epoll_ctl(kernel: Kernel, task: Task, epfd: Int, op: Int, fd: Int, event: Addr) -> int:
    events, data = EVENT.unpack(copy_from_user(task.mm, event, EVENT.size)) if op != EPOLL_CTL_DEL else (0, 0)
    epoll_file, file = task.files.get(epfd), task.files.get(fd)
    if file.inode.kind in (S_IFREG, S_IFDIR) or file.inode.rdev in NEVER_POLLED:
        return -EPERM
    epoll = instance(task, epfd)
    if epoll_file is file or file.inode is epoll:
        return -EINVAL
    if events & EPOLLEXCLUSIVE:
        check_exclusive(op, events, file)
    if op == EPOLL_CTL_ADD:
        epoll.add(fd, file, events, data)
    elif op == EPOLL_CTL_MOD:
        epoll.modify(fd, file, events, data)
    elif op == EPOLL_CTL_DEL:
        epoll.remove(fd, file)
    else:
        return -EINVAL
    return 0


def check_exclusive(op: int, events: int, file: f.File) -> None:
    """EPOLLEXCLUSIVE is for new items, goes with few other bits and with no epoll instance. EINVAL."""
    if op == EPOLL_CTL_MOD or (op == EPOLL_CTL_ADD and (isinstance(file.inode, EventPoll) or events & ~WITH_EXCLUSIVE)):
        raise Errno(EINVAL)


def wait(
    kernel: Kernel, task: Task, epfd: int, events: int, most: int, deadline: int | None, mask: int, size: int
) -> int:
    """Until something is ready, cycle `deadline` is reached or a signal comes. May raise Blocked."""
    if not 0 < most <= MAX_EVENTS:
        raise Errno(EINVAL)
    epoll = instance(task, epfd)
    state = task.restart if isinstance(task.restart, Polling) else Polling(deadline)
    blocked = read_mask(task, mask, size) if mask and task.saved_mask is None else None
    ready = epoll.collect(most)
    if not ready and (state.deadline is None or kernel.now < state.deadline):
        change_mask(task, blocked)
        task.restart = state
        wait_on(task, *dict.fromkeys(epoll.poll_queues(task.files.get(epfd))), until=state.deadline, on_signal="EINTR")
    copy_to_user(task.mm, events, b"".join(EVENT.pack(*pair) for pair in ready))
    return len(ready)


@syscall("epoll_pwait")
def sys_epoll_pwait(
    kernel: Kernel, task: Task, epfd: Int, events: Addr, most: Int, timeout: Int, mask: Addr, size: Size
) -> int:
    deadline = None if timeout < 0 else kernel.cycles_of(kernel.now_ns() + timeout * 1_000_000)
    return wait(kernel, task, epfd, events, most, deadline, mask, size)


@syscall("epoll_pwait2")
def sys_epoll_pwait2(
    kernel: Kernel, task: Task, epfd: Int, events: Addr, most: Int, timeout: Addr, mask: Addr, size: Size
) -> int:
    deadline = kernel.cycles_of(kernel.now_ns() + get_timespec(task, timeout)) if timeout else None
    return wait(kernel, task, epfd, events, most, deadline, mask, size)
