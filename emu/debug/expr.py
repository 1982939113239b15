"""Expressions: C's operators over numbers, $registers, symbols, variables and memory.

    $a0 + 8    counter    &buffer[3]    *(u32 *) 0x11000    p->next->value    (i8) $a1 < 0 && $cycle > 1000

`pa(address)` is the physical address behind a virtual one.
`*address` loads a register's width, `*(u8 *) address` a byte. A symbol without debug information is its address.
"""

from __future__ import annotations

from collections.abc import Callable

from emu.debug.operands import Operands, Scope, named_type
from emu.debug.source.types import Type
from emu.debug.tokens import Token, mistake
from emu.debug.value import NAMES, Value, make, pointer_to

DEEPEST = 60
LEVELS = (
    ("||",), ("&&",), ("|",), ("^",), ("&",), ("==", "!="), ("<", ">", "<=", ">="), ("<<", ">>"), ("+", "-"), ("*",
    "/", "%"),
)  # fmt: skip


def evaluate(text: str, scope: Scope) -> Value:
    """The value of an expression. EmuError with the column at fault."""
    parser = Parser(text, scope)
    value = parser.ternary()
    if parser.token.kind != "end":
        raise parser.wrong(f"unexpected {parser.token.text!r} after the expression")
    return value


class Parser(Operands):
    """Reads and computes at once; the branches that && || ?: leave out are read without being computed."""

    def number(self, value: int, signed: bool = True) -> Value:
        return make(value, self.scope.xlen, signed)

    # -- operators ----------------------------------------------------------------------------------------------------
    def ternary(self) -> Value:
        """condition ? one : other."""
        condition = self.binary(0)
        if not self.take("?"):
            return condition
        first = self.maybe(bool(condition.number), self.ternary)
        self.need(":")
        second = self.maybe(not condition.number, self.ternary)
        return first if condition.number else second

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
                stop = bool(left.number) == (operator.text == "||")
                right = self.maybe(not stop, lambda: self.binary(level + 1))
                left = self.number(int(bool(left.number) if stop else bool(right.number)))
            else:
                left = self.apply(operator, left, self.binary(level + 1))
        return left

    def apply(self, operator: Token, left: Value, right: Value) -> Value:
        """One operation under C's conversions: the wider type, unsigned if either is."""
        sign, bits = left.signed and right.signed, max(left.bits, right.bits, self.scope.xlen)
        a, b = (left.number, right.number) if sign else (make(v.number, bits, False).number for v in (left, right))
        if operator.text in COMPARE:
            return self.number(int(COMPARE[operator.text](a, b)))
        if operator.text in ("+", "-") and is_pointer(left) and not is_pointer(right):
            return self.move(left, b if operator.text == "+" else -b)
        if operator.text in ("/", "%") and not b:
            if self.dry:
                return left
            raise mistake(self.text, operator.column, "division by zero")
        return make(ARITHMETIC[operator.text](a, b), bits, sign)

    def move(self, pointer: Value, count: int) -> Value:
        """A pointer (or array) moved by elements."""
        target = pointer.type.target or Type()
        kind = pointer.type if pointer.type.kind == "pointer" else pointer_to(target, self.scope.xlen)
        return make(pointer.number + count * (target.size or 1), self.scope.xlen, False, type=kind)

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
            return self.number(int(not value.number))
        number = {"-": -value.number, "+": value.number, "~": ~value.number}[operator.text]
        return make(number, max(value.bits, self.scope.xlen), value.signed or operator.text == "-")

    def cast(self) -> Type | None:
        """(u8) or (struct-less type *…), if one stands here."""
        words = self.words[self.at : self.at + 12]
        if len(words) < 3 or words[0].text != "(" or words[1].kind != "name":
            return None
        names, at = [], 1
        while words[at : at + 1] and words[at].kind == "name" and words[at].text in (*NAMES, "signed", "void", "const"):
            names.append(words[at].text)
            at += 1
        stars = 0
        while words[at : at + 1] and words[at].text == "*":
            stars, at = stars + 1, at + 1
        if not names or not words[at : at + 1] or words[at].text != ")":
            return None
        self.at += at + 1
        kind = named_type(names, self.scope.xlen)
        for _ in range(stars):
            kind = pointer_to(kind, self.scope.xlen)
        return kind

    def convert(self, kind: Type, value: Value) -> Value:
        """A cast."""
        if kind.kind == "pointer":
            return make(value.number, self.scope.xlen, False, type=kind)
        return make(value.number, kind.size * 8 or self.scope.xlen, kind.is_signed, type=kind)


def is_pointer(value: Value) -> bool:
    """Whether arithmetic with it counts elements."""
    return value.type is not None and value.type.kind in ("pointer", "array")


def _divide(a: int, b: int) -> int:
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


COMPARE: dict[str, Callable[[int, int], bool]] = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
    ">": lambda a, b: a > b, "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b,
}  # fmt: skip
ARITHMETIC: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
    "/": _divide, "%": lambda a, b: a - b * _divide(a, b),
    "&": lambda a, b: a & b, "|": lambda a, b: a | b, "^": lambda a, b: a ^ b,
    "<<": lambda a, b: a << (b & 63), ">>": lambda a, b: a >> (b & 63),
}  # fmt: skip
