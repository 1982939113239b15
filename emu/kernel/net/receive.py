"""Taking out of a socket's queue (recv(2); Linux: unix_stream_read_generic, unix_dgram_recvmsg)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from emu.kernel.errno import EINVAL, ENOTCONN, Errno
from emu.kernel.net.skb import RCV_SHUTDOWN
from emu.kernel.net.sleep import sleep

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.net.skb import Credentials, Skb
    from emu.kernel.net.unix import Socket

MSG_PEEK = 2


@dataclass(slots=True)
class Received:
    """What one call gets: `copied` bytes of a message of `length`, and the descriptors, which are the caller's now."""

    copied: int = 0
    length: int = 0
    files: list[File] = field(default_factory=list)
    sender: bytes | None = None
    credentials: Credentials | None = None

    def close(self) -> None:
        """Give up the descriptors that nobody wants."""
        for file in self.files:
            file.put()
        self.files = []


def receive(socket: Socket, to: Any, flags: int, nonblocking: bool) -> Received:
    """Copy from the queue to an iov. May block. EAGAIN ENOTCONN EINVAL, or the error that the socket holds."""
    if socket.is_stream and (socket.listening or socket.peer is None):
        raise Errno(EINVAL)
    if socket.queue:
        return stream(socket, to, flags) if socket.is_stream else packet(socket, to, flags)
    if socket.error:
        raise Errno(socket.take_error())
    if socket.connects and socket.peer is None:
        raise Errno(ENOTCONN)
    if socket.shutdown_mask & RCV_SHUTDOWN:
        return Received()
    sleep(socket.kernel.current, socket.arrive, nonblocking, socket.receive_limit)
    return Received()


def begin(skb: Skb, flags: int) -> Received:
    """What comes with a message beside its bytes."""
    files = [file.get() for file in skb.files] if flags & MSG_PEEK else skb.take_files()
    return Received(0, skb.length, files, skb.sender, skb.credentials)


def packet(socket: Socket, to: Any, flags: int) -> Received:
    """One message; what the iov has no room for is lost. A bad address leaves it in the queue."""
    skb = socket.queue[0]
    copied = skb.copy_to(to)
    if to.faulted:
        return Received(copied)
    got = begin(skb, flags)
    got.copied = copied
    if not flags & MSG_PEEK:
        socket.queue.popleft().free()
        socket.room.wake()
    return got


def stream(socket: Socket, to: Any, flags: int) -> Received:
    """Bytes of as many messages as fit; a read ends behind one with descriptors, and before another sender's."""
    first = socket.queue[0]
    got = Received(credentials=first.credentials, sender=first.sender)
    for skb in list(socket.queue):
        if got.files or skb.credentials != first.credentials:
            break
        copied = skb.copy_to(to)
        got.copied += copied
        if copied:
            got.files = begin(skb, flags).files
        if not flags & MSG_PEEK:
            skb.consume(copied)
            if skb.length:
                break
            socket.queue.popleft().free()
        if not to.count or to.faulted:
            break
    if got.copied and not flags & MSG_PEEK:
        socket.room.wake()
    got.length = got.copied
    return got
