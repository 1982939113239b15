"""Tokens to expression trees. Constants are folded on the way; `.` and `1f` become symbols with names of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from emu.asm.errors import Mistake
from emu.asm.lexer import Token
from emu.asm.limits import MAX_EXPRESSION_DEPTH
from emu.asm.nodes import BINARY, UNARY, Binary, Modifier, Node, Unary, apply_binary, wrap


class Names(Protocol):
    """What the parser asks of the symbol table."""

    def here(self) -> Node: ...
    def local(self, text: str, column: int) -> Node: ...
    def reference(self, name: str, column: int) -> Node: ...


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
