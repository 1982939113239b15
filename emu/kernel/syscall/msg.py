"""msgget, msgsnd, msgrcv, msgctl (their man pages, section 2)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import E2BIG, EAGAIN, EFAULT, EIDRM, EINVAL, ENOMEM, ENOMSG, EPERM, Errno
from emu.kernel.fs.iov import UserIter
from emu.kernel.ipc import util as u
from emu.kernel.ipc.msg import MSG_COPY, MSG_EXCEPT, MSG_NOERROR, MSGMAX, MSGMNB, MSGMNI, Message, MsgQueue
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user, get_user, put_user
from emu.kernel.sched.wait import WaitQueue, wait_on
from emu.kernel.syscall.table import Addr, Int, Long, Size, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

MSG_STAT, MSG_INFO, MSG_STAT_ANY = 11, 12, 13
FEW = 1024  # messages that are no trouble


@syscall("msgget")
def sys_msgget(kernel: Kernel, task: Task, key: Int, flags: Int) -> int:
    return kernel.msg_ids.get(task, key, flags, lambda found: None, lambda: MsgQueue(kernel, task, key, flags))


def queue_of(kernel: Kernel, task: Task, number: int, mode: int) -> MsgQueue:
    """EINVAL EACCES; EIDRM when it was removed while the task waited for it."""
    queue = task.restart if isinstance(task.restart, MsgQueue) else kernel.msg_ids.find(number)
    if queue.perm.removed:
        raise Errno(EIDRM)
    queue.perm.allow(task, mode)
    return queue


def wait(task: Task, queue: MsgQueue, on: WaitQueue) -> None:
    """No signal lets the call begin anew."""
    task.restart = queue
    wait_on(task, on, on_signal="ERESTARTNOHAND")


@syscall("msgsnd")
def sys_msgsnd(kernel: Kernel, task: Task, number: Int, addr: Addr, size: Size, flags: Int) -> int:
    word = kernel.xlen // 8
    kind = get_user(task.mm, addr, word, signed=True)
    if number < 0 or size > MSGMAX or kind < 1:
        return -EINVAL
    queue = queue_of(kernel, task, number, u.MAY_WRITE)
    if not queue.has_room(size):
        if flags & u.IPC_NOWAIT:
            return -EAGAIN
        wait(task, queue, queue.room)
    if sum(len(each.messages) for each in kernel.msg_ids.objects.values()) >= FEW + kernel.pages.total_pages:
        return -ENOMEM
    text = UserIter(task.mm, [(addr + word, size)])
    message = Message(kernel, kind, text)
    if text.faulted:
        message.free()
        return -EFAULT
    queue.put(message)
    queue.stime, queue.lspid = kernel.realtime_seconds(), task.tgid
    return 0


@syscall("msgrcv")
def sys_msgrcv(kernel: Kernel, task: Task, number: Int, addr: Addr, size: Size, kind: Long, flags: Int) -> int:
    if number < 0 or size >> (kernel.xlen - 1):
        return -EINVAL
    if flags & MSG_COPY and (flags & MSG_EXCEPT or not flags & u.IPC_NOWAIT):
        return -EINVAL
    queue = queue_of(kernel, task, number, u.MAY_READ)
    message = queue.nth(kind) if flags & MSG_COPY else queue.find(kind, flags)
    if message is None:
        if flags & u.IPC_NOWAIT:
            return -ENOMSG
        wait(task, queue, queue.arrive)
    if message.size > size and not flags & MSG_NOERROR:
        return -E2BIG
    word, length = kernel.xlen // 8, min(size, message.size)
    put_user(task.mm, addr, message.type, word)
    text = UserIter(task.mm, [(addr + word, length)])
    if message.parcel.copy_to(text) < length:
        return -EFAULT
    if flags & MSG_COPY:
        return length
    queue.take(message)
    queue.rtime, queue.lrpid = kernel.realtime_seconds(), task.tgid
    return length


@syscall("msgctl")
def sys_msgctl(kernel: Kernel, task: Task, number: Int, command: Int, buf: Addr) -> int:
    command, ids = command & ~u.IPC_64, kernel.msg_ids
    if number < 0 or command < 0:
        return -EINVAL
    if command in (u.IPC_INFO, MSG_INFO):
        return info(kernel, task, command, buf)
    if command not in (u.IPC_RMID, u.IPC_SET, u.IPC_STAT, MSG_STAT, MSG_STAT_ANY):
        return -EINVAL
    queue = ids.find(number)
    if command == u.IPC_SET:
        return change(kernel, task, queue, copy_from_user(task.mm, buf, len(queue.pack(kernel))))
    if command == u.IPC_RMID:
        queue.perm.must_own(task)
        ids.remove(queue)
        queue.close()
        return 0
    if command != MSG_STAT_ANY:
        queue.perm.allow(task, u.MAY_READ)
    copy_to_user(task.mm, buf, queue.pack(kernel))
    return 0 if command == u.IPC_STAT else number


def change(kernel: Kernel, task: Task, queue: MsgQueue, data: bytes) -> int:
    """IPC_SET: the owner, the mode and msg_qbytes; only root may make the queue larger."""
    at = (48 + 3 * 8 + 8 + 8) if kernel.xlen == 64 else (36 + 3 * 8 + 4 + 4)
    qbytes = int.from_bytes(data[at : at + kernel.xlen // 8], "little")
    queue.perm.must_own(task)
    if qbytes > MSGMNB and task.euid:
        return -EPERM
    queue.perm.change(kernel, data)
    queue.qbytes, queue.ctime = qbytes, kernel.realtime_seconds()
    queue.room.wake()
    return 0


def info(kernel: Kernel, task: Task, command: int, buf: int) -> int:
    """struct msginfo: the limits, or with MSG_INFO what there is; returned is the highest number."""
    queues = kernel.msg_ids.objects
    fields = [0, 0, MSGMAX, MSGMNB, MSGMNI, 16, 0, 0xFFFF]
    if command == MSG_INFO:
        counts = [len(queues), sum(len(q.messages) for q in queues.values()), sum(q.cbytes for q in queues.values())]
        fields[0], fields[1], fields[6] = counts
    copy_to_user(task.mm, buf, struct.pack("<7iH2x", *fields))
    return max(queues, default=0)
