"""Tokens to expression trees. GNU as manual, "Expressions" (its precedence, which is not C's, as clang has it too).

A tree is an int, or a node: `Symbol(name)`, `Unary(op, a)`, `Binary(op, a, b)`, `Modifier("pcrel_hi", a)`. Constants
are folded while parsing, to signed 64 bits. `.` and `1f` become ordinary symbols with names of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from emu.asm.errors import Mistake
from emu.asm.lexer import Token
from emu.asm.limits import MAX_EXPRESSION_DEPTH


class Symbol(NamedTuple):
    """A reference to a symbol, and the column where it stands."""

    name: str
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


class Names(Protocol):
    """What the parser asks of the symbol table."""

    def here(self) -> Node: ...
    def local(self, text: str, column: int) -> Node: ...
    def reference(self, name: str, column: int) -> Node: ...


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


class Parser:
    """Reads one expression from tokens[position:]; `position` is left behind it."""

    def __init__(self, tokens: Sequence[Token], names: Names, position: int = 0) -> None:
        self.tokens, self.names, self.position, self._depth = tokens, names, position, 0

    def peek(self) -> object:
        """The operator or bracket next in line, or None."""
        if self.position < len(self.tokens) and self.tokens[self.position].kind == "op":
            return self.tokens[self.position].value
        return None

    def column(self) -> int:
        """Where the next token stands, or the end of the last."""
        if self.position < len(self.tokens):
            return self.tokens[self.position].start
        return self.tokens[-1].end if self.tokens else 0

    def done(self) -> bool:
        """Whether all tokens are read."""
        return self.position >= len(self.tokens)

    def expression(self, floor: int = 1) -> Node:
        """An expression of operators that bind at least as tightly as `floor`."""
        left = self._unary()
        while (op := self.peek()) in BINARY and BINARY[op][0] >= floor:
            column = self.column()
            self.position += 1
            right = self.expression(BINARY[op][0] + 1)
            if type(left) is int and type(right) is int:
                left = apply_binary(op, left, right, column)
            else:
                left = Binary(op, left, right, column)
        return left

    def _unary(self) -> Node:
        column, op = self.column(), self.peek()
        if op is None:
            return self._primary()
        self.position += 1
        self._depth += 1
        if self._depth > MAX_EXPRESSION_DEPTH:
            raise Mistake(f"expression nested deeper than {MAX_EXPRESSION_DEPTH}", column)
        value = self._prefixed(op, column)
        self._depth -= 1
        return value

    def _prefixed(self, op: object, column: int) -> Node:
        if op == "+":
            return self._unary()
        if op in UNARY:
            a = self._unary()
            return wrap(UNARY[op](a)) if type(a) is int else Unary(op, a, column)
        if op == "(":
            return self._bracket(column)
        if op == "%":
            return self._modifier(column)
        raise Mistake(f"expected a number or a symbol, found {op!r}", column)

    def _bracket(self, column: int) -> Node:
        value = self.expression()
        if self.peek() != ")":
            raise Mistake("this ( has no closing )", column)
        self.position += 1
        return value

    def _modifier(self, column: int) -> Node:
        if self.done() or self.tokens[self.position].kind != "name":
            raise Mistake("expected a name such as %hi after %", column)
        name = str(self.tokens[self.position].value)
        self.position += 1
        if self.peek() != "(":
            raise Mistake(f"expected ( after %{name}", self.column())
        self.position += 1
        return Modifier(name, self._bracket(column), column)

    def _primary(self) -> Node:
        if self.done():
            raise Mistake("expected a number or a symbol here", self.column())
        kind, value, start, _ = self.tokens[self.position]
        self.position += 1
        if kind == "number":
            if value >= 1 << 64:
                raise Mistake("number does not fit in 64 bits", start)
            return wrap(value)
        if kind == "local":
            return self.names.local(value, start)
        if kind == "string":
            return self.names.reference(value.decode("utf-8", "replace"), start)
        return self.names.here() if value == "." else self.names.reference(value, start)


def parse_expression(tokens: Sequence[Token], names: Names) -> Node:
    """One expression that takes all of `tokens`."""
    parser = Parser(tokens, names)
    node = parser.expression()
    if not parser.done():
        raise Mistake("unexpected text after the expression", parser.column())
    return node


def is_modified(node: Node) -> bool:
    """Whether the whole expression is a %modifier(...)."""
    return type(node) is Modifier
