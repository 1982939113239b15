"""System V message queues (Linux: ipc/msg.c; msgget(2), msgop(2), msgctl(2))."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from emu.kernel.ipc.util import Perm, pack_times
from emu.kernel.net.skb import Skb
from emu.kernel.sched.wait import WaitQueue

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

MSGMNI, MSGMAX, MSGMNB = 32000, 8192, 16384
MSG_NOERROR, MSG_EXCEPT, MSG_COPY = 0o10000, 0o20000, 0o40000


class Message:
    """One message: its type, and its bytes in frames of memory."""

    __slots__ = ("parcel", "type")

    def __init__(self, kernel: Kernel, kind: int, text: Any) -> None:
        self.type = kind
        self.parcel = Skb(kernel, None, (0, 0, 0))
        try:
            self.parcel.fill(text, text.count)
        except BaseException:  # no memory
            self.parcel.free()
            raise

    def free(self) -> None:
        """Its frames are not needed any more."""
        self.parcel.free()

    @property
    def size(self) -> int:
        """Bytes of text."""
        return self.parcel.length


class MsgQueue:
    """`messages` in the order in which they came; `cbytes` is their size, `qbytes` how large it may be."""

    def __init__(self, kernel: Kernel, task: Task, key: int, mode: int) -> None:
        self.perm = Perm(task, key, mode)
        self.messages: list[Message] = []
        self.cbytes, self.qbytes = 0, MSGMNB
        self.stime = self.rtime = self.lspid = self.lrpid = 0
        self.ctime = kernel.realtime_seconds()
        self.room, self.arrive = WaitQueue(), WaitQueue()

    def has_room(self, size: int) -> bool:
        """Whether a text of `size` bytes fits: msg_qbytes limits bytes, and messages too."""
        return self.cbytes + size <= self.qbytes and len(self.messages) < self.qbytes

    def put(self, message: Message) -> None:
        """A message at the end; whoever waits for one looks."""
        self.messages.append(message)
        self.cbytes += message.size
        self.arrive.wake()

    def find(self, kind: int, flags: int) -> Message | None:
        """The message that a receiver asks for: 0 takes the first, n the first of type n (MSG_EXCEPT: of another), -n
        the first of the lowest type up to n.
        """
        if kind < 0:
            fit = [message for message in self.messages if message.type <= -kind]
            return min(fit, key=lambda message: message.type, default=None)
        other = bool(flags & MSG_EXCEPT)
        return next((m for m in self.messages if not kind or (m.type == kind) != other), None)

    def nth(self, index: int) -> Message | None:
        """MSG_COPY counts."""
        return self.messages[index] if 0 <= index < len(self.messages) else None

    def take(self, message: Message) -> None:
        """A message was received: whoever waits for room looks."""
        self.messages.remove(message)
        self.cbytes -= message.size
        message.free()
        self.room.wake()

    def close(self) -> None:
        """It is removed: who waits gives up."""
        for message in self.messages:
            message.free()
        self.messages = []
        self.room.wake()
        self.arrive.wake()

    def pack(self, kernel: Kernel) -> bytes:
        """struct msqid64_ds."""
        times = pack_times(kernel, self.stime, self.rtime, self.ctime)
        word = "Q" if kernel.xlen == 64 else "I"
        counts = (self.cbytes, len(self.messages), self.qbytes)
        return self.perm.pack(kernel) + times + struct.pack(f"<3{word}ii2{word}", *counts, self.lspid, self.lrpid, 0, 0)
