"""mq_open, mq_unlink, mq_timedsend, mq_timedreceive, mq_notify, mq_getsetattr (mq_overview(7))."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import EAGAIN, EBADF, EBUSY, EFAULT, EINVAL, EMSGSIZE, ETIMEDOUT, Errno
from emu.kernel.fs import file as f
from emu.kernel.fs.iov import UserIter
from emu.kernel.ipc import mqueue as m
from emu.kernel.ipc.msg import Message
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user, put_user, strncpy_from_user
from emu.kernel.sched.wait import Partial, WaitQueue, wait_on
from emu.kernel.siginfo import NSIG, SIGEV_NONE, SIGEV_SIGNAL
from emu.kernel.syscall.descriptor import install
from emu.kernel.syscall.table import Addr, Int, Size, Uint, syscall
from emu.kernel.syscall.time import get_timespec

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

MQ_PRIO_MAX = 32768


def attr_layout(kernel: Kernel) -> struct.Struct:
    """struct mq_attr: flags, maxmsg, msgsize, curmsgs, and four reserved longs."""
    return struct.Struct("<8q" if kernel.xlen == 64 else "<8i")


@syscall("mq_open")
def sys_mq_open(kernel: Kernel, task: Task, name: Addr, flags: Int, mode: Uint, attr: Addr) -> int:
    text = strncpy_from_user(task.mm, name)
    access = flags & f.O_ACCMODE
    create = bool(flags & f.O_CREAT)
    given = read_attr(kernel, task, attr) if create and attr else (m.MAXMSG, m.MSGSIZE)
    if access == f.O_ACCMODE:
        return -EINVAL
    queue = kernel.mqueues.open(text, create, bool(flags & f.O_EXCL), access != f.O_WRONLY, access != f.O_RDONLY)
    if queue is None:
        check_attr(task, *given)
        queue = kernel.mqueues.make(task, text, mode & ~task.fs.umask, *given)
    path = "/" + text.decode("utf-8", "surrogateescape")
    return install(task, f.File(queue, flags & (f.O_ACCMODE | f.O_NONBLOCK), path), flags)


def read_attr(kernel: Kernel, task: Task, addr: int) -> tuple[int, int]:
    """(mq_maxmsg, mq_msgsize). EFAULT."""
    layout = attr_layout(kernel)
    _, maxmsg, msgsize, *_ = layout.unpack(copy_from_user(task.mm, addr, layout.size))
    return maxmsg, msgsize


def check_attr(task: Task, maxmsg: int, msgsize: int) -> None:
    """EINVAL beyond the limits."""
    most = (m.MAXMSG, m.MSGSIZE) if task.euid else (m.HARD_MAXMSG, m.HARD_MSGSIZE)
    if not 0 < maxmsg <= most[0] or not 0 < msgsize <= most[1]:
        raise Errno(EINVAL)


@syscall("mq_unlink")
def sys_mq_unlink(kernel: Kernel, task: Task, name: Addr) -> int:
    kernel.mqueues.unlink(task, strncpy_from_user(task.mm, name))
    return 0


def queue_of(task: Task, fd: int) -> tuple[m.MessageQueue, f.File]:
    """EBADF."""
    file = task.files.get(fd)
    if not isinstance(file.inode, m.MessageQueue):
        raise Errno(EBADF)
    return file.inode, file


def deadline_of(kernel: Kernel, task: Task, addr: int) -> int | None:
    """The cycle of an absolute time of CLOCK_REALTIME. EFAULT EINVAL."""
    if isinstance(task.restart, Partial):
        return task.restart.until
    if not addr:
        return None
    return kernel.cycles_of(max(0, get_timespec(task, addr) - kernel.realtime_ns() + kernel.now_ns()))


def sleep(kernel: Kernel, task: Task, file: f.File, queue: WaitQueue, until: int | None) -> None:
    """Raise Blocked. EAGAIN ETIMEDOUT."""
    if file.flags & f.O_NONBLOCK:
        raise Errno(EAGAIN)
    if until is not None and kernel.now >= until:
        raise Errno(ETIMEDOUT)
    task.restart = Partial(0, until)
    wait_on(task, queue, until=until)


@syscall("mq_timedsend", "mq_timedsend_time64")
def sys_mq_timedsend(kernel: Kernel, task: Task, fd: Int, addr: Addr, size: Size, prio: Uint, timeout: Addr) -> int:
    if prio >= MQ_PRIO_MAX:
        return -EINVAL
    until = deadline_of(kernel, task, timeout)
    queue, file = queue_of(task, fd)
    if not file.writable:
        return -EBADF
    if size > queue.msgsize:
        return -EMSGSIZE
    if len(queue.messages) >= queue.maxmsg:
        sleep(kernel, task, file, queue.room, until)
    text = UserIter(task.mm, [(addr, size)])
    message = Message(kernel, prio, text)
    if text.faulted:
        message.free()
        return -EFAULT
    queue.put(message)
    return 0


@syscall("mq_timedreceive", "mq_timedreceive_time64")
def sys_mq_timedreceive(kernel: Kernel, task: Task, fd: Int, addr: Addr, size: Size, prio: Addr, timeout: Addr) -> int:
    until = deadline_of(kernel, task, timeout)
    queue, file = queue_of(task, fd)
    if not file.readable:
        return -EBADF
    if size < queue.msgsize:
        return -EMSGSIZE
    if not queue.messages:
        sleep(kernel, task, file, queue.arrive, until)
    message = queue.messages[0]
    text = UserIter(task.mm, [(addr, message.size)])
    if message.parcel.copy_to(text) < message.size:
        return -EFAULT
    if prio:
        put_user(task.mm, prio, message.type, 4)
    length = message.size
    queue.take().free()
    return length


@syscall("mq_notify")
def sys_mq_notify(kernel: Kernel, task: Task, fd: Int, event: Addr) -> int:
    """SIGEV_SIGNAL and SIGEV_NONE; threads are told through a socket that isn't there."""
    wanted = None
    if event:
        form = struct.Struct("<Qii" if kernel.xlen == 64 else "<Iii")
        value, signal, kind = form.unpack(copy_from_user(task.mm, event, form.size))
        if kind not in (SIGEV_SIGNAL, SIGEV_NONE) or (kind == SIGEV_SIGNAL and not 0 <= signal <= NSIG):
            return -EINVAL
        wanted = m.Notify(task.process, 0 if kind == SIGEV_NONE else signal, value)
    queue, _ = queue_of(task, fd)
    if wanted is None:
        if queue.notify is not None and queue.notify.process is task.process:
            queue.notify = None
    elif queue.notify is not None and not queue.notify.process.dead:
        return -EBUSY
    else:
        queue.notify = wanted
    return 0


@syscall("mq_getsetattr")
def sys_mq_getsetattr(kernel: Kernel, task: Task, fd: Int, new: Addr, old: Addr) -> int:
    layout = attr_layout(kernel)
    flags = layout.unpack(copy_from_user(task.mm, new, layout.size))[0] if new else 0
    if flags & ~f.O_NONBLOCK:
        return -EINVAL
    queue, file = queue_of(task, fd)
    before = layout.pack(file.flags & f.O_NONBLOCK, queue.maxmsg, queue.msgsize, len(queue.messages), 0, 0, 0, 0)
    if new:
        file.flags = file.flags & ~f.O_NONBLOCK | flags
    if old:
        copy_to_user(task.mm, old, before)
    return 0
