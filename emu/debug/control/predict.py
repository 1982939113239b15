"""What a store is about to do to a watched range, told from its registers: going back, an access must not be made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.debug.control import predecoded
from emu.debug.control.breaks import Break

if TYPE_CHECKING:
    from emu.debug.session import Session

SIZES = {"SB": 1, "SH": 2, "SW": 4, "C_SW": 4, "SD": 8, "C_SD": 8}


def after_store(session: Session, hart: int, row: Break, va: int, old: bytes | None) -> bytes | None:
    """The bytes of the range after the plain store at the hart's pc; None where that can't be told (atomics)."""
    cells = session.machine.harts[hart]
    found = predecoded.next_at(session, cells.pc & session.kernel.xlen_mask)
    if found is None or old is None or row.physical or found.name not in SIZES:
        return None
    size = SIZES[found.name]
    data = (cells.x[found.rs2] & (1 << 8 * size) - 1).to_bytes(size, "little")
    new = bytearray(old)
    for k in range(size):
        if row.low <= va + k < row.high:
            new[va + k - row.low] = data[k]
    return bytes(new)


def detail(row: Break, va: int, store: bool, old: bytes | None, new: bytes | None, pc: int) -> dict[str, Any]:
    """What is told of a watchpoint: values as numbers, None where unknown."""
    values = [None if data is None else int.from_bytes(data, "little") for data in (old, new)]
    access = "write" if store else "read"
    return {"access": access, "address": va, "low": row.low, "old": values[0], "new": values[1], "by": pc}
