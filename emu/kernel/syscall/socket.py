"""Making, naming and connecting sockets (socket(2), bind(2) … shutdown(2)). Options: `sockopt`; bytes: `message`."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import (
    EAFNOSUPPORT,
    ECONNREFUSED,
    EINVAL,
    EISCONN,
    ENOTCONN,
    ENOTSOCK,
    EOPNOTSUPP,
    EPROTONOSUPPORT,
    ESOCKTNOSUPPORT,
    Errno,
)
from emu.kernel.fs.file import O_CLOEXEC, O_NONBLOCK, O_RDWR, File
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user, get_user
from emu.kernel.net.names import AF_UNIX, read_address, write_address
from emu.kernel.net.sleep import sleep
from emu.kernel.net.transmit import check_peer
from emu.kernel.net.unix import RCV_SHUTDOWN, SEND_SHUTDOWN, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM, Socket
from emu.kernel.syscall.descriptor import install
from emu.kernel.syscall.table import Addr, Int, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

AF_UNSPEC = 0
SOCK_TYPE_MASK = 15
SOMAXCONN = 4096
KINDS = {SOCK_STREAM: SOCK_STREAM, SOCK_DGRAM: SOCK_DGRAM, 3: SOCK_DGRAM, SOCK_SEQPACKET: SOCK_SEQPACKET}


def new_socket(kernel: Kernel, task: Task, domain: int, kind: int, protocol: int) -> Socket:
    """EAFNOSUPPORT EINVAL ESOCKTNOSUPPORT EPROTONOSUPPORT. There is no network, only local sockets."""
    if kind & ~(SOCK_TYPE_MASK | O_CLOEXEC | O_NONBLOCK):
        raise Errno(EINVAL)
    if domain != AF_UNIX:
        raise Errno(EAFNOSUPPORT)
    if kind & SOCK_TYPE_MASK not in KINDS:
        raise Errno(ESOCKTNOSUPPORT)
    if protocol not in (0, AF_UNIX):
        raise Errno(EPROTONOSUPPORT)
    return Socket(kernel, KINDS[kind & SOCK_TYPE_MASK], (task.tgid, task.uid, task.gid))


def open_socket(socket: Socket, flags: int) -> File:
    """An open file for a socket; SOCK_NONBLOCK counts."""
    return File(socket, O_RDWR | flags & O_NONBLOCK, f"socket:[{socket.ino}]")


def socket_of(task: Task, fd: int) -> tuple[Socket, File]:
    """EBADF ENOTSOCK."""
    file = task.files.get(fd)
    if not isinstance(file.inode, Socket):
        raise Errno(ENOTSOCK)
    return file.inode, file


@syscall("socket")
def sys_socket(kernel: Kernel, task: Task, domain: Int, kind: Int, protocol: Int) -> int:
    return install(task, open_socket(new_socket(kernel, task, domain, kind, protocol), kind), kind)


@syscall("socketpair")
def sys_socketpair(kernel: Kernel, task: Task, domain: Int, kind: Int, protocol: Int, sv: Addr) -> int:
    copy_to_user(task.mm, sv, copy_from_user(task.mm, sv, 8))  # EFAULT before anything is made
    first, second = (new_socket(kernel, task, domain, kind, protocol) for _ in range(2))
    first.pair_with(second)
    files = [open_socket(first, kind)]
    try:
        files.append(open_socket(second, kind))
    except Errno:
        files[0].put()
        raise
    try:
        one = install(task, files[0], kind)
    except Errno:
        files[1].put()
        raise
    try:
        two = install(task, files[1], kind)
    except Errno:
        task.files.close(one)
        raise
    copy_to_user(task.mm, sv, struct.pack("<ii", one, two))
    return 0


@syscall("bind")
def sys_bind(kernel: Kernel, task: Task, fd: Int, addr: Addr, length: Int) -> int:
    socket, _ = socket_of(task, fd)
    kernel.unix.bind(task, socket, read_address(task, addr, length))
    return 0


@syscall("listen")
def sys_listen(kernel: Kernel, task: Task, fd: Int, backlog: Int) -> int:
    socket, _ = socket_of(task, fd)
    if not socket.connects:
        return -EOPNOTSUPP
    if socket.address is None or socket.peer is not None:
        return -EINVAL
    socket.backlog = min(backlog & 0xFFFFFFFF, SOMAXCONN)
    socket.credentials = (task.tgid, task.uid, task.gid)
    return 0


@syscall("connect")
def sys_connect(kernel: Kernel, task: Task, fd: Int, addr: Addr, length: Int) -> int:
    socket, file = socket_of(task, fd)
    if not socket.connects and length >= 2 and get_user(task.mm, addr, 2) == AF_UNSPEC:
        socket.peer = None
        return 0
    name = read_address(task, addr, length)
    if not name:
        return -EINVAL
    if not socket.connects:
        found = kernel.unix.find(task, name, socket.type)
        check_peer(socket, found)
        socket.peer = found
        return 0
    if socket.peer is not None:
        return -EISCONN
    if socket.listening:
        return -EINVAL
    return connect_to(kernel, task, socket, kernel.unix.find(task, name, socket.type), file)


def connect_to(kernel: Kernel, task: Task, socket: Socket, listener: Socket, file: File) -> int:
    """A connection for somebody to accept. May block while the queue is full."""
    if not listener.listening:
        return -ECONNREFUSED
    if len(listener.pending) > listener.backlog:
        sleep(task, listener.room, bool(file.flags & O_NONBLOCK), socket.send_limit)
    other = Socket(kernel, socket.type, listener.credentials)
    other.address = listener.address
    socket.credentials = (task.tgid, task.uid, task.gid)
    socket.pair_with(other)
    listener.pending.append(other)
    listener.arrive.wake()
    return 0


@syscall("accept")
def sys_accept(kernel: Kernel, task: Task, fd: Int, addr: Addr, length: Addr) -> int:
    return sys_accept4(kernel, task, fd, addr, length, 0)


@syscall("accept4")
def sys_accept4(kernel: Kernel, task: Task, fd: Int, addr: Addr, length: Addr, flags: Int) -> int:
    if flags & ~(O_CLOEXEC | O_NONBLOCK):
        return -EINVAL
    socket, file = socket_of(task, fd)
    if not socket.connects:
        return -EOPNOTSUPP
    if not socket.listening:
        return -EINVAL
    if not socket.pending:
        sleep(task, socket.arrive, bool(file.flags & O_NONBLOCK), socket.receive_limit)
    connection = socket.pending.popleft()
    socket.room.wake()
    number = install(task, open_socket(connection, flags), flags)
    try:
        if addr:
            write_address(task, addr, length, connection.peer.address if connection.peer else None)
    except Errno:
        task.files.close(number)
        raise
    return number


@syscall("getsockname")
def sys_getsockname(kernel: Kernel, task: Task, fd: Int, addr: Addr, length: Addr) -> int:
    write_address(task, addr, length, socket_of(task, fd)[0].address)
    return 0


@syscall("getpeername")
def sys_getpeername(kernel: Kernel, task: Task, fd: Int, addr: Addr, length: Addr) -> int:
    socket, _ = socket_of(task, fd)
    if socket.peer is None:
        return -ENOTCONN
    write_address(task, addr, length, socket.peer.address)
    return 0


@syscall("shutdown")
def sys_shutdown(kernel: Kernel, task: Task, fd: Int, how: Int) -> int:
    socket, _ = socket_of(task, fd)
    if not 0 <= how <= 2:
        return -EINVAL
    if socket.connects and socket.peer is None:
        return -ENOTCONN
    socket.shut_down((RCV_SHUTDOWN, SEND_SHUTDOWN, RCV_SHUTDOWN | SEND_SHUTDOWN)[how])
    return 0
