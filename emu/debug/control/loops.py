"""Code that goes round within one line: it is run up to where it can be left, not stepped through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.debug.control import calls
from emu.isa.formats import FIELDS

if TYPE_CHECKING:
    from emu.debug.session import Session

PATIENCE = 64  # instructions of one line that are stepped through before it is looked at as a whole
LARGEST = 4096  # bytes of code
LEAVE = frozenset(("jalr", "c.jr", "c.jalr", "ecall", "ebreak", "c.ebreak"))


def exits(session: Session, low: int, high: int) -> list[int]:
    """Where code in low … high - 1 hands over: calls, returns and traps in it, and what it may jump to outside."""
    found, at = set(), low
    end = min(high, low + LARGEST)
    while at < end:
        decoded = calls.instruction(session, at)
        if decoded is None:
            break
        insn, size = decoded
        if insn.insn.name in LEAVE or calls.call_at(session, at) is not None:
            found.add(at)
        elif (target := jump(insn.operands, at)) is not None and not low <= target < end:
            found.add(target & session.kernel.xlen_mask)
        at += size
    return sorted({*found, at})


def jump(operands: dict[str, int], at: int) -> int | None:
    """Where a branch or a plain jump leads, None for anything else."""
    return next((at + value for name, value in operands.items() if FIELDS[name].kind == "pcrel"), None)
