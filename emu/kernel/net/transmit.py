"""Putting into the receiver's queue (send(2); Linux: unix_stream_sendmsg, unix_dgram_sendmsg)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.kernel.errno import ECONNREFUSED, EMSGSIZE, ENOTCONN, EPIPE, Errno
from emu.kernel.net.skb import RCV_SHUTDOWN, SEND_SHUTDOWN, Skb
from emu.kernel.net.sleep import sleep
from emu.kernel.sched.wait import Partial
from emu.kernel.siginfo import SI_USER, SIGPIPE, SigInfo
from emu.kernel.sigsend import send

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.net.unix import Socket

BUFFER = 212992  # net.core.wmem_default
FRAMES = BUFFER // 4096
MAX_DGRAM_QLEN = 10  # net.unix.max_dgram_qlen
MSG_NOSIGNAL = 0x4000


def transmit(
    socket: Socket, source: Any, files: list[File], flags: int, nonblocking: bool, target: Socket | None = None
) -> int:
    """Send bytes of an iov with descriptors (borrowed) to the peer or to `target`; how many bytes went. May block.

    ENOTCONN ECONNREFUSED EPIPE EMSGSIZE EAGAIN.
    """
    to = target or socket.peer
    if to is None:
        raise Errno(ENOTCONN)
    if socket.shutdown_mask & SEND_SHUTDOWN or (socket.connects and to.shutdown_mask & RCV_SHUTDOWN):
        return broken(socket, flags)
    if to.dead:
        raise Errno(ECONNREFUSED)
    if socket.is_stream:
        return stream(socket, to, source, files, nonblocking)
    return packet(socket, to, source, files, nonblocking)


def broken(socket: Socket, flags: int) -> int:
    """EPIPE, on a stream with its signal; what an earlier turn of the same call has sent counts."""
    kernel = socket.kernel
    task = kernel.current
    if isinstance(task.restart, Partial) and task.restart.done:
        return task.restart.done
    if socket.is_stream and not flags & MSG_NOSIGNAL:
        send(kernel, task, SigInfo(SIGPIPE, SI_USER, pid=task.tgid, uid=task.uid), True)
    raise Errno(EPIPE)


def message(socket: Socket, files: list[File]) -> Skb:
    """A new message from the current task."""
    task = socket.kernel.current
    skb = Skb(socket.kernel, socket.address, (task.tgid, task.uid, task.gid))
    skb.files = [file.get() for file in files]
    socket.kernel.files_in_flight += len(files)
    return skb


def packet(socket: Socket, to: Socket, source: Any, files: list[File], nonblocking: bool) -> int:
    """One message, whole or not at all."""
    if source.count > BUFFER:
        raise Errno(EMSGSIZE)
    if len(to.queue) > MAX_DGRAM_QLEN or (to.queue and to.frames() + source.count // 4096 >= FRAMES):
        sleep(socket.kernel.current, to.room, nonblocking, socket.send_limit)
    skb = message(socket, files)
    sent = fill(skb, source, source.count)
    if source.faulted:
        skb.free()
        return 0
    to.queue.append(skb)
    to.arrive.wake()
    return sent


def stream(socket: Socket, to: Socket, source: Any, files: list[File], nonblocking: bool) -> int:
    """Bytes, as many as there is room for; then it waits. Descriptors go with the first of them."""
    task = socket.kernel.current
    done = task.restart.done if isinstance(task.restart, Partial) else 0
    source.skip(done)
    files = [] if done else files
    while source.count and not source.faulted:
        moved = append(to, source, (task.tgid, task.uid, task.gid)) if not files else 0
        if not moved:
            space = (FRAMES - to.frames()) * 4096
            if space <= 0:
                try:
                    sleep(task, to.room, nonblocking, socket.send_limit, done)
                except Errno:
                    if done:
                        return done
                    raise
            skb, files = message(socket, files), []
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
