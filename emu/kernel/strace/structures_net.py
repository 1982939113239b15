"""Kinds that point to socket addresses and messages (unix(7), ip(7), recvmsg(2))."""

from __future__ import annotations

import struct as packing
from typing import TYPE_CHECKING

from emu.kernel.net.names import AF_UNIX
from emu.kernel.strace import flags
from emu.kernel.strace.structures import fields, pointer
from emu.kernel.strace.structures_io import iovec_text
from emu.kernel.strace.text import address, listed, quoted, struct
from emu.kernel.strace.values import signed

if TYPE_CHECKING:
    from emu.kernel.strace.call import Call

AF_INET = 2


def sockaddr_text(call: Call, addr: int, length: int) -> str | None:
    """A socket address of any family."""
    data = call.peek(addr, min(max(length, 0), 128))
    if data is None:
        return None
    if len(data) < 2:
        return address(addr)
    family = int.from_bytes(data[:2], "little")
    return "{" + ", ".join([f"sa_family={flags.names('AF', family)}", *rest_of(family, data)]) + "}"


def rest_of(family: int, data: bytes) -> list[str]:
    """What follows the family."""
    if family == AF_UNIX:
        name = data[2:]
        if not name:
            return []
        return [
            f"sun_path=@{quoted(name[1:], 108)}" if name[0] == 0 else f"sun_path={quoted(name.split(bytes(1))[0], 108)}"
        ]
    if family == AF_INET and len(data) >= 8:
        port = packing.unpack(">H", data[2:4])[0]
        return [f"sin_port=htons({port})", f'sin_addr=inet_addr("{".".join(map(str, data[4:8]))}")']
    return [f"sa_data={quoted(data[2:])}"]


@pointer
def sockaddr(call: Call, value: int) -> str | None:
    return sockaddr_text(call, value, signed(call.following))


@pointer
def sockaddr_p(call: Call, value: int) -> str | None:
    """An address that the kernel wrote; its length is behind the next pointer."""
    length = fields(call, call.following, "i") if call.following else None
    return address(value) if length is None else sockaddr_text(call, value, length[0])


@pointer
def msghdr(call: Call, value: int) -> str | None:
    """struct msghdr with its pieces and what descriptors it carries."""
    code = "PI4xPPPPi" if call.xlen == 64 else "IIIIIIi"
    found = fields(call, value, code)
    if found is None:
        return None
    name, namelen, iov, iovlen, control, controllen, mflags = found
    moved = max(call.result or 0, 0) if call.parameter.out else None
    pieces = iovec_text(call, iov, iovlen, moved) or address(iov)
    sender = (sockaddr_text(call, name, namelen) or address(name)) if name else "NULL"
    parts = {"msg_name": sender, "msg_namelen": namelen, "msg_iov": pieces, "msg_iovlen": iovlen}
    if control and controllen:
        parts["msg_control"] = control_text(call, control, controllen)
    return struct(**parts, msg_controllen=controllen, msg_flags=flags.names("MSG", mflags & 0xFFFFFFFF))


def control_text(call: Call, addr: int, length: int) -> str:
    """The first control message; SCM_RIGHTS with its descriptors."""
    head = fields(call, addr, "Pii")
    if head is None or head[1:] != (1, 1):
        return address(addr)
    start = (4 + 4 + call.word_size + call.word_size - 1) & -call.word_size
    count = min((head[0] - start) // 4, 253) if head[0] <= length else 0
    numbers = fields(call, addr + start, f"{max(count, 0)}i") or ()
    inner = struct(
        cmsg_len=head[0], cmsg_level="SOL_SOCKET", cmsg_type="SCM_RIGHTS", cmsg_data=listed(map(str, numbers))
    )
    return listed([inner])
