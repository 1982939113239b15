"""What memory an instruction touches: the kind of access, its address and its size, from the registers before it."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from emu.isa.insns import Decoded, decode, expand

SIZES = {"b": 1, "h": 2, "w": 4, "d": 8, "bu": 1, "hu": 2, "wu": 4}
LOADS = {f"l{suffix}": size for suffix, size in SIZES.items()} | {"flw": 4, "fld": 8}
STORES = {f"s{suffix}": SIZES[suffix] for suffix in "bhwd"} | {"fsw": 4, "fsd": 8}


class Access(NamedTuple):
    """`kind` is read or write (an AMO is a write); `va` as the register's width has it."""

    kind: str
    va: int
    size: int


@lru_cache(4096)
def base_of(word: int, xlen: int) -> Decoded | None:
    """The instruction, a compressed one as the one it stands for."""
    decoded = decode(word, xlen)
    return expand(decoded, xlen) if decoded is not None else None


def of(word: int, xlen: int, x: list[int]) -> Access | None:
    """The access of a load, store or atomic; None for everything else."""
    decoded = base_of(word, xlen)
    if decoded is None:
        return None
    name, keep = decoded.insn.name, (1 << xlen) - 1
    operands = {field.role: decoded.operands[field.name] for field in decoded.insn.fields}
    if name in LOADS or name in STORES:
        va = (x[operands["rs1"]] + operands["imm"]) & keep
        return Access("read" if name in LOADS else "write", va, LOADS.get(name) or STORES[name])
    if name.startswith(("lr.", "sc.", "amo")):
        size = 8 if name.split(".")[1] == "d" else 4
        return Access("read" if name.startswith("lr.") else "write", x[operands["rs1"]] & keep, size)
    return None
