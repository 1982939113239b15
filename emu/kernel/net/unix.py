"""Local sockets: streams, datagrams, sequenced packets (unix(7), socket(7)).

What is sent waits in the receiver's queue. A sender waits for `room` there, a receiver for something to `arrive`. A
stream or a sequence of packets has one peer; a socket that listens has a queue of connections nobody has accepted yet.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from emu.kernel.errno import ECONNRESET
from emu.kernel.fs.fcntl import FIONREAD
from emu.kernel.fs.file import O_NONBLOCK
from emu.kernel.fs.inode import POLLERR, POLLHUP, POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM, S_IFSOCK, Inode
from emu.kernel.net.receive import receive
from emu.kernel.net.skb import RCV_SHUTDOWN, SEND_SHUTDOWN, Control, Credentials, Skb
from emu.kernel.net.transmit import has_room, transmit
from emu.kernel.sched.wait import WaitQueue

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.kernel import Kernel

SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET = 1, 2, 5
POLLRDHUP, SIOCOUTQ = 0x2000, 0x5411


class Socket(Inode):
    """A local socket of one type. `address` is its name as bind got it, without the family; None: it has none."""

    def __init__(self, kernel: Kernel, kind: int, credentials: Credentials) -> None:
        super().__init__(kernel.sockfs, S_IFSOCK | 0o777)
        self.kernel, self.type, self.credentials = kernel, kind, credentials
        self.address: bytes | None = None
        self.peer: Socket | None = None
        self.queue: deque[Skb] = deque()
        self.pending: deque[Socket] = deque()  # connections to accept
        self.backlog = -1  # it listens when this is not negative
        self.shutdown_mask = self.error = 0
        self.dead = self.passcred = False
        self.arrive, self.room = WaitQueue(), WaitQueue()
        self.options: dict[int, int] = {}
        self.receive_limit = self.send_limit = 0  # cycles that a call may wait; 0: for ever

    # -- state --------------------------------------------------------------------------------------------------------
    @property
    def is_stream(self) -> bool:
        """Whether bytes have no boundaries between them."""
        return self.type == SOCK_STREAM

    @property
    def connects(self) -> bool:
        """Whether this type has connections."""
        return self.type != SOCK_DGRAM

    @property
    def listening(self) -> bool:
        """Whether listen(2) was called."""
        return self.backlog >= 0

    def pair_with(self, other: Socket) -> None:
        """socketpair(2): each is the other's peer."""
        self.peer, other.peer = other, self

    def shut_down(self, mask: int) -> None:
        """shutdown(2): what one side no longer sends the other no longer receives."""
        self.shutdown_mask |= mask
        if self.connects and self.peer is not None:
            other = (SEND_SHUTDOWN if mask & RCV_SHUTDOWN else 0) | (RCV_SHUTDOWN if mask & SEND_SHUTDOWN else 0)
            self.peer.shutdown_mask |= other
            self.peer.wake()
        self.wake()

    def wake(self) -> None:
        """Something changed that both readers and writers may wait for."""
        self.arrive.wake()
        self.room.wake()

    def release(self, file: File | None) -> None:
        """The last descriptor went: the peer sees the end, or a reset if something was never read."""
        self.dead = True
        self.kernel.unix.forget(self)
        peer, unread = self.peer, bool(self.queue or self.pending)
        if peer is not None and self.connects:
            peer.shutdown_mask = RCV_SHUTDOWN | SEND_SHUTDOWN
            peer.error = ECONNRESET if unread else peer.error
            peer.wake()
        while self.pending:
            embryo = self.pending.popleft()
            embryo.release(None)
            embryo.peer.error = ECONNRESET
        while self.queue:
            self.queue.popleft().free()
        self.wake()

    def take_error(self) -> int:
        """SO_ERROR: the error that waits to be told, once."""
        error, self.error = self.error, 0
        return error

    def frames(self) -> int:
        """Frames that the queue holds."""
        return sum(len(skb.frames) for skb in self.queue)

    # -- as a file ----------------------------------------------------------------------------------------------------
    def read_iter(self, file: File, to: Any, pos: int) -> int:
        if not to.count:
            return 0
        got = receive(self, to, 0, bool(file.flags & O_NONBLOCK))
        got.close()
        return got.copied

    def write_iter(self, file: File, source: Any, pos: int) -> int:
        return transmit(self, source, Control([]), 0, bool(file.flags & O_NONBLOCK))

    def poll(self, file: File) -> int:
        mask = POLLIN | POLLRDNORM if self.queue or self.pending or self.shutdown_mask & RCV_SHUTDOWN else 0
        mask |= POLLERR if self.error else 0
        mask |= POLLRDHUP if self.shutdown_mask & RCV_SHUTDOWN else 0
        lonely = self.connects and self.peer is None and not self.listening
        mask |= POLLHUP if lonely or self.shutdown_mask == RCV_SHUTDOWN | SEND_SHUTDOWN else 0
        return mask | (POLLOUT | POLLWRNORM if self._has_room() else 0)

    def _has_room(self) -> bool:
        if self.listening:
            return False
        return self.peer is None or self.peer.dead or has_room(self, self.peer)

    def poll_queues(self, file: File) -> list[WaitQueue]:
        return [self.arrive, self.room, *([self.peer.room] if self.peer is not None else [])]

    def ioctl(self, file: File, command: int, argument: int) -> int:
        if command in (FIONREAD, SIOCOUTQ):
            waiting = list(self.queue) if self.is_stream else list(self.queue)[:1]
            total = sum(skb.length for skb in waiting)
            self.kernel.put_user(argument, total if command == FIONREAD else 0, 4)
            return 0
        return super().ioctl(file, command, argument)
