"""Expressions: C's operators over numbers, $registers, symbols, variables and memory.

    $a0 + 8    counter    &buffer[3]    *(u32 *) 0x11000    p->next->value    (i8) $a1 < 0 && $cycle > 1000

`pa(address)` is the physical address behind a virtual one.
`*address` loads a register's width, `*(u8 *) address` a byte. A symbol without debug information is its address.
`table[0]@4` is an array of four that begins there. Types are C's, and the program's own where it has debug information.
"""

from __future__ import annotations

from collections.abc import Callable

from emu.debug.arithmetic import Arithmetic, promoted
from emu.debug.reading import Scope
from emu.debug.source.types import Type
from emu.debug.tokens import Token, mistake
from emu.debug.value import Value, make, make_float

DEEPEST = 60
LEVELS = (
    ("||",), ("&&",), ("|",), ("^",), ("&",), ("==", "!="), ("<", ">", "<=", ">="), ("<<", ">>"), ("@",), ("+", "-"),
    ("*", "/", "%"),
)  # fmt: skip


def evaluate(text: str, scope: Scope, typing: bool = False) -> Value:
    """The value of an expression; typing: only its type counts, so nothing is called. EmuError with the column."""
    parser = Parser(text, scope)
    parser.typing = typing
    value = parser.ternary()
    if parser.token.kind != "end":
        raise parser.left_over()
    return value


def type_of(text: str, scope: Scope) -> Type | None:
    """The type that a text names, or that an expression has; None if the latter has none. EmuError."""
    parser = Parser(text, scope)
    kind = parser.type_here()
    if kind is not None and parser.token.kind == "end":
        return kind
    value = evaluate(text, scope, typing=True)
    return value.via or value.type


def member_of(value: Value, name: str, scope: Scope) -> Value:
    """value.name"""
    return Parser("", scope).member(value, [name], Token("name", name, 1))


def element_of(value: Value, index: int, scope: Scope) -> Value:
    """value[index]"""
    return Parser("", scope).element(value, index)


def target_of(pointer: Value, scope: Scope) -> Value:
    """What a pointer in memory points at."""
    parser = Parser("", scope)
    return parser.follow(parser.fetch(pointer.number, pointer.type))


class Parser(Arithmetic):
    """Reads and computes at once; the branches that && || ?: leave out are read without being computed."""

    def left_over(self) -> Exception:
        """What stands behind a whole expression is a mistake."""
        text, hint = self.token.text, ""
        if text == "=":
            hint = "set PLACE = VALUE changes something, == compares"
        return self.wrong(f"unexpected {text!r} after the expression", hint)

    # -- operators ----------------------------------------------------------------------------------------------------
    def ternary(self) -> Value:
        """condition ? one : other."""
        condition = self.binary(0)
        if not self.take("?"):
            return condition
        first = self.maybe(condition.is_true, self.ternary)
        self.need(":")
        second = self.maybe(not condition.is_true, self.ternary)
        return first if condition.is_true else second

    def maybe(self, counts: bool, read: Callable[[], Value]) -> Value:
        """Read something that is computed only if it counts."""
        self.dry += not counts
        try:
            return read()
        finally:
            self.dry -= not counts

    def binary(self, level: int) -> Value:
        """Operators that bind at least as tightly as LEVELS[level]."""
        if level == len(LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while (operator := self.take(*LEVELS[level])) is not None:
            if operator.text in ("&&", "||"):
                stop = left.is_true == (operator.text == "||")
                right = self.maybe(not stop, lambda: self.binary(level + 1))
                left = self.number(int(left.is_true if stop else right.is_true))
            else:
                left = self.apply(operator, left, self.binary(level + 1))
        return left

    def unary(self) -> Value:
        """- + ~ ! * & (type) and what they apply to."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.wrong(f"nested deeper than {DEEPEST}")
        try:
            return self._unary()
        finally:
            self.depth -= 1

    def _unary(self) -> Value:
        operator = self.take("-", "+", "~", "!", "*", "&")
        if operator is None:
            kind = self.cast()
            return self.convert(kind, self.unary()) if kind is not None else self.postfix(self.primary())
        value = self.unary()
        if operator.text == "*":
            return self.follow(value)
        if operator.text == "&":
            return self.address_of(value, operator)
        if operator.text == "!":
            return self.number(int(not value.is_true))
        if value.is_float:
            return self.negated(operator, value)
        number = {"-": -value.number, "+": value.number, "~": ~value.number}[operator.text]
        sign, bits = promoted(value)
        return self.result(number, bits, sign)

    def negated(self, operator: Token, value: Value) -> Value:
        """- + of a floating-point number."""
        if operator.text == "~":
            raise mistake(self.text, operator.column, "~ takes a whole number")
        return make_float(-value.real if operator.text == "-" else value.real, value.type)

    def cast(self) -> Type | None:
        """(u8), (struct node *), if one stands here."""
        begin = self.at
        kind = self.type_here(")") if self.take("(") else None
        if kind is None:
            self.at = begin
        return kind

    def convert(self, kind: Type, value: Value) -> Value:
        """A cast."""
        if kind.kind in ("struct", "union", "array", "function"):
            if value.address is None:
                raise self.wrong(f"only what is in memory can be seen as {kind.name}", f"*({kind.name} *) ADDRESS")
            return self.fetch(value.address, kind)
        return as_type(kind, value, self.scope.xlen)


def as_type(kind: Type, value: Value, xlen: int) -> Value:
    """A value converted to a scalar type (C11, 6.3.1)."""
    if kind.is_float:
        return make_float(value.real, kind)
    number = as_whole(kind, value)
    if kind.kind == "pointer":
        return make(number, xlen, False, type=kind)
    return make(number, min(kind.size, 8) * 8 or xlen, kind.is_signed, type=kind)


def as_whole(kind: Type, value: Value) -> int:
    """The whole number that a value becomes, which may yet be too large for the type; a _Bool's is 0 or 1."""
    if kind.is_bool:
        return int(value.is_true)
    return whole(value.real) if value.is_float else value.number


def whole(number: float) -> int:
    """Towards zero; what is no number is 0."""
    return int(number) if abs(number) < 1 << 64 else 0
