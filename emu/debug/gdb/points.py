"""Breakpoints and watchpoints that gdb sets: Z and z, types 0 to 4. They stand in the session's own list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.debug.control.breaks import ACCESS, BREAK, READ, WATCH, WRITE

if TYPE_CHECKING:
    from emu.debug.gdb.stub import Stub

WATCHES = {2: WRITE, 3: READ, 4: ACCESS}
WORDS = {WRITE: b"watch", READ: b"rwatch", ACCESS: b"awatch"}


def parse(stub: Stub, rest: bytes) -> tuple[int, int, int, int]:
    """(process, type, address, kind) of TYPE,ADDRESS,KIND; conditions and commands behind ; are gdb's own business."""
    kind, va, size = rest.partition(b";")[0].split(b",")
    return stub.tgid(stub.pid), int(kind), int(va, 16), int(size, 16)


def insert(stub: Stub, rest: bytes) -> bytes:
    """Z"""
    point = pid, kind, va, size = parse(stub, rest)
    if kind > 4:
        return b""
    if point in stub.points:
        return b"OK"
    session = stub.session
    if kind in WATCHES:
        row = session.breaks.add(WATCH, f"*{va:#x}", low=va, high=va + max(size, 1), access=WATCHES[kind], pid=pid)
    else:
        row = session.breaks.add(BREAK, f"*{va:#x}", addresses=[va], pid=pid)
    stub.points[point] = row.number
    return b"OK"


def remove(stub: Stub, rest: bytes) -> bytes:
    """z"""
    take_out(stub, parse(stub, rest))
    return b"OK"


def take_out(stub: Stub, point: tuple[int, int, int, int]) -> None:
    """One that this connection set, if it did."""
    row = stub.session.breaks.rows.get(stub.points.pop(point, 0))
    if row is not None:
        stub.session.breaks.remove(row)


def clear(stub: Stub, tgid: int | None = None) -> None:
    """All that this connection set, in one process or in all."""
    for point in [point for point in stub.points if tgid in (None, point[0])]:
        take_out(stub, point)


HANDLERS = {b"Z": insert, b"z": remove}
