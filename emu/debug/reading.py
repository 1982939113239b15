"""Reading the words of an expression, and getting at what lies in memory: *p, &x, a[3], p->next, s.member."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from emu.debug.source.spelling import bits_of
from emu.debug.source.types import Member, Type
from emu.debug.tokens import Token, mistake, tokens
from emu.debug.value import Value, make, pointer_to
from emu.errors import EmuError

DEEPEST_BASE = 8  # anonymous members and base classes within one another


class Scope(Protocol):
    """Where names get their meaning."""

    xlen: int

    def register(self, name: str) -> Value:
        """`$name`; EmuError with those that resemble it."""

    def name(self, name: str) -> Value:
        """A variable or symbol; EmuError with those that resemble it."""

    def type_named(self, name: str) -> Type | None:
        """`struct node`, `node_t`: a type of the program's that no variable in scope hides; or None."""

    def load(self, address: int, size: int) -> bytes:
        """Memory; EmuError where there is none."""

    def call(self, function: Value, arguments: list[Value]) -> Value:
        """What a function of the guest returns; EmuError where none may be called."""

    def uncalled(self, function: Value, arguments: list[Value]) -> Value:
        """A value of the type that it would return."""

    def physical(self, address: int) -> int:
        """The physical address behind a virtual one; EmuError where there is none."""


class Reading:
    """The part of the parser that goes along the words and knows memory. `dry`: what is read does not count now;
    `typing`: only the type of all of it is asked for.
    """

    def __init__(self, text: str, scope: Scope) -> None:
        self.text, self.scope = text, scope
        self.words, self.at, self.depth = tokens(text), 0, 0
        self.dry, self.typing = 0, False

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
        return self.fetch(value.number, target if target is None or target.kind != "void" else None)

    def fetch(self, address: int, kind: Type | None) -> Value:
        """What lies at an address; None: as many bits as a register has, unsigned."""
        address &= (1 << self.scope.xlen) - 1
        if kind is not None and (not kind.is_scalar or kind.size > 8):
            return make(address, self.scope.xlen, False, address=address, type=kind)
        size = kind.size if kind is not None and kind.size else self.scope.xlen // 8
        data = bytes(size) if self.dry else self.scope.load(address, size)
        signed = kind is not None and kind.is_signed
        return make(int.from_bytes(data, "little"), size * 8, signed, address=address, type=kind)

    def referee(self, value: Value) -> Value:
        """What a reference of C++ stands for; anything else as it is."""
        kind = value.type
        if kind is None or not kind.is_reference or kind.target is None:
            return value
        return replace(self.fetch(value.number, kind.target), via=kind)

    def address_of(self, value: Value, operator: Token) -> Value:
        """&value."""
        if (value.address is None or value.field is not None) and not self.dry:
            raise mistake(
                self.text, operator.column, "that has no address", "& takes what is in memory: a symbol, *p, a[i]"
            )
        kind = pointer_to(value.type, self.scope.xlen) if value.type is not None else None
        return make(value.address or 0, self.scope.xlen, False, type=kind)

    def postfix(self, value: Value) -> Value:
        """[index] .member ->member (arguments)."""
        while True:
            operator, token = self.take("[", "->", "("), self.without_count()
            if operator is None:
                if token.kind != "name" or token.text[0] != ".":
                    return value
                self.at += 1
                value = self.member(value, token.text[1:].split("."), token)
            elif operator.text == "(":
                value = self.called(value)
            elif operator.text == "[":
                index = self.ternary()
                self.need("]")
                value = self.element(value, index.number)
            elif token.kind != "name":
                raise self.wrong("the name of a member is missing")
            else:
                self.at += 1
                value = self.member(self.follow(value), token.text.split("."), token)

    def called(self, function: Value) -> Value:
        """function(arguments)"""
        arguments: list[Value] = []
        while not self.take(")"):
            if arguments:
                self.need(",")
            arguments.append(self.ternary())
        self.dry += self.typing  # what is done with something that isn't there does not count either
        return (self.scope.uncalled if self.dry else self.scope.call)(function, arguments)

    def without_count(self) -> Token:
        """The next word; `member@3` is cut in three before."""
        token = self.token
        head, at, count = token.text.partition("@")
        if token.kind == "name" and at and head:
            column = token.column + len(head)
            number = tokens(count)[0]._replace(column=column + 1)
            self.words[self.at : self.at + 1] = [token._replace(text=head), Token("op", "@", column), number]
        return self.token

    def element(self, value: Value, index: int) -> Value:
        """value[index]."""
        kind = value.type.target if value.type is not None and value.type.kind in ("pointer", "array") else None
        base = value.number
        if kind is None and value.address is not None and value.type is None:
            base = value.address
        size = kind.size if kind is not None else self.scope.xlen // 8
        return self.fetch(base + index * size, kind)

    def member(self, value: Value, names: list[str], token: Token) -> Value:
        """A member, or a path of them; of what a pointer points at, too, as in gdb."""
        for name in names:
            if value.type is not None and value.type.kind == "pointer":
                value = self.follow(value)
            kind = value.type
            found = member_named(kind, name) if kind is not None else None
            if found is None:
                what = kind.name if kind is not None else "a number"
                known = [each.name for each in kind.members[:12] if each.name] if kind is not None else []
                hint = "it has " + ", ".join(known) if known else "debug information is needed for members"
                raise mistake(self.text, token.column, f"{what} has no member {name!r}", hint)
            value = self.part(value, found)
        return value

    def part(self, value: Value, member: Member) -> Value:
        """A member of a structure in memory, or in registers."""
        if value.address is None:
            kind, size = member.type, member.type.size or self.scope.xlen // 8
            held = make(value.unsigned >> 8 * member.at, size * 8, kind.is_signed, type=kind)
        else:
            held = self.fetch(value.address + member.at, member.type)
        if not member.bits:
            return self.referee(held)
        number = bits_of(held.unsigned, member.first, member.bits, member.type.is_signed)
        return Value(number, held.bits, held.signed, held.address, "", held.type, (member.first, member.bits))


def member_named(kind: Type, name: str, depth: int = 0) -> Member | None:
    """A member of a structure, also of its anonymous parts and base classes; `at` counts from its own beginning."""
    inside = []
    for member in kind.members:
        if member.name == name:
            return member
        if not member.name or member.is_base:
            inside.append(member)
    for outer in inside if depth < DEEPEST_BASE else ():
        if (found := member_named(outer.type, name, depth + 1)) is not None:
            return found._replace(at=outer.at + found.at)
    return None
