"""Every way to write a mnemonic, made from the two tables of `emu.isa` when it is first used.

A Form is a list of slots (what operand may stand where) and what it leads to: a row of the first table, or a row of
the second. Which form a statement means follows from the shapes of its operands.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from emu.isa.abi import XREG
from emu.isa.formats import FIELDS, Field
from emu.isa.insns import BY_NAME, XLENS, Insn, lookup_mnemonic
from emu.isa.pseudo import OPERAND_KINDS, PSEUDO_BY_NAME, Pseudo, lookup_pseudo

LABELS = {"symbol": "symbol", "value": "constant", "rt": "rt"}
EXTRA_BY_NAME = {  # position-independent code asks for thread-local addresses in these words
    "la.tls.ie": Pseudo("la.tls.ie", "I", XLENS, "", "rd, symbol", ("rd", "symbol"), "~", (), "Loads a tp offset."),
    "la.tls.gd": Pseudo(
        "la.tls.gd", "I", XLENS, "", "rd, symbol", ("rd", "symbol"), "~", (), "Loads a TLS descriptor."
    ),
}


class Slot(NamedTuple):
    """A place for an operand: its shape, the word of the syntax, the Field (None for symbol, value and an absent
    offset), and for x and m the register that must stand there, or the word it binds."""

    shape: str
    word: str
    field: Field | None
    base: str = ""
    literal: int = -1


class Form(NamedTuple):
    """One way to write a mnemonic; operands from `required` on may be left out."""

    name: str
    ext: str
    without: str
    syntax: str
    slots: tuple[Slot, ...]
    required: int
    insn: Insn | None
    pseudo: Pseudo | None
    fixed: dict[str, int]

    def takes(self, shapes: str) -> bool:
        """Whether operands of these shapes fit."""
        return self.required <= len(shapes) <= len(self.slots) and all(
            slot.shape == shape for slot, shape in zip(self.slots, shapes, strict=False)
        )


_SHAPES = {"xreg": "x", "freg": "f"}
_WORD = re.compile(r"[a-z_]\w*")
_MEMORY = re.compile(r"(\w*)\((\w+)\)")


def _slot(text: str) -> Slot:
    if match := _MEMORY.fullmatch(text):
        offset, base = match.groups()
        literal = -1 if base in FIELDS or base in OPERAND_KINDS else XREG[base]
        return Slot("m", offset, FIELDS.get(offset), base, literal)
    if text in FIELDS:
        return Slot(_SHAPES.get(FIELDS[text].kind, "e"), text, FIELDS[text])
    if text in OPERAND_KINDS:
        return Slot(_SHAPES.get(OPERAND_KINDS[text], "e"), text, None)
    return Slot("x", text, None, "", XREG[text])


def _label(match: re.Match[str]) -> str:
    word = match.group()
    return FIELDS[word].label if word in FIELDS else LABELS.get(word, word)


def _form(name: str, row: Insn | Pseudo, fixed: dict[str, int]) -> Form:
    syntax = row.syntax.replace("[, ", ", [")
    pieces = [piece.strip() for piece in syntax.split(",") if piece.strip()]
    slots = tuple(_slot(piece.strip("[]")) for piece in pieces)
    return Form(
        name=name,
        ext=row.ext,
        without=getattr(row, "without", ""),
        syntax=f"{name} {_WORD.sub(_label, row.syntax)}".strip(),
        slots=slots,
        required=sum(not piece.startswith("[") for piece in pieces),
        insn=row if isinstance(row, Insn) else None,
        pseudo=row if isinstance(row, Pseudo) else None,
        fixed=fixed,
    )


@cache
def forms(name: str, xlen: int) -> tuple[Form, ...]:
    """All ways to write `name` at that width, the base instruction first; empty if there is none."""
    found = []
    if base := lookup_mnemonic(name, xlen):
        found.append(_form(name, *base))
    rows = lookup_pseudo(name, xlen) or filter(None, [EXTRA_BY_NAME.get(name)])
    return tuple(found + [_form(name, row, {}) for row in rows])


@cache
def mnemonics(xlen: int) -> tuple[str, ...]:
    """Every name that can be assembled at that width."""
    rows = {**BY_NAME, **PSEUDO_BY_NAME, **EXTRA_BY_NAME}
    return tuple(name for name in rows if forms(name, xlen))
