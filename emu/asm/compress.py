"""16-bit forms of 32-bit instructions, from the `=> base` of the table's compressed rows read backwards.

Hints (encodings of no effect, such as c.addi with 0) are never chosen, as in GNU as and clang.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from emu.isa.formats import Field
from emu.isa.insns import INSNS, Insn, base_operands, lookup

COMMUTATIVE = frozenset({"add", "addw", "and", "or", "xor", "beq", "bne"})
HINTS_IF_ZERO = frozenset({"c.addi", "c.slli", "c.srli", "c.srai"})  # with an immediate of 0
ALSO = (  # further base instructions that a row can do
    ("c.mv", "addi rd, rs2_n0, 0"),
    ("c.mv", "add rd, rs2_n0, zero"),
    ("c.li", "addiw rd, zero, c_imm6"),
)


class Rule(NamedTuple):
    """A compressed row, and for each role of its base a Field of the row or the constant it must be."""

    insn: Insn
    roles: dict[str, Field | int]

    def bind(self, values: dict[str, int]) -> dict[str, int] | None:
        """The row's operands by field name for a base with these values by role; None if it does not fit."""
        bound: dict[str, int] = {}
        for role, wanted in self.roles.items():
            value = values[role]
            if not isinstance(wanted, Field):
                if value != wanted:
                    return None
            elif not self._accepts(role, wanted, value) or bound.setdefault(wanted.name, value) != value:
                return None
        return bound

    def _accepts(self, role: str, field: Field, value: int) -> bool:
        if not field.allows(value) or (field.default is not None and value != field.default):
            return False
        return value != 0 or not (
            (role == "rd" and field.kind == "xreg") or (role == "imm" and self.insn.name in HINTS_IF_ZERO)
        )


@cache
def rules(name: str, xlen: int) -> tuple[Rule, ...]:
    """The rules for one base instruction, in the table's order."""
    rows = [i for i in INSNS if i.length == 2 and xlen in i.xlens]
    by_name = {i.name: i for i in rows}
    rows += [by_name[c]._replace(expands=e, xlens=(xlen,)) for c, e in ALSO if lookup(e.split()[0], xlen)]
    return tuple(Rule(i, roles) for i in rows for base, roles in [base_operands(i)] if base == name and i.name != base)


def compress(insn: Insn, values: dict[str, int], xlen: int) -> tuple[Insn, dict[str, int]] | None:
    """The compressed row and its operands for an instruction with operands by field name; None if there is none."""
    candidates = rules(insn.name, xlen)
    if not candidates:
        return None
    roles = {field.role: values.get(field.name, field.default) for field in insn.fields}
    tries = [roles]
    if insn.name in COMMUTATIVE:
        tries.append({**roles, "rs1": roles["rs2"], "rs2": roles["rs1"]})
    for attempt in tries:
        for rule in candidates:
            if (bound := rule.bind(attempt)) is not None:
                return rule.insn, bound
    return None
