"""Memory as bytes: readMemory, writeMemory."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from emu.debug.control import alter, memory
from emu.debug.dap.given import reference, whole
from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.dap.adapter import Adapter

MOST_BYTES = 1 << 20


def read_memory(adapter: Adapter, arguments: dict[str, Any]) -> dict[str, Any]:
    """Bytes, as many as are mapped from the first on."""
    at = reference(arguments)
    wanted, data = min(whole(arguments, "count"), MOST_BYTES), bytearray()
    if wanted < 0:
        raise EmuError(f"{wanted} bytes can't be read")
    for address, _, size in memory.pieces(at, wanted):
        part = adapter.session.read(address, size)
        if part is None:
            break
        data += part
    answer: dict[str, Any] = {"address": hex(at), "data": base64.b64encode(data).decode()}
    return answer | ({"unreadableBytes": wanted - len(data)} if len(data) < wanted else {})


def write_memory(adapter: Adapter, arguments: dict[str, Any]) -> dict[str, Any]:
    """Store bytes."""
    at = reference(arguments)
    try:
        data = base64.b64decode(arguments["data"], validate=True)
    except (KeyError, TypeError, ValueError):
        raise EmuError("data must be bytes in base64") from None
    alter.write(adapter.session, adapter.session.pid, at, data)
    return {"bytesWritten": len(data)}
