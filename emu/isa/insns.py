"""THE table of instructions: encoder, decoder, assembler syntax, disassembler, help, docs and machine derive from it.

The rows themselves are in `emu/isa/tables/`; `emu.isa.rows` says how to read them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from emu.isa.formats import FIELDS, EncodeError, Field
from emu.isa.rows import Insn, parse_rows
from emu.isa.tables import atomic, base, bits, compressed, floating, muldiv, system
from emu.isa.text import constant

XLENS = (32, 64)
ORDERINGS = {"": (0, 0), ".aq": (1, 0), ".rl": (0, 1), ".aqrl": (1, 1)}  # name suffix -> aq, rl


class Decoded(NamedTuple):
    """An instruction with its operand values by field name: numbers of registers and CSRs, architectural immediates."""

    insn: Insn
    operands: dict[str, int]

    @property
    def mnemonic(self) -> str:
        """The name with its ordering suffix: 'amoadd.w.aqrl'."""
        order = self.operands.get("aq", 0), self.operands.get("rl", 0)
        return self.insn.name + next(suffix for suffix, value in ORDERINGS.items() if value == order)


INSNS: tuple[Insn, ...] = tuple(
    insn for part in (base, muldiv, atomic, system, compressed, bits, floating) for insn in parse_rows(part.ROWS)
)
BY_NAME: dict[str, tuple[Insn, ...]] = {}
for _insn in INSNS:
    BY_NAME[_insn.name] = (*BY_NAME.get(_insn.name, ()), _insn)


def lookup(name: str, xlen: int) -> Insn | None:
    """The row of that name (without ordering suffix) at that width."""
    return next((insn for insn in BY_NAME.get(name, ()) if xlen in insn.xlens), None)


def lookup_mnemonic(mnemonic: str, xlen: int) -> tuple[Insn, dict[str, int]] | None:
    """As `lookup`, with 'amoadd.w.aqrl' too: the row and the operands that the suffix fixes."""
    if insn := lookup(mnemonic, xlen):
        return insn, {}
    name, _, suffix = mnemonic.rpartition(".")
    insn, order = lookup(name, xlen), ORDERINGS.get("." + suffix)
    if insn and order and insn.ordered:
        return insn, {"aq": order[0], "rl": order[1]}
    return None


def encode(insn: Insn, operands: dict[str, int]) -> int:
    """The instruction word. Operands by field name; fields with a default may be missing. Raises EncodeError."""
    word = insn.match
    for field in insn.fields:
        value = operands.get(field.name, field.default)
        if value is None:
            raise EncodeError(f"operand {field.label} is missing")
        field.check(value)
        word |= field.insert(value)
    return word


def _key(word: int) -> int:
    """The bits that every row can be sorted into buckets by: opcode and funct3."""
    return word & 0x707F if word & 3 == 3 else word & 0xE003


@cache
def _buckets(xlen: int) -> dict[int, tuple[Insn, ...]]:
    """Rows by `_key`, those with most fixed bits first: c.addi16sp before c.lui."""
    keys = [_key(high << 12 | low) for high in range(8) for low in range(0x7F + 1) if low & 3 == 3]
    keys += [high << 13 | low for high in range(8) for low in range(3)]
    rows = sorted((i for i in INSNS if xlen in i.xlens), key=lambda i: -i.mask.bit_count())
    buckets: dict[int, list[Insn]] = {key: [] for key in keys}
    for insn in rows:
        key_mask = insn.mask & (0x707F if insn.length == 4 else 0xE003)
        for key in keys:
            if key & 3 == insn.match & 3 and key & key_mask == insn.match & key_mask:
                buckets[key].append(insn)
    return {key: tuple(found) for key, found in buckets.items()}


def decode(word: int, xlen: int) -> Decoded | None:
    """The instruction in the low 16 or 32 bits of `word`; None where the manual reserves the encoding."""
    word &= 0xFFFFFFFF if word & 3 == 3 else 0xFFFF
    for insn in _buckets(xlen)[_key(word)]:
        if insn.matches(word):
            return Decoded(insn, {field.name: field.extract(word) for field in insn.fields})
    return None


def _tokens(text: str) -> list[str]:
    return re.findall(r"[^\s,()\[\]]+", text)


def base_operands(insn: Insn) -> tuple[str, dict[str, Field | int]]:
    """The base instruction's name, and for each of its operand roles a Field of *this* encoding or a constant.

    >>> base_operands(lookup("c.jr", 64))       # roles: rd rs1 rs2 rs3 imm csr rm aq rl pred succ fm
    ('jalr', {'rd': 0, 'imm': 0, 'rs1': <Field rs1_n0>})
    """
    if not insn.expands:
        return insn.name, {field.role: field for field in insn.fields}
    name, _, text = insn.expands.partition(" ")
    base_insn = lookup(name, insn.xlens[0])
    slots = zip(map(FIELDS.get, base_insn.operands), _tokens(text), strict=True)
    return name, {slot.role: FIELDS.get(token) or constant(slot, token) for slot, token in slots}


def expand(decoded: Decoded, xlen: int) -> Decoded:
    """The base instruction that a compressed one stands for; others unchanged."""
    if not decoded.insn.expands:
        return decoded
    name, roles = base_operands(decoded.insn)
    insn = lookup(name, xlen)
    values = {role: v if isinstance(v, int) else decoded.operands[v.name] for role, v in roles.items()}
    return Decoded(insn, {f.name: values.get(f.role, f.default) for f in insn.fields})
