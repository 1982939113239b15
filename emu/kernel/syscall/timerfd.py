"""timerfd_create, timerfd_settime, timerfd_gettime (timerfd_create(2)). Times are 64-bit on both widths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EINVAL, Errno
from emu.kernel.fs import file as f
from emu.kernel.fs.timerfd import TimerFd
from emu.kernel.mm.uaccess import copy_to_user
from emu.kernel.syscall import itimerspec
from emu.kernel.syscall.descriptor import install
from emu.kernel.syscall.table import Addr, Int, syscall
from emu.kernel.syscall.time import CLOCK_BOOTTIME, CLOCK_MONOTONIC, CLOCK_REALTIME, get_timespec

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

TFD_TIMER_ABSTIME, TFD_TIMER_CANCEL_ON_SET = 1, 2


@syscall("timerfd_create")
def sys_timerfd_create(kernel: Kernel, task: Task, clock: Int, flags: Int) -> int:
    if flags & ~(f.O_CLOEXEC | f.O_NONBLOCK) or clock not in (CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME):
        return -EINVAL
    return install(task, f.File(TimerFd(kernel, clock), f.O_RDWR | flags & f.O_NONBLOCK, "anon_inode:[timerfd]"), flags)


def timer_of(task: Task, fd: int) -> TimerFd:
    """EBADF EINVAL."""
    inode = task.files.get(fd).inode
    if not isinstance(inode, TimerFd):
        raise Errno(EINVAL)
    return inode


@syscall("timerfd_settime", "timerfd_settime64")
def sys_timerfd_settime(kernel: Kernel, task: Task, fd: Int, flags: Int, new: Addr, old: Addr) -> int:
    if flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET):
        return -EINVAL
    every, first = get_timespec(task, new), get_timespec(task, new + 16)
    timer = timer_of(task, fd)
    before = itimerspec.pack(kernel, timer)
    itimerspec.arm(kernel, task, timer, first, every, bool(flags & TFD_TIMER_ABSTIME))
    if old:
        copy_to_user(task.mm, old, before)
    return 0


@syscall("timerfd_gettime", "timerfd_gettime64")
def sys_timerfd_gettime(kernel: Kernel, task: Task, fd: Int, current: Addr) -> int:
    copy_to_user(task.mm, current, itimerspec.pack(kernel, timer_of(task, fd)))
    return 0
