"""Registers and memory of the chosen thread: g G p P m M x X. Hexadecimal, registers in the guest's byte order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.debug.control import alter, memory, registers
from emu.debug.gdb.packet import escape, unescape
from emu.debug.gdb.target import CSRS, FIRST_CSR, FP_CSRS, Register
from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.control.registers import Registers
    from emu.debug.gdb.stub import Stub

PC, FIRST_FLOAT = 32, 33
LARGEST = 0x1F00
FLAGS, ROUNDING = 0x1F, 0xE0


def value_of(stub: Stub, row: Register, held: Registers) -> int:
    """What a register holds, without sign."""
    if row.number < PC:
        return held.x[row.number]
    if row.number == PC:
        return held.pc
    if row.number < FIRST_CSR:
        return held.f[row.number - FIRST_FLOAT]
    if row.name in FP_CSRS:
        return {"fflags": held.fcsr & FLAGS, "frm": held.fcsr >> 5 & 7, "fcsr": held.fcsr & 0xFF}[row.name]
    hart = stub.session.machine.harts[stub.session.hart if held.hart is None else held.hart]
    return {"cycle": hart.cycle, "time": hart.cycle, "instret": hart.instret, "satp": hart.satp}[row.name]


def spelled(stub: Stub, row: Register, held: Registers | None = None) -> bytes:
    """A register as the protocol writes it; held: those of the thread, where they are at hand."""
    size = row.bits // 8
    held = held or stub.session.registers(stub.pid)
    return (value_of(stub, row, held) & ((1 << row.bits) - 1)).to_bytes(size, "little").hex().encode()


def set_value(stub: Stub, row: Register, text: bytes) -> None:
    """Set a register. EmuError for those that can't be."""
    session, value = stub.session, int.from_bytes(bytes.fromhex(text.decode("ascii")), "little")
    name = {"fp": "s0"}.get(row.name, row.name)
    if name in CSRS:
        raise EmuError(f"{name} can't be written")
    if name in FP_CSRS:
        fcsr = session.registers(stub.pid).fcsr
        value = {"fflags": fcsr & ROUNDING | value & FLAGS, "frm": fcsr & FLAGS | (value & 7) << 5, "fcsr": value}[name]
        name = "fcsr"
    pid = stub.pid
    alter.intervene(
        session, lambda: registers.put(session.kernel, session.kernel.tasks.get(pid), session.hart, name, value)
    )


def find(stub: Stub, number: int) -> Register:
    """By gdb's number; KeyError if there is none."""
    return next((row for row in stub.registers if row.number == number), None) or {}[number]


def read_all(stub: Stub, rest: bytes) -> bytes:
    """g: the general registers, pc and the floating-point registers; gdb asks for the others one by one."""
    held = stub.session.registers(stub.pid)
    return b"".join(spelled(stub, row, held) for row in stub.registers if row.number < FIRST_CSR)


def write_all(stub: Stub, rest: bytes) -> bytes:
    """G: as many of them as are given; those that stay the same are left alone."""
    at = 0
    for row in stub.registers:
        part = rest[at : at + row.bits // 4]
        at += len(part)
        if part and row.number and part.lower() != spelled(stub, row):
            set_value(stub, row, part)
    return b"OK"


def read_one(stub: Stub, rest: bytes) -> bytes:
    """p NUMBER"""
    return spelled(stub, find(stub, int(rest, 16)))


def write_one(stub: Stub, rest: bytes) -> bytes:
    """P NUMBER=VALUE"""
    number, _, text = rest.partition(b"=")
    set_value(stub, find(stub, int(number, 16)), text)
    return b"OK"


def readable(stub: Stub, va: int, size: int) -> bytes:
    """As many of the bytes as are mapped, from the first on; EmuError if there is none."""
    found = bytearray()
    for at, _, length in memory.pieces(va, min(size, LARGEST)):
        part = stub.session.read(at, length, stub.pid)
        if part is None:
            break
        found += part
    if size and not found:
        raise ValueError("nothing is mapped there")
    return bytes(found)


def read_memory(stub: Stub, rest: bytes) -> bytes:
    """m ADDRESS,LENGTH"""
    va, size = (int(word, 16) for word in rest.split(b","))
    return readable(stub, va, size).hex().encode()


def read_binary(stub: Stub, rest: bytes) -> bytes:
    """x ADDRESS,LENGTH: the same, in binary."""
    va, size = (int(word, 16) for word in rest.split(b","))
    return b"b" + escape(readable(stub, va, size)) if size else b"OK"


def put(stub: Stub, va: int, data: bytes) -> bytes:
    """Store bytes in the process's memory, as an act of the user's."""
    if data:
        alter.write(stub.session, stub.pid, va, data)
    return b"OK"


def write_memory(stub: Stub, rest: bytes) -> bytes:
    """M ADDRESS,LENGTH:HEX"""
    where, _, text = rest.partition(b":")
    return put(stub, int(where.split(b",")[0], 16), bytes.fromhex(text.decode("ascii")))


def write_binary(stub: Stub, rest: bytes) -> bytes:
    """X ADDRESS,LENGTH:BINARY"""
    where, _, data = rest.partition(b":")
    return put(stub, int(where.split(b",")[0], 16), unescape(data))


HANDLERS = {
    b"g": read_all,
    b"G": write_all,
    b"p": read_one,
    b"P": write_one,
    b"m": read_memory,
    b"x": read_binary,
    b"M": write_memory,
    b"X": write_binary,
}
