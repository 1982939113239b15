"""The options of sockets (getsockopt(2), socket(7), unix(7))."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import EINVAL, ENOPROTOOPT, EOPNOTSUPP
from emu.kernel.mm.uaccess import copy_to_user, get_user, put_user
from emu.kernel.net.names import AF_UNIX
from emu.kernel.syscall.socket import socket_of
from emu.kernel.syscall.table import Addr, Int, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.net.unix import Socket
    from emu.kernel.task import Task

SOL_SOCKET = 1
SO_REUSEADDR, SO_TYPE, SO_ERROR, SO_BROADCAST, SO_SNDBUF, SO_RCVBUF, SO_KEEPALIVE = 2, 3, 4, 6, 7, 8, 9
SO_PASSCRED, SO_PEERCRED, SO_ACCEPTCONN, SO_PROTOCOL, SO_DOMAIN = 16, 17, 30, 38, 39
KEPT = {SO_REUSEADDR: 0, SO_BROADCAST: 0, SO_KEEPALIVE: 0, SO_SNDBUF: 212992, SO_RCVBUF: 212992}


@syscall("setsockopt")
def sys_setsockopt(kernel: Kernel, task: Task, fd: Int, level: Int, name: Int, value: Addr, length: Int) -> int:
    socket, _ = socket_of(task, fd)
    if level != SOL_SOCKET:
        return -EOPNOTSUPP
    if length < 4:
        return -EINVAL
    number = get_user(task.mm, value, 4, True)
    if name == SO_PASSCRED:
        socket.passcred = bool(number)
    elif name in (SO_SNDBUF, SO_RCVBUF):
        socket.options[name] = max(2304, 2 * min(max(number, 0), KEPT[name]))
    elif name in KEPT:
        socket.options[name] = int(bool(number))
    else:
        return -ENOPROTOOPT
    return 0


@syscall("getsockopt")
def sys_getsockopt(kernel: Kernel, task: Task, fd: Int, level: Int, name: Int, value: Addr, length: Addr) -> int:
    socket, _ = socket_of(task, fd)
    if level != SOL_SOCKET:
        return -EOPNOTSUPP
    room = get_user(task.mm, length, 4, True)
    if room < 0:
        return -EINVAL
    data = option(socket, name)
    if data is None:
        return -ENOPROTOOPT
    copy_to_user(task.mm, value, data[:room])
    put_user(task.mm, length, min(room, len(data)), 4)
    return 0


def option(socket: Socket, name: int) -> bytes | None:
    """The value of an option; None for one that isn't there."""
    if name == SO_PEERCRED:
        return struct.pack("<iII", *(socket.peer.credentials if socket.peer else (0, 0xFFFFFFFF, 0xFFFFFFFF)))
    if name == SO_ERROR:
        return struct.pack("<i", socket.take_error())
    facts = {
        SO_TYPE: socket.type,
        SO_PASSCRED: socket.passcred,
        SO_ACCEPTCONN: socket.listening,
        SO_PROTOCOL: 0,
        SO_DOMAIN: AF_UNIX,
    }
    found = facts.get(name, socket.options.get(name, KEPT.get(name)))
    return None if found is None else struct.pack("<i", found)
