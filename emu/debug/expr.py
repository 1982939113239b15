"""Expressions: C's operators over numbers, $registers, symbols, variables and memory.

    $a0 + 8    counter    &buffer[3]    *(u32 *) 0x11000    p->next->value    (i8) $a1 < 0 && $cycle > 1000

`*address` loads a register's width, `*(u8 *) address` a byte. A symbol without debug information stands for its address.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from emu.debug.source.types import Type
from emu.debug.tokens import Token, mistake, to_number, tokens
from emu.debug.value import NAMES, Value, base_type, make, pointer_to

DEEPEST = 60
LEVELS = (
    ("||",), ("&&",), ("|",), ("^",), ("&",), ("==", "!="), ("<", ">", "<=", ">="), ("<<", ">>"), ("+", "-"), ("*", "/", "%"),
)  # fmt: skip


class Scope(Protocol):
    """Where names get their meaning."""

    xlen: int

    def register(self, name: str) -> Value:
        """`$name`; EmuError with those that resemble it."""

    def name(self, name: str) -> Value:
        """A variable or symbol; EmuError with those that resemble it."""

    def load(self, address: int, size: int) -> bytes:
        """Memory; EmuError where there is none."""


def evaluate(text: str, scope: Scope) -> Value:
    """The value of an expression. EmuError with the column at fault."""
    parser = Parser(text, scope)
    value = parser.ternary()
    if parser.token.kind != "end":
        raise parser.wrong(f"unexpected {parser.token.text!r} after the expression")
    return value


class Parser:
    """Reads and computes at once; the branches that && || ?: leave out are read without being computed."""

    def __init__(self, text: str, scope: Scope) -> None:
        self.text, self.scope = text, scope
        self.words, self.at, self.depth = tokens(text), 0, 0
        self.dry = 0  # inside something that does not count

    @property
    def token(self) -> Token:
        return self.words[self.at]

    def wrong(self, message: str, hint: str = "") -> Exception:
        return mistake(self.text, self.token.column, message, hint)

    def take(self, *texts: str) -> Token | None:
        """The next word, if it is one of these operators."""
        token = self.token
        if token.kind == "op" and token.text in texts:
            self.at += 1
            return token
        return None

    def need(self, text: str) -> None:
        if not self.take(text):
            raise self.wrong(f"expected {text} here" if self.token.kind != "end" else f"{text} is missing")

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
        if left.type is not None and left.type.kind in ("pointer", "array") and operator.text in ("+", "-"):
            if right.type is None or right.type.kind != "pointer":
                size = left.type.target.size if left.type.target else 1
                number = a + b * size if operator.text == "+" else a - b * size
                kind = left.type if left.type.kind == "pointer" else pointer_to(left.type.target, self.scope.xlen)
                return make(number, bits, False, type=kind)
        if operator.text in ("/", "%") and not b:
            if self.dry:
                return left
            raise mistake(self.text, operator.column, "division by zero")
        return make(ARITHMETIC[operator.text](a, b), bits, sign)

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

    # -- memory -------------------------------------------------------------------------------------------------------
    def follow(self, value: Value) -> Value:
        """*value."""
        if value.type is not None and value.type.kind == "array":
            return self.fetch(value.number, value.type.target)
        target = value.type.target if value.type is not None and value.type.kind == "pointer" else None
        return self.fetch(value.number, target)

    def fetch(self, address: int, kind: Type | None) -> Value:
        """What lies at an address; None: as many bits as a register has, unsigned."""
        address &= (1 << self.scope.xlen) - 1
        if kind is not None and not kind.is_scalar:
            return make(address, self.scope.xlen, False, address=address, type=kind)
        size = kind.size if kind is not None and kind.size else self.scope.xlen // 8
        data = bytes(size) if self.dry else self.scope.load(address, size)
        signed = kind is not None and kind.is_signed
        return make(int.from_bytes(data, "little"), size * 8, signed, address=address, type=kind)

    def address_of(self, value: Value, operator: Token) -> Value:
        if value.address is None and not self.dry:
            raise mistake(
                self.text, operator.column, "that has no address", "& takes what is in memory: a symbol, *p, a[i]"
            )
        kind = pointer_to(value.type, self.scope.xlen) if value.type is not None else None
        return make(value.address or 0, self.scope.xlen, False, type=kind)

    def postfix(self, value: Value) -> Value:
        """[index] .member ->member."""
        while (operator := self.take("[", ".", "->")) is not None:
            if operator.text == "[":
                index = self.ternary()
                self.need("]")
                value = self.element(value, index.number)
                continue
            token = self.token
            if token.kind != "name":
                raise self.wrong("the name of a member is missing")
            self.at += 1
            if operator.text == "->":
                value = self.follow(value)
            value = self.member(value, token.text.split("."), token)
        return value

    def element(self, value: Value, index: int) -> Value:
        kind = value.type.target if value.type is not None and value.type.kind in ("pointer", "array") else None
        base = value.number
        if kind is None and value.address is not None and value.type is None:
            base = value.address
        size = kind.size if kind is not None else self.scope.xlen // 8
        return self.fetch(base + index * size, kind)

    def member(self, value: Value, names: list[str], token: Token) -> Value:
        """A member, or a path of them."""
        for name in names:
            kind = value.type
            members = {each: (at, inner) for each, at, inner in kind.members} if kind is not None else {}
            if name not in members:
                what = kind.name if kind is not None else "a number"
                hint = (
                    "it has " + ", ".join(list(members)[:12]) if members else "debug information is needed for members"
                )
                raise mistake(self.text, token.column, f"{what} has no member {name!r}", hint)
            at, inner = members[name]
            value = self.fetch((value.address or value.number) + at, inner)
        return value

    # -- what stands alone --------------------------------------------------------------------------------------------
    def primary(self) -> Value:
        token = self.token
        if self.take("("):
            value = self.ternary()
            self.need(")")
            return value
        self.at += 1
        if token.kind in ("number", "char"):
            number = to_number(token, self.text)
            if number >> max(64, self.scope.xlen):
                raise mistake(self.text, token.column, f"{token.text} does not fit in 64 bits")
            bits = self.scope.xlen if not number >> self.scope.xlen else 64
            return make(number, bits, not number >> (bits - 1))
        if token.kind in ("register", "name"):
            return self.look_up(token)
        self.at -= 1
        raise self.wrong("an expression is missing" if token.kind == "end" else f"unexpected {token.text!r}")

    def look_up(self, token: Token) -> Value:
        """A register, or a name with members."""
        from emu.errors import EmuError

        try:
            if token.kind == "register":
                return self.scope.register(token.text[1:])
            return self.scope.name(token.text)
        except EmuError as error:
            head, dot, rest = token.text.partition(".")
            if token.kind == "name" and dot and head:
                return self.member(self.look_up(Token("name", head, token.column)), rest.split("."), token)
            raise mistake(self.text, token.column, error.message, error.hint) from None


def named_type(names: list[str], xlen: int) -> Type:
    """`unsigned char`, `const u8`, `void`."""
    words = [name for name in names if name not in ("const", "signed")]
    if words and words[0] == "unsigned" and len(words) > 1:
        plain = base_type(words[-1], xlen)
        return Type("base", f"unsigned {plain.name}", plain.size, 8 if plain.size == 1 else 7)
    if words[:1] == ["void"]:
        return Type()
    return base_type(words[-1] if words else "int", xlen)


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
