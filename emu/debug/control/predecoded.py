"""What a hart will execute, where that is not what memory holds: code that was changed without fence.i.

The machine decodes an instruction when it is first executed, and keeps that until fence.i (emu.machine.decode), as
the manual allows ("Zifencei"). Whoever shows the bytes of such a place has to say so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from emu.isa.abi import X_NAMES
from emu.isa.paging import PTE_V

if TYPE_CHECKING:
    from emu.debug.session import Session

LOADS = ("LB", "LH", "LW", "C_LW", "LBU", "LHU", "LWU", "FLW", "C_FLW", "LD", "C_LD")  # rs2: cycles of a stall
HALVED = ("JAL", "C_JAL", "BEQ", "C_BEQ", "BNE", "C_BNE", "BLT", "BGE", "BLTU", "BGEU")  # imm: in halfwords
FIELDS = ("rd", "rs1", "rs2", "imm")
MOST_WORDS = 100_000
KNOWN: WeakKeyDictionary[Any, dict[int, Decoded]] = WeakKeyDictionary()


class Decoded(NamedTuple):
    """An operation of the machine (`SW`, `C_ADDI`), with the numbers of its registers and its constant."""

    name: str
    rd: int
    rs1: int
    rs2: int
    imm: int

    def spell(self) -> str:
        """`sw rs1 sp, rs2 a0, imm 8`."""
        named = zip(FIELDS, self[1:4], strict=False)
        used = [f"{name} {X_NAMES[number]}" for name, number in named if 0 < number < len(X_NAMES)]
        return ", ".join([f"{self.name.lower().replace('_', '.')}", *used, f"imm {self.imm}"])


def record(machine: Any, mm: Any, va: int) -> Decoded | None:
    """What the machine has decoded at an address of a process; None if nothing, or a breakpoint, is there."""
    from emu.machine.ops import NAMES
    from emu.machine.state import SLOTS

    pte = mm.entry(va) if mm is not None and 0 <= va < mm.task_size else 0
    if not pte & PTE_V or va & 4095 == 4094:
        return None
    state = machine.state
    page = int(state.code_slot[pte >> 10])
    row = state.code[page * SLOTS + (va & 4095) // 2] if page else None
    name = NAMES[int(row["op"])] if row is not None else "UNDECODED"
    if name in ("UNDECODED", "BREAKPOINT"):
        return None
    rd, rs1, rs2, imm = (int(row[field]) for field in FIELDS)
    return Decoded(name, rd, rs1, 0 if name in LOADS else rs2, imm)


def of_word(machine: Any, word: int) -> Decoded:
    """What it would decode an instruction to."""
    known = KNOWN.setdefault(machine, {})
    if word not in known:
        if len(known) >= MOST_WORDS:
            known.clear()
        known[word] = by_table(machine, word)
    return known[word]


def by_table(machine: Any, word: int) -> Decoded:
    """The same, from the machine's own table of instructions."""
    from emu.machine.ops import NAMES
    from emu.machine.state import ZERO_SINK

    rows = machine.state.row
    found = np.flatnonzero((word & rows["mask"]) == rows["match"])
    rows = [row for row in rows[found] if row["mask"] and not is_reserved(row, word)]
    if not rows or NAMES[int(rows[0]["op"])] == "ILLEGAL":
        return Decoded("ILLEGAL", 0, 0, 0, word)
    row, name = rows[0], NAMES[int(rows[0]["op"])]
    rd, rs1, rs2, imm = (operand(row, k, word) for k in range(4))
    imm = imm >> 1 if name in HALVED else int(row["latency"]) or imm
    return Decoded(name, rd or ZERO_SINK, rs1, 0 if name in LOADS else rs2, imm)


def is_reserved(row: Any, word: int) -> bool:
    """Whether an operand has a value that the manual reserves."""
    return any(mask and word & int(mask) == int(value) for mask, value in row["reject"])


def operand(row: Any, k: int, word: int) -> int:
    """Operand k of an instruction word, as emu.machine.decode has it."""
    segments = row["seg"][k][: int(row["count"][k])].tolist()
    value = sum(((word >> shift) & mask) << to for shift, mask, to in segments)
    top = 1 << int(row["sign"][k]) - 1 if row["sign"][k] else 0
    return ((value ^ top) - top if top else value) + int(row["const"][k])


def next_at(session: Session, va: int) -> Decoded | None:
    """What will be executed at an address: what is decoded already, else what memory holds."""
    held = record(session.machine, session.mm, va)
    data = session.read(va, 4) or session.read(va, 2)
    if held is not None or data is None:
        return held
    return of_word(session.machine, int.from_bytes(data if data[0] & 3 == 3 else data[:2], "little"))


def stale(machine: Any, mm: Any, va: int, word: int) -> Decoded | None:
    """What runs instead of the instruction that memory holds at an address; None where that is what runs."""
    held = record(machine, mm, va)
    if held is None:
        return None
    fresh = of_word(machine, word)
    plain = fresh if held.name != "FLOAT" else fresh._replace(name="FLOAT")  # the same, with a rounding mode of its own
    return None if held == plain or held.name == fresh.name == "ILLEGAL" else held
