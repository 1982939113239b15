"""What stands in an expression between operators: numbers, names, memory, members, elements."""

from __future__ import annotations

from typing import Protocol

from emu.debug.source.types import Type
from emu.debug.tokens import Token, mistake, to_number, tokens
from emu.debug.value import Value, base_type, make, pointer_to
from emu.errors import EmuError


class Scope(Protocol):
    """Where names get their meaning."""

    xlen: int

    def register(self, name: str) -> Value:
        """`$name`; EmuError with those that resemble it."""

    def name(self, name: str) -> Value:
        """A variable or symbol; EmuError with those that resemble it."""

    def load(self, address: int, size: int) -> bytes:
        """Memory; EmuError where there is none."""

    def physical(self, address: int) -> int:
        """The physical address behind a virtual one; EmuError where there is none."""


class Operands:
    """The part of the parser that knows memory and types; `dry` while what is read does not count."""

    def __init__(self, text: str, scope: Scope) -> None:
        self.text, self.scope = text, scope
        self.words, self.at, self.depth = tokens(text), 0, 0
        self.dry = 0

    @property
    def token(self) -> Token:
        """The next word."""
        return self.words[self.at]

    def wrong(self, message: str, hint: str = "") -> EmuError:
        """An error at the next word."""
        return mistake(self.text, self.token.column, message, hint)

    def take(self, *texts: str) -> Token | None:
        """The next word, if it is one of these operators."""
        token = self.token
        if token.kind == "op" and token.text in texts:
            self.at += 1
            return token
        return None

    def need(self, text: str) -> None:
        """The next word must be this one."""
        if not self.take(text):
            raise self.wrong(f"expected {text} here" if self.token.kind != "end" else f"{text} is missing")

    def ternary(self) -> Value:
        """A whole expression: the parser's."""
        raise NotImplementedError  # Parser in expr.py has it; the grammar is recursive

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
        while True:
            operator, token = self.take("[", "->"), self.token
            if operator is None:
                if token.kind != "name" or token.text[0] != ".":
                    return value
                self.at += 1
                value = self.member(value, token.text[1:].split("."), token)
            elif operator.text == "[":
                index = self.ternary()
                self.need("]")
                value = self.element(value, index.number)
            elif token.kind != "name":
                raise self.wrong("the name of a member is missing")
            else:
                self.at += 1
                value = self.member(self.follow(value), token.text.split("."), token)

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
        if token.text == "pa" and self.take("("):
            value = self.ternary()
            self.need(")")
            return make(0 if self.dry else self.scope.physical(value.unsigned), 64, False)
        if token.kind in ("register", "name"):
            return self.look_up(token)
        self.at -= 1
        raise self.wrong("an expression is missing" if token.kind == "end" else f"unexpected {token.text!r}")

    def look_up(self, token: Token) -> Value:
        """A register, or a name with members."""
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
