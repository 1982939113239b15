"""Expression trees and the operators in them. GNU as manual, "Expressions" (its precedence, not C's; clang's too).

A tree is an int (signed, 64 bits), or a node: `Symbol(entry)`, `Unary(op, a)`, `Binary(op, a, b)`, `Modifier("lo", a)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from emu.asm.errors import Mistake

if TYPE_CHECKING:
    from emu.asm.symbols import Entry


class Symbol(NamedTuple):
    """A reference to an entry of the symbol table, and the column where it stands."""

    entry: Entry
    column: int


class Unary(NamedTuple):
    """op: - ~ !"""

    op: str
    a: Node
    column: int


class Binary(NamedTuple):
    """op: a key of BINARY."""

    op: str
    a: Node
    b: Node
    column: int


class Modifier(NamedTuple):
    """%name(a)"""

    name: str
    a: Node
    column: int


Node = int | Symbol | Unary | Binary | Modifier


def wrap(value: int) -> int:
    """To signed 64 bits."""
    return ((value + (1 << 63)) & ((1 << 64) - 1)) - (1 << 63)


def _truth(value: bool) -> int:
    return -int(value)


def _divide(a: int, b: int) -> int:
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def _shift_left(a: int, b: int) -> int:
    return a << b if 0 <= b < 64 else 0


def _shift_right(a: int, b: int) -> int:
    return (a & (1 << 64) - 1) >> b if 0 <= b < 64 else 0


# operator -> (precedence, higher binds tighter; what it computes). Comparisons give -1 for true, && and || give 1.
BINARY: dict[str, tuple[int, Callable[[int, int], int]]] = {
    "||": (1, lambda a, b: int(bool(a or b))),
    "&&": (2, lambda a, b: int(bool(a and b))),
    "==": (3, lambda a, b: _truth(a == b)),
    "!=": (3, lambda a, b: _truth(a != b)),
    "<>": (3, lambda a, b: _truth(a != b)),
    "<": (3, lambda a, b: _truth(a < b)),
    "<=": (3, lambda a, b: _truth(a <= b)),
    ">": (3, lambda a, b: _truth(a > b)),
    ">=": (3, lambda a, b: _truth(a >= b)),
    "+": (4, lambda a, b: a + b),
    "-": (4, lambda a, b: a - b),
    "|": (5, lambda a, b: a | b),
    "&": (5, lambda a, b: a & b),
    "^": (5, lambda a, b: a ^ b),
    "!": (5, lambda a, b: a | ~b),
    "*": (6, lambda a, b: a * b),
    "/": (6, _divide),
    "%": (6, lambda a, b: a - b * _divide(a, b)),
    "<<": (6, _shift_left),
    ">>": (6, _shift_right),
}
UNARY: dict[str, Callable[[int], int]] = {"-": lambda a: -a, "~": lambda a: ~a, "!": lambda a: int(not a)}


def apply_binary(op: str, a: int, b: int, column: int | None) -> int:
    """The value of `a op b`; Mistake for a division by zero."""
    if b == 0 and op in "/%":
        raise Mistake("division by zero", column)
    return wrap(BINARY[op][1](a, b))


def weight(node: Node, limit: int) -> int:
    """The number of nodes of an expression, or `limit` if it has at least so many."""
    stack, count = [node], 0
    while stack and count < limit:
        top = stack.pop()
        count += 1
        if type(top) is Binary:
            stack += (top.a, top.b)
        elif type(top) is Unary or type(top) is Modifier:
            stack.append(top.a)
    return count
