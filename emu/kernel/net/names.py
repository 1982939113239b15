"""Addresses of local sockets: a path, a name in the abstract namespace (first byte 0), or none (unix(7))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EADDRINUSE, ECONNREFUSED, EINVAL, EPERM, EPROTOTYPE, Errno
from emu.kernel.fs.directory import Directory
from emu.kernel.fs.inode import S_IFSOCK, Inode, SuperBlock
from emu.kernel.fs.permission import MAY_WRITE, cred_of, may_create, own, permission
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user, get_user, put_user

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.net.unix import Socket
    from emu.kernel.task import Task

AF_UNIX = 1
SUN_PATH = 108
FAMILY = AF_UNIX.to_bytes(2, "little")


class SocketNode(Inode):
    """A socket's name in a directory; what it leads to ends with the socket."""

    def __init__(self, sb: SuperBlock, mode: int) -> None:
        super().__init__(sb, S_IFSOCK | mode)
        self.socket: Socket | None = None


class UnixNames:
    """All names of sockets that are in use."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.abstract: dict[bytes, Socket] = {}
        self.nodes: dict[Socket, SocketNode] = {}

    def bind(self, task: Task, socket: Socket, name: bytes) -> None:
        """EADDRINUSE EINVAL and what making a file may raise."""
        if name[:1] not in (b"", b"\0"):
            self.make_node(task, socket, name.split(b"\0")[0])
        elif socket.address is not None:
            raise Errno(EINVAL)
        else:
            name = name or self.automatic()
            if name in self.abstract:
                raise Errno(EADDRINUSE)
            self.abstract[name] = socket
        socket.address = name

    def make_node(self, task: Task, socket: Socket, path: bytes) -> None:
        """A file of the kind socket."""
        found = self.kernel.fs.walk(task.fs.cwd, path, False)
        if found.inode is not None:
            raise Errno(EADDRINUSE)
        if not isinstance(found.parent, Directory) or found.parent.make_file is None:
            raise Errno(EPERM)
        if socket.address is not None:
            raise Errno(EINVAL)
        node = SocketNode(found.parent.sb, 0o777 & ~task.fs.umask)
        may_create(cred_of(task), found.parent)
        found.parent.add(found.name, node)
        own(cred_of(task), found.parent, node)
        node.socket = socket
        self.nodes[socket] = node

    def automatic(self) -> bytes:
        """Autobind: five hexadecimal digits in the abstract namespace that are free."""
        number = 0
        while (name := b"\0%05x" % number) in self.abstract:
            number += 1
        return name

    def find(self, task: Task, name: bytes, kind: int) -> Socket:
        """The socket behind an address. ECONNREFUSED EPROTOTYPE ENOENT …"""
        if name[:1] == b"\0":
            found = self.abstract.get(name)
        else:
            node = self.kernel.fs.lookup(task.fs.cwd, name.split(b"\0")[0])
            permission(cred_of(task), node, MAY_WRITE)
            found = node.socket if isinstance(node, SocketNode) else None
        if found is None or found.dead:
            raise Errno(ECONNREFUSED)
        if found.type != kind:
            raise Errno(EPROTOTYPE)
        return found

    def forget(self, socket: Socket) -> None:
        """The socket is gone; a path stays, and leads nowhere."""
        if socket.address is not None and self.abstract.get(socket.address) is socket:
            del self.abstract[socket.address]
        node = self.nodes.pop(socket, None)
        if node is not None:
            node.socket = None


def read_address(task: Task, addr: int, length: int) -> bytes:
    """struct sockaddr_un without its family; b"" has no name. EINVAL EFAULT."""
    if not 2 <= length <= 2 + SUN_PATH:
        raise Errno(EINVAL)
    data = copy_from_user(task.mm, addr, length)
    if data[:2] != FAMILY:
        raise Errno(EINVAL)
    return data[2:]


def write_address(task: Task, addr: int, length_at: int, name: bytes | None, sender: bool = False) -> None:
    """Hand out an address: as much as there is room for, and its true length. EFAULT EINVAL.

    sender: of a message; one without a name has no address at all.
    """
    room = get_user(task.mm, length_at, 4, True)
    if room < 0:
        raise Errno(EINVAL)
    data = address_bytes(name) if name or not sender else b""
    copy_to_user(task.mm, addr, data[:room])
    put_user(task.mm, length_at, len(data), 4)


def address_bytes(name: bytes | None) -> bytes:
    """struct sockaddr_un; a path ends with a NUL."""
    if not name:
        return FAMILY
    return FAMILY + (name if name[0] == 0 else name.split(b"\0")[0] + b"\0")
