"""The options of sockets (getsockopt(2), socket(7), unix(7))."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.clocks import NSEC_PER_SEC
from emu.kernel.errno import EDOM, EINVAL, ENOPROTOOPT, EOPNOTSUPP
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user, get_user, put_user
from emu.kernel.net.names import AF_UNIX
from emu.kernel.net.scm import SOL_SOCKET
from emu.kernel.syscall.socket import socket_of
from emu.kernel.syscall.table import Addr, Int, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.net.unix import Socket
    from emu.kernel.task import Task

SO_REUSEADDR, SO_TYPE, SO_ERROR, SO_BROADCAST, SO_SNDBUF, SO_RCVBUF, SO_KEEPALIVE = 2, 3, 4, 6, 7, 8, 9
SO_PASSCRED, SO_PEERCRED, SO_ACCEPTCONN, SO_PROTOCOL, SO_DOMAIN = 16, 17, 30, 38, 39
LEAST = {SO_SNDBUF: 4608, SO_RCVBUF: 2304}
KEPT = {SO_REUSEADDR: 0, SO_BROADCAST: 0, SO_KEEPALIVE: 0, SO_SNDBUF: 212992, SO_RCVBUF: 212992}


# option -> (which limit, whether it is a struct timeval of longs)
TIMEOUTS = {
    20: ("receive_limit", True),
    21: ("send_limit", True),
    66: ("receive_limit", False),
    67: ("send_limit", False),
}
FOREVER = 1 << 31  # seconds from which a limit is none


def timeval(kernel: Kernel, name: int) -> struct.Struct:
    """As long as the option's name says."""
    return struct.Struct("<ii" if TIMEOUTS[name][1] and kernel.xlen == 32 else "<qq")


def set_timeout(kernel: Kernel, task: Task, socket: Socket, name: int, value: int, length: int) -> int:
    """SO_RCVTIMEO and SO_SNDTIMEO: 0 is no limit, a negative time the shortest. EINVAL EDOM."""
    layout = timeval(kernel, name)
    if length < layout.size:
        return -EINVAL
    seconds, micros = layout.unpack(copy_from_user(task.mm, value, layout.size))
    if not 0 <= micros < 1_000_000:
        return -EDOM
    nanoseconds = 1 if seconds < 0 else seconds * NSEC_PER_SEC + micros * 1000 if seconds < FOREVER else 0
    setattr(socket, TIMEOUTS[name][0], kernel.cycles_of(nanoseconds))
    return 0


def timeout_of(kernel: Kernel, socket: Socket, name: int) -> bytes:
    """SO_RCVTIMEO, SO_SNDTIMEO as a struct timeval; 0: for ever."""
    micros = kernel.nanoseconds(getattr(socket, TIMEOUTS[name][0])) // 1000
    return timeval(kernel, name).pack(micros // 1_000_000, micros % 1_000_000)


@syscall("setsockopt")
def sys_setsockopt(kernel: Kernel, task: Task, fd: Int, level: Int, name: Int, value: Addr, length: Int) -> int:
    socket, _ = socket_of(task, fd)
    if level != SOL_SOCKET:
        return -EOPNOTSUPP
    if length < 4:
        return -EINVAL
    if name in TIMEOUTS:
        return set_timeout(kernel, task, socket, name, value, length)
    number = get_user(task.mm, value, 4, True)
    if name == SO_PASSCRED:
        socket.passcred = bool(number)
    elif name in (SO_SNDBUF, SO_RCVBUF):
        socket.options[name] = max(LEAST[name], 2 * min(max(number, 0), KEPT[name]))
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
    data = timeout_of(kernel, socket, name) if name in TIMEOUTS else option(socket, name)
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
