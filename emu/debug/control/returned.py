"""What a function has returned: its type is in the debug information, its place in the calling convention (psABI)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.debug.source.spelling import spell
from emu.debug.source.types import Type
from emu.isa.abi import A0, A1

if TYPE_CHECKING:
    from emu.debug.control.registers import Registers
    from emu.debug.session import Session
    from emu.debug.source.variables import Function

FLOAT = 4  # DW_ATE_float
FLOAT_ABI = 6  # e_flags: a mask of what is passed in f registers: single, double, quad


def type_of(session: Session, function: Function | None) -> Type | None:
    """What a function returns, None if nobody knows."""
    return None if function is None else session.program.debug.returned_by(function)


def result(session: Session, kind: Type | None) -> dict[str, Any]:
    """value: a0; type and text, as far as the type is known. Nothing for void."""
    if kind is None:
        return {"value": session.registers().x[A0]}
    if kind.kind == "void":
        return {}
    found: dict[str, Any] = {"value": session.registers().x[A0], "type": kind.name}
    word = session.machine.xlen // 8
    if kind.is_scalar and 0 < kind.size <= 2 * word:
        found["text"] = spell(kind, place(session, kind, session.registers(), word), session.read)
    return found


def place(session: Session, kind: Type, registers: Registers, word: int) -> bytes:
    """The bytes of a scalar: in fa0, or in a0 and a1."""
    elf = session.program.elf
    if kind.kind == "base" and kind.encoding == FLOAT and kind.size <= 8 and elf and elf["e_flags"] & FLOAT_ABI:
        return registers.f[A0].to_bytes(8, "little")[: kind.size]
    return b"".join(registers.x[n].to_bytes(word, "little") for n in (A0, A1))[: kind.size]
