"""Sending to and receiving from sockets, with addresses and control messages (send(2), recv(2))."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from emu.kernel.errno import EFAULT, EISCONN, EMSGSIZE, EOPNOTSUPP, Errno
from emu.kernel.fs.file import O_NONBLOCK
from emu.kernel.fs.iov import UserIter
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user, put_user
from emu.kernel.net import scm
from emu.kernel.net.names import address_bytes, read_address, write_address
from emu.kernel.net.receive import MSG_PEEK, Received, receive
from emu.kernel.net.skb import Control
from emu.kernel.net.transmit import transmit
from emu.kernel.sched.wait import Blocked, Partial
from emu.kernel.syscall.file import IOV_MAX, import_iovec
from emu.kernel.syscall.socket import socket_of
from emu.kernel.syscall.table import Addr, Int, Size, Uint, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.net.unix import Socket
    from emu.kernel.task import Task

MSG_OOB, MSG_TRUNC, MSG_DONTWAIT, MSG_WAITALL = 1, 0x20, 0x40, 0x100


class Message(NamedTuple):
    """struct msghdr, and where it lies."""

    at: int
    name: int
    namelen: int
    iov: int
    iovlen: int
    control: int
    controllen: int


LAYOUT = {64: struct.Struct("<Qi4xQQQQi4x"), 32: struct.Struct("<Iiiiiii")}


def read_message(kernel: Kernel, task: Task, addr: int) -> Message:
    """EFAULT EMSGSIZE."""
    layout = LAYOUT[kernel.xlen]
    name, namelen, iov, iovlen, control, controllen, _ = layout.unpack(copy_from_user(task.mm, addr, layout.size))
    if not 0 <= iovlen <= IOV_MAX:
        raise Errno(EMSGSIZE)
    mask = kernel.xlen_mask
    return Message(addr, name & mask, namelen, iov & mask, iovlen, control & mask, controllen & mask)


# -- sending ----------------------------------------------------------------------------------------------------------
def send(
    kernel: Kernel, task: Task, fd: int, source: UserIter, name: bytes | None, control: Control, flags: int
) -> int:
    """What all ways to send share. `name` is the receiver's address, None: the peer."""
    socket, file = socket_of(task, fd)
    if flags & MSG_OOB:
        raise Errno(EOPNOTSUPP)
    target = destination(kernel, task, socket, name)
    nonblocking = bool(file.flags & O_NONBLOCK or flags & MSG_DONTWAIT)
    done = transmit(socket, source, control, flags, nonblocking, target)
    if source.faulted and not done:
        raise Errno(EFAULT)
    return done


def destination(kernel: Kernel, task: Task, socket: Socket, name: bytes | None) -> Socket | None:
    """The socket that a message with an address goes to; None: the peer. EISCONN EOPNOTSUPP."""
    if name:
        if socket.connects:
            raise Errno(EISCONN if socket.peer is not None else EOPNOTSUPP)
        return kernel.unix.find(task, name, socket.type)
    return None


@syscall("sendto")
def sys_sendto(kernel: Kernel, task: Task, fd: Int, buf: Addr, size: Size, flags: Uint, addr: Addr, length: Int) -> int:
    socket_of(task, fd)
    name = read_address(task, addr, length) if addr and length else None
    return send(kernel, task, fd, UserIter(task.mm, [(buf, size)]), name, Control([]), flags)


@syscall("sendmsg")
def sys_sendmsg(kernel: Kernel, task: Task, fd: Int, msg: Addr, flags: Uint) -> int:
    socket_of(task, fd)
    message = read_message(kernel, task, msg)
    name = read_address(task, message.name, message.namelen) if message.name and message.namelen else None
    control = scm.read_control(kernel, task, message.control, message.controllen) if message.control else Control([])
    return send(kernel, task, fd, import_iovec(kernel, task, message.iov, message.iovlen), name, control, flags)


# -- receiving --------------------------------------------------------------------------------------------------------
def take(task: Task, fd: int, to: UserIter, flags: int) -> Received:
    """What all ways to receive share."""
    socket, file = socket_of(task, fd)
    if flags & MSG_OOB:
        raise Errno(EOPNOTSUPP)
    nonblocking = bool(file.flags & O_NONBLOCK or flags & MSG_DONTWAIT)
    if flags & MSG_WAITALL and socket.is_stream and not flags & MSG_PEEK:
        return take_all(task, socket, to, flags, nonblocking)
    got = receive(socket, to, flags, nonblocking)
    if to.faulted and not got.copied:
        got.close()
        raise Errno(EFAULT)
    return got


def take_all(task: Task, socket: Socket, to: UserIter, flags: int, nonblocking: bool) -> Received:
    """MSG_WAITALL: until the buffer is full, the stream ends or descriptors come. It goes on where it slept."""
    done = task.restart.done if isinstance(task.restart, Partial) else 0
    to.skip(done)
    got = Received(done)
    while to.count and not to.faulted and not got.files:
        try:
            more = receive(socket, to, flags, nonblocking)
        except (Errno, Blocked) as stop:
            if isinstance(stop, Errno) and not got.copied:
                raise
            if isinstance(stop, Blocked):
                until = task.restart.until if isinstance(task.restart, Partial) else None
                task.restart = Partial(got.copied, until) if got.copied or until is not None else None
                raise
            break
        if not more.copied:
            break
        got = Received(got.copied + more.copied, got.copied + more.copied, more.files, more.sender, more.credentials)
    return got


@syscall("recvfrom")
def sys_recvfrom(
    kernel: Kernel, task: Task, fd: Int, buf: Addr, size: Size, flags: Uint, addr: Addr, length: Addr
) -> int:
    socket, _ = socket_of(task, fd)
    got = take(task, fd, UserIter(task.mm, [(buf, size)]), flags)
    got.close()
    if addr:
        write_address(task, addr, length, got.sender if not socket.connects else None, sender=True)
    return got.length if flags & MSG_TRUNC and not socket.is_stream else got.copied


@syscall("recvmsg")
def sys_recvmsg(kernel: Kernel, task: Task, fd: Int, msg: Addr, flags: Uint) -> int:
    socket, _ = socket_of(task, fd)
    message = read_message(kernel, task, msg)
    got = take(task, fd, import_iovec(kernel, task, message.iov, message.iovlen), flags)
    told = MSG_TRUNC if not socket.is_stream and got.copied < got.length else 0
    used, cut = scm.write_control(
        kernel, task, message.control, message.controllen if message.control else 0, got, socket.passcred, flags
    )
    told |= cut | flags & scm.MSG_CMSG_CLOEXEC
    write_back(kernel, task, message, got.sender if not socket.connects else None, used, told)
    return got.length if flags & MSG_TRUNC and not socket.is_stream else got.copied


def write_back(kernel: Kernel, task: Task, message: Message, sender: bytes | None, used: int, flags: int) -> None:
    """The fields of struct msghdr that recvmsg answers in."""
    word = kernel.xlen // 8
    at = message.at + (3 + 3) * word
    if message.name:
        data = address_bytes(sender) if sender else b""
        copy_to_user(task.mm, message.name, data[: max(0, message.namelen)])
        put_user(task.mm, message.at + word, len(data), 4)
    put_user(task.mm, at - word, used, word)
    put_user(task.mm, at, flags, 4)
