"""Putting into the receiver's queue (send(2); Linux: unix_stream_sendmsg, unix_dgram_sendmsg)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.kernel.errno import ECONNREFUSED, EMSGSIZE, ENOTCONN, EPERM, EPIPE, Errno
from emu.kernel.net.skb import RCV_SHUTDOWN, SEND_SHUTDOWN, Control, Skb
from emu.kernel.net.sleep import sleep
from emu.kernel.sched.wait import Partial
from emu.kernel.siginfo import SI_USER, SIGPIPE, SigInfo
from emu.kernel.sigsend import send

if TYPE_CHECKING:
    from emu.kernel.net.unix import Socket

BUFFER = 212992  # net.core.wmem_default
FRAMES = BUFFER // 4096
MAX_DGRAM_QLEN = 10  # net.unix.max_dgram_qlen
MSG_NOSIGNAL = 0x4000


def transmit(
    socket: Socket, source: Any, control: Control, flags: int, nonblocking: bool, target: Socket | None = None
) -> int:
    """Send bytes of an iov and what goes with them to the peer or to `target`; how many bytes went. May block.

    ENOTCONN ECONNREFUSED EPERM EPIPE EMSGSIZE EAGAIN.
    """
    to = target or socket.peer
    if to is None:
        raise Errno(ENOTCONN)
    check_peer(socket, to)
    if socket.shutdown_mask & SEND_SHUTDOWN or (socket.connects and to.shutdown_mask & RCV_SHUTDOWN):
        return broken(socket, flags)
    if to.dead:
        socket.peer = None if to is socket.peer else socket.peer
        raise Errno(ECONNREFUSED)
    if control.credentials is None:
        task = socket.kernel.current
        control = Control(control.files, (task.tgid, task.uid, task.gid))
    return (stream if socket.is_stream else packet)(socket, to, source, control, nonblocking)


def check_peer(socket: Socket, to: Socket) -> None:
    """EPERM: a datagram socket that is connected hears its peer only."""
    if not socket.connects and to.peer not in (None, socket):
        raise Errno(EPERM)


def broken(socket: Socket, flags: int) -> int:
    """EPIPE, on a stream with its signal; what an earlier turn of the same call has sent counts."""
    kernel = socket.kernel
    task = kernel.current
    if isinstance(task.restart, Partial) and task.restart.done:
        return task.restart.done
    if socket.is_stream and not flags & MSG_NOSIGNAL:
        send(kernel, task, SigInfo(SIGPIPE, SI_USER, pid=task.tgid, uid=task.uid), True)
    raise Errno(EPIPE)


def message(socket: Socket, control: Control) -> Skb:
    """A new message, still without bytes."""
    skb = Skb(socket.kernel, socket.address, control.credentials)
    skb.files = [file.get() for file in control.files]
    socket.kernel.files_in_flight += len(skb.files)
    return skb


def packet(socket: Socket, to: Socket, source: Any, control: Control, nonblocking: bool) -> int:
    """One message, whole or not at all."""
    if source.count > BUFFER:
        raise Errno(EMSGSIZE)
    if not has_room(socket, to, source.count):
        sleep(socket.kernel.current, to.room, nonblocking, socket.send_limit)
    skb = message(socket, control)
    sent = fill(skb, source, source.count)
    if source.faulted:
        skb.free()
        return 0
    skb.take_room()
    to.queue.append(skb)
    to.arrive.wake()
    return sent


def has_room(socket: Socket, to: Socket, size: int = 0) -> bool:
    """Whether a message need not wait for others to be read. The queue is not short where nobody else can send."""
    if to.frames() + size // 4096 >= FRAMES and to.queue:
        return False
    return socket.is_stream or to.peer is socket or len(to.queue) <= MAX_DGRAM_QLEN


def stream(socket: Socket, to: Socket, source: Any, control: Control, nonblocking: bool) -> int:
    """Bytes, as many as there is room for; then it waits. Descriptors go with the first of them."""
    task = socket.kernel.current
    done = task.restart.done if isinstance(task.restart, Partial) else 0
    source.skip(done)
    bare = control._replace(files=[])
    control = bare if done else control
    while source.count and not source.faulted:
        moved = append(to, source, control.credentials) if not control.files else 0
        if not moved:
            space = (FRAMES - to.frames()) * 4096
            if space <= 0:
                try:
                    sleep(task, to.room, nonblocking, socket.send_limit, done)
                except Errno:
                    if done:
                        return done
                    raise
            skb, control = message(socket, control), bare
            moved = fill(skb, source, space)
            if not moved:
                skb.free()
                break
            to.queue.append(skb)
        done += moved
        to.arrive.wake()
    return done


def fill(skb: Skb, source: Any, limit: int) -> int:
    """Put bytes in a new message; when memory runs out on the way, nothing of it is left."""
    try:
        return skb.fill(source, limit)
    except BaseException:
        skb.free()
        raise


def append(to: Socket, source: Any, credentials: tuple[int, int, int]) -> int:
    """Fill up the last frame of the queue, if it is the same sender's and carries no descriptors."""
    last = to.queue[-1] if to.queue else None
    if last is None or last.files or not last.room or last.credentials != credentials:
        return 0
    return last.fill(source, last.room)
