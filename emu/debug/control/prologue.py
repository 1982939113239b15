"""What a function without frame information did to sp and where it saved ra: found by reading its instructions.

From the function's first instruction to pc, as they lie: changes of sp by constants, and stores of registers relative
to sp. After a return or a jump away in between, the state is again what it was when the frame was largest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emu.isa.abi import RA, SP
from emu.isa.insns import decode

if TYPE_CHECKING:
    from emu.debug.control.frames import Frame
    from emu.debug.session import Session
    from emu.debug.source.symbols import Symbol

MOST_BYTES = 4096
STORES = {"sd": 8, "sw": 4, "c.sdsp": 8, "c.swsp": 4}
LOADS = frozenset(("ld", "lw", "c.ldsp", "c.lwsp"))
ADDS = frozenset(("addi", "c.addi", "c.addi16sp"))


@dataclass(slots=True)
class State:
    """How far sp is below the caller's, and at which distance below that each register was saved."""

    depth: int = 0
    saved: dict[int, int] = field(default_factory=dict)

    def copy(self) -> State:
        return State(self.depth, dict(self.saved))


def unwind(session: Session, frame: Frame) -> dict[int, int] | None:
    """The caller's registers, RA being its pc; None where the function is unknown or ra is nowhere."""
    symbol = session.function_symbol(frame.lookup_pc)
    if symbol is None or frame.pc - symbol.start > MOST_BYTES:
        return None
    code = session.read(symbol.start, frame.pc - symbol.start)
    state = scan(code, session.machine.xlen) if code is not None else None
    if state is None or SP not in frame.registers:
        return None
    caller_sp = frame.registers[SP] + state.depth
    registers = {**frame.registers, SP: caller_sp}
    for number, below in state.saved.items():
        value = session.load_word(caller_sp - below)
        if value is None:
            return None
        registers[number] = value
    if RA not in state.saved and (frame.how != "innermost" or inside(session, symbol, frame.registers.get(RA, 0))):
        return None  # a function that called others, and has not saved ra: it is lost
    return registers


def inside(session: Session, symbol: Symbol, ra: int) -> bool:
    """Whether ra leads into the function itself: what is left of a call that it made."""
    return symbol.start < ra <= session.program.symbols.end(symbol)


def scan(code: bytes, xlen: int) -> State | None:
    """The state behind these instructions; None if they do something to sp that can't be followed."""
    state, largest, at = State(), State(), 0
    while at + 2 <= len(code):
        word = int.from_bytes(code[at : at + 4], "little")
        size = 4 if word & 3 == 3 else 2
        found = decode(word if size == 4 else word & 0xFFFF, xlen)
        at += size
        if found is None:
            continue
        if not _follow(found.insn.name, found.operands, state):
            return None
        if state.depth > largest.depth or len(state.saved) > len(largest.saved):
            largest = state.copy()
        if _leaves(found.insn.name, found.operands):
            state = largest.copy()
    return state


def _follow(name: str, operands: dict[str, int], state: State) -> bool:
    """One instruction; False if sp is no longer known."""
    rd, rs1 = operand(operands, "rd", SP), operand(operands, "rs1", SP)
    if name in ADDS and rd == SP:
        if rs1 != SP:
            return False
        state.depth -= immediate(operands)
        if state.depth <= 0:
            state.depth, state.saved = 0, {}
    elif name in STORES and rs1 == SP:
        number = operand(operands, "rs2", 0)
        if number and number not in state.saved:
            state.saved[number] = state.depth - immediate(operands)
    elif name in LOADS and rs1 == SP:
        state.saved.pop(rd, None)
    return True


def operand(operands: dict[str, int], role: str, otherwise: int) -> int:
    """A register operand by its role: fields are named like rs2, rs2_c, rd_n0."""
    return next((value for name, value in operands.items() if name.partition("_")[0] == role), otherwise)


def immediate(operands: dict[str, int]) -> int:
    """The one operand that is no register."""
    registers = ("rd", "rs1", "rs2", "rs3")
    return next((value for name, value in operands.items() if name.partition("_")[0] not in registers), 0)


def _leaves(name: str, operands: dict[str, int]) -> bool:
    """Whether control does not come to the next instruction."""
    if name in ("c.jr", "c.j"):
        return True
    return name in ("jalr", "jal") and operands.get("rd") == 0
