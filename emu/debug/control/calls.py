"""Calls as instructions: which one stands at an address, where it returns to, where the callee's body begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.debug.control.prologue import operand
from emu.isa.insns import decode

if TYPE_CHECKING:
    from emu.debug.session import Session

LINKS = (1, 5)  # ra and t0, as the calling convention has it


def instruction(session: Session, pc: int) -> Any:
    """(decoded instruction, its length) at an address, or None."""
    low = session.read(pc, 2)
    if low is None:
        return None
    if low[0] & 3 != 3:
        word, size = int.from_bytes(low, "little"), 2
    else:
        whole = session.read(pc, 4)
        if whole is None:
            return None
        word, size = int.from_bytes(whole, "little"), 4
    found = decode(word, session.machine.xlen)
    return None if found is None else (found, size)


def call_at(session: Session, pc: int) -> int | None:
    """Where the call that stands at an address returns to; None if it is none."""
    found = instruction(session, pc)
    if found is None:
        return None
    insn, size = found
    name = insn.insn.name
    if name in ("c.jal", "c.jalr"):
        return pc + size
    if name in ("jal", "jalr") and operand(insn.operands, "rd", 0) in LINKS:
        return pc + size
    return None


def call_sites(session: Session, pc: int) -> list[int]:
    """Where the call stands that returns to an address: at most one place, unless instructions overlap."""
    return [at for at in (pc - 4, pc - 2) if call_at(session, at) == pc]


def is_return(session: Session, pc: int) -> bool:
    """Whether a return stands at an address."""
    found = instruction(session, pc)
    if found is None:
        return False
    insn, _ = found
    name, rs1 = insn.insn.name, operand(insn.operands, "rs1", 0)
    return rs1 in LINKS and (name == "c.jr" or (name == "jalr" and operand(insn.operands, "rd", 1) == 0))


def body_of(session: Session, pc: int) -> int | None:
    """Where `step` stops in a function that was just entered: behind its prologue; None if its source is not known."""
    line = session.source(pc)
    if line is None:
        return None
    if session.files.roots and session.source_lines(line[0]) is None:
        return None
    symbol = session.program.symbols.at(pc)
    if symbol is None or symbol.start != pc:
        return pc
    return session.program.body(pc) or pc
