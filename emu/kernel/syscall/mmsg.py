"""sendmmsg and recvmmsg: several messages in one call (their man pages, section 2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from emu.kernel.errno import Errno
from emu.kernel.mm.uaccess import put_user
from emu.kernel.sched.wait import Blocked
from emu.kernel.syscall.message import LAYOUT, MSG_DONTWAIT, sys_recvmsg, sys_sendmsg
from emu.kernel.syscall.socket import socket_of
from emu.kernel.syscall.table import Addr, Int, Uint, syscall
from emu.kernel.syscall.time import get_timespec, put_timespec

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

VLEN_MAX = 1024
MSG_WAITFORONE = 0x10000


class Several:
    """The restart state: messages that are done, the cycle at which no more are begun, and what the one that waits
    remembers.
    """

    __slots__ = ("done", "inner", "until")

    def __init__(self, until: int | None) -> None:
        self.done, self.until = 0, until
        self.inner: object = None

    @property
    def settled(self) -> int | None:
        """Messages that are through: a signal ends the call with their number."""
        return self.done or None


def each(kernel: Kernel, task: Task, state: Several, vector: int, count: int, one: Callable[[int, int], int]) -> int:
    """Call `one(address, how many are done)` for each struct mmsghdr and store its result; how many were done before
    an error or the end of the time. May block.
    """
    size = LAYOUT[kernel.xlen].size
    step = size + kernel.xlen // 8
    task.restart, state.inner = state.inner, None
    while state.done < count:
        at = vector + state.done * step
        try:
            put_user(task.mm, at + size, one(at, state.done), 4)
        except Blocked:
            state.inner, task.restart = task.restart, state
            raise
        except Errno:
            if state.done:
                break
            raise
        task.restart = None
        state.done += 1
        if state.until is not None and kernel.now >= state.until:
            break
    return state.done


@syscall("sendmmsg")
def sys_sendmmsg(kernel: Kernel, task: Task, fd: Int, vector: Addr, count: Uint, flags: Uint) -> int:
    socket_of(task, fd)
    state = task.restart if isinstance(task.restart, Several) else Several(None)
    return each(
        kernel, task, state, vector, min(count, VLEN_MAX), lambda at, done: sys_sendmsg(kernel, task, fd, at, flags)
    )


@syscall("recvmmsg", "recvmmsg_time64")
def sys_recvmmsg(kernel: Kernel, task: Task, fd: Int, vector: Addr, count: Uint, flags: Uint, timeout: Addr) -> int:
    """The time is looked at after each message only; at most VLEN_MAX of them in one call."""
    state = task.restart
    if not isinstance(state, Several):
        state = Several(kernel.cycles_of(kernel.now_ns() + get_timespec(task, timeout)) if timeout else None)
    socket_of(task, fd)
    first = flags & ~MSG_WAITFORONE
    more = first | (MSG_DONTWAIT if flags & MSG_WAITFORONE else 0)
    done = each(
        kernel,
        task,
        state,
        vector,
        min(count, VLEN_MAX),
        lambda at, done: sys_recvmsg(kernel, task, fd, at, more if done else first),
    )
    if done and timeout:
        put_timespec(task, timeout, kernel.nanoseconds(max(0, state.until - kernel.now)))
    return done
