"""Breakpoints and watchpoints that gdb sets: Z and z, types 0 to 4. They stand in the session's own list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.debug.control.breaks import ACCESS, BREAK, READ, WATCH, WRITE

if TYPE_CHECKING:
    from emu.debug.gdb.stub import Stub

WATCHES = {2: WRITE, 3: READ, 4: ACCESS}
WORDS = {WRITE: b"watch", READ: b"rwatch", ACCESS: b"awatch"}


def parse(rest: bytes) -> tuple[int, int, int]:
    """TYPE,ADDRESS,KIND; conditions and commands behind ; are gdb's own business."""
    kind, va, size = rest.partition(b";")[0].split(b",")
    return int(kind), int(va, 16), int(size, 16)


def insert(stub: Stub, rest: bytes) -> bytes:
    """Z"""
    point = kind, va, size = parse(rest)
    if kind > 4:
        return b""
    if point in stub.points:
        return b"OK"
    session = stub.session
    task = session.kernel.tasks.get(stub.pid)
    pid = task.tgid if task is not None else None
    if kind in WATCHES:
        row = session.breaks.add(WATCH, f"*{va:#x}", low=va, high=va + max(size, 1), access=WATCHES[kind], pid=pid)
    else:
        row = session.breaks.add(BREAK, f"*{va:#x}", addresses=[va], pid=pid)
    stub.points[point] = row.number
    return b"OK"


def remove(stub: Stub, rest: bytes) -> bytes:
    """z"""
    number = stub.points.pop(parse(rest), None)
    if number in stub.session.breaks.rows:
        stub.session.breaks.remove(stub.session.breaks.rows[number])
    return b"OK"


def clear(stub: Stub) -> None:
    """All that this connection set."""
    for number in stub.points.values():
        if number in stub.session.breaks.rows:
            stub.session.breaks.remove(stub.session.breaks.rows[number])
    stub.points.clear()


HANDLERS = {b"Z": insert, b"z": remove}
