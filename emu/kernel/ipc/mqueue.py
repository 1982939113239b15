"""POSIX message queues: files of a file system of their own, whose messages come out by priority (Linux: ipc/mqueue.c;
mq_overview(7)).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from emu.kernel.errno import EACCES, EEXIST, EMFILE, ENAMETOOLONG, ENOENT, ENOSPC, Errno
from emu.kernel.fs.inode import POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM, S_IFREG, Inode, SuperBlock
from emu.kernel.fs.namei import NAME_MAX
from emu.kernel.fs.permission import MAY_READ, MAY_WRITE, cred_of, permission
from emu.kernel.ipc.msg import Message
from emu.kernel.rlimit import RLIMIT_MSGQUEUE
from emu.kernel.sched.wait import WaitQueue
from emu.kernel.siginfo import SI_MESGQ, SigInfo
from emu.kernel.sigsend import send

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Process, Task

QUEUES_MAX = 256
MAXMSG, MSGSIZE = 10, 8192  # of a queue for which nothing else is said, and the most that a user may ask for
HARD_MAXMSG, HARD_MSGSIZE = 65536, 16 << 20  # the most that root may
OVERHEAD = 128  # bytes that a message counts beside its text


class Notify(NamedTuple):
    """Who is told of the next message, by which signal (0: none), with which value."""

    process: Process
    signal: int
    value: int


class MessageQueue(Inode):
    """`messages` in the order in which they will be taken: the highest priority first, the oldest of these first."""

    def __init__(self, sb: SuperBlock, mode: int, user: int, maxmsg: int, msgsize: int) -> None:
        super().__init__(sb, S_IFREG | mode & 0o777)
        self.user, self.maxmsg, self.msgsize = user, maxmsg, msgsize
        self.messages: list[Message] = []
        self.i_size = 80
        self.notify: Notify | None = None
        self.room, self.arrive = WaitQueue(), WaitQueue()

    @property
    def bytes(self) -> int:
        """What it counts towards RLIMIT_MSGQUEUE."""
        return self.maxmsg * (self.msgsize + OVERHEAD)

    def put(self, message: Message) -> None:
        """`type` is the priority. Who has asked is told when the queue was empty and nobody waits."""
        at = next((n for n, other in enumerate(self.messages) if other.type < message.type), len(self.messages))
        first = not self.messages
        self.messages.insert(at, message)
        if first and self.notify is not None and not self.arrive.tasks:
            self.tell(self.notify)
        self.arrive.wake()

    def tell(self, notify: Notify) -> None:
        """The signal of mq_notify, once."""
        self.notify = None
        kernel = self.sb.kernel
        task = kernel.current
        if notify.signal and notify.process.threads:
            info = SigInfo(notify.signal, SI_MESGQ, pid=task.tgid, uid=task.uid, value=notify.value)
            send(kernel, notify.process.threads[0], info)

    def take(self) -> Message:
        message = self.messages.pop(0)
        self.room.wake()
        return message

    # -- as a file ----------------------------------------------------------------------------------------------------
    def read_iter(self, file: File, to: Any, pos: int) -> int:
        size = sum(message.size for message in self.messages)
        told = self.notify
        signal, pid = (told.signal, told.process.leader.pid) if told else (0, 0)
        text = f"QSIZE:{size:<10} NOTIFY:{0:<5} SIGNO:{signal:<5} NOTIFY_PID:{pid:<6}\n".encode()
        return to.put(text[pos : pos + to.count])

    def poll(self, file: File) -> int:
        mask = POLLIN | POLLRDNORM if self.messages else 0
        return mask | (POLLOUT | POLLWRNORM if len(self.messages) < self.maxmsg else 0)

    def poll_queues(self, file: File) -> list[WaitQueue]:
        return [self.room, self.arrive]

    def flush(self, file: File) -> None:
        """A process that closes a descriptor no longer wants to be told."""
        task = self.sb.kernel.current
        if task is not None and self.notify is not None and self.notify.process is task.process:
            self.notify = None

    def release(self, file: File) -> None:
        if not self.nlink and not self.users:
            self.truncate_store()

    def truncate_store(self) -> None:
        """Nobody can reach it any more."""
        for message in self.messages:
            message.free()
        self.messages = []
        self.sb.kernel.mqueues.bytes[self.user] -= self.bytes


class MessageQueues:
    """All names, and the bytes that the queues of each user count."""

    def __init__(self, kernel: Kernel) -> None:
        self.sb = SuperBlock(kernel, "mqueue")
        self.names: dict[bytes, MessageQueue] = {}
        self.bytes: dict[int, int] = {}

    @staticmethod
    def check_name(name: bytes) -> None:
        """A name has no slash in it. ENOENT EACCES ENAMETOOLONG."""
        if not name:
            raise Errno(ENOENT)
        if b"/" in name or name in (b".", b".."):
            raise Errno(EACCES)
        if len(name) > NAME_MAX:
            raise Errno(ENAMETOOLONG)

    def open(self, name: bytes, create: bool, exclusive: bool, read: bool, write: bool) -> MessageQueue | None:
        """The queue of a name; None: it is to be made. ENOENT EEXIST EACCES."""
        self.check_name(name)
        found = self.names.get(name)
        if found is None:
            if not create:
                raise Errno(ENOENT)
            return None
        if create and exclusive:
            raise Errno(EEXIST)
        mask = (MAY_READ if read else 0) | (MAY_WRITE if write else 0)
        permission(cred_of(self.sb.kernel.current), found, mask)
        return found

    def make(self, task: Task, name: bytes, mode: int, maxmsg: int, msgsize: int) -> MessageQueue:
        """A new queue. ENOSPC EMFILE."""
        if len(self.names) >= QUEUES_MAX:
            raise Errno(ENOSPC)
        queue = MessageQueue(self.sb, mode, task.uid, maxmsg, msgsize)
        used = self.bytes.get(task.uid, 0)
        if used + queue.bytes > task.process.rlimits[RLIMIT_MSGQUEUE][0]:
            raise Errno(EMFILE)
        self.bytes[task.uid] = used + queue.bytes
        cred = cred_of(task)
        queue.uid, queue.gid = cred.uid, cred.gid
        self.names[name] = queue
        return queue

    def unlink(self, task: Task, name: bytes) -> None:
        """The name goes at once, the queue with its last descriptor. ENOENT EACCES."""
        self.check_name(name)
        found = self.names.get(name)
        if found is None:
            raise Errno(ENOENT)
        if task.euid not in (0, found.uid):
            raise Errno(EACCES)
        del self.names[name]
        found.nlink = 0
        if not found.users:
            found.truncate_store()
