"""The operands of an instruction: split at commas and told apart by shape.

x  an integer register         f  a floating-point register
m  expression(register)        e  anything else: numbers, symbols, CSR and rounding-mode names
"""

from __future__ import annotations

from typing import NamedTuple

from emu.asm.errors import Mistake
from emu.asm.lexer import Token
from emu.isa.abi import FREG, XREG


class Operand(NamedTuple):
    """One operand; `register` of an x or f, or the base of an m; `tokens` of an e, or those before the ( of an m."""

    shape: str
    tokens: list[Token]
    register: int
    column: int


def split_at_commas(tokens: list[Token]) -> list[list[Token]]:
    """Token lists between the commas outside brackets; Mistake for an empty one."""
    if not tokens:
        return []
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        if token.kind == "op":
            if token.value == "," and depth == 0:
                if not parts[-1]:
                    raise Mistake("an operand is missing before this comma", token.start)
                parts.append([])
                continue
            depth += (token.value == "(") - (token.value == ")")
        parts[-1].append(token)
    if not parts[-1]:
        hint = "is it behind a #? that begins a comment: numbers are written without it"
        raise Mistake("an operand is missing after this comma", tokens[-1].start, hint)
    return parts


def classify(tokens: list[Token]) -> Operand:
    """The operand that one such list is."""
    first, last = tokens[0], tokens[-1]
    if len(tokens) == 1 and first.kind == "name":
        if first.value in XREG:
            return Operand("x", tokens, XREG[first.value], first.start)
        if first.value in FREG:
            return Operand("f", tokens, FREG[first.value], first.start)
    elif len(tokens) >= 3 and last.value == ")" and tokens[-3].value == "(" and tokens[-2].value in XREG:
        return Operand("m", tokens[:-3], XREG[tokens[-2].value], first.start)
    return Operand("e", tokens, -1, first.start)


def parse_operands(tokens: list[Token]) -> list[Operand]:
    """All operands of an instruction."""
    return [classify(part) for part in split_at_commas(tokens)]
