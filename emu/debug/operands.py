"""What stands in an expression between operators: numbers, names, registers, types, sizeof."""

from __future__ import annotations

from emu.debug.reading import Reading
from emu.debug.source.types import Type
from emu.debug.tokens import Token, is_decimal, mistake, suffix_of, to_character, to_number, tokens
from emu.debug.typename import TypeReader
from emu.debug.value import DOUBLE, FLOAT, Value, base_type, integer, make, make_float
from emu.errors import EmuError


class Operands(Reading):
    """The part of the parser that knows names and types."""

    # -- types --------------------------------------------------------------------------------------------------------
    def type_here(self, close: str = "") -> Type | None:
        """The name of a type that stands here, up to `close`; None if what stands here is something else."""
        reader = TypeReader(self.words, self.at, self.scope.xlen, self.scope.type_named)
        kind = reader.read()
        if reader.missing:
            raise self.wrong(f"no type is called {reader.missing!r}", "info types shows the program's")
        if kind is None or (close and not reader.takes(close)):
            return None
        self.at = reader.at
        return kind

    # -- what stands alone --------------------------------------------------------------------------------------------
    def primary(self) -> Value:
        """A number, a name, something in parentheses."""
        token = self.token
        if self.take("("):
            value = self.ternary()
            self.need(")")
            return value
        if self.take("{"):
            return self.in_braces()
        self.at += 1
        if token.kind == "float":
            return make_float(float(token.text.rstrip("fFlL")), FLOAT if token.text[-1] in "fF" else DOUBLE)
        if token.kind == "char":
            return make(to_character(token, self.text), 8, False, type=base_type("char", self.scope.xlen))
        if token.kind == "number":
            return self.literal(token)
        if token.text == "pa" and self.take("("):
            value = self.ternary()
            self.need(")")
            return make(0 if self.dry else self.scope.physical(value.word(self.scope.xlen)), 64, False)
        if token.text == "sizeof":
            return self.size_of()
        if token.kind in ("register", "name"):
            return self.look_up(token)
        self.at -= 1
        raise self.wrong("an expression is missing" if token.kind == "end" else f"unexpected {token.text!r}")

    def literal(self, token: Token) -> Value:
        """A number of C's type: the first of int, long and long long that holds it; decimal ones are signed."""
        number, suffix = to_number(token, self.text), suffix_of(token.text)
        xlen, least = self.scope.xlen, {0: 32, 1: self.scope.xlen, 2: 64}[suffix.count("l")]
        for bits in sorted({bits for bits in (32, xlen, 64) if bits >= least}):
            if "u" not in suffix and not number >> (bits - 1):
                return integer(number, bits, True, xlen)
            if not number >> bits and ("u" in suffix or bits == 64 or not is_decimal(token.text)):
                return integer(number, bits, False, xlen)
        raise mistake(self.text, token.column, f"{token.text} does not fit in 64 bits")

    def in_braces(self) -> Value:
        """gdb's {type} address."""
        kind = self.type_here("}")
        if kind is None:
            raise self.wrong("a type is needed between { and }", "{int} 0x12000 is *(int *) 0x12000")
        return self.fetch(self.unary().number, kind)

    def unary(self) -> Value:
        """An operand with what stands before it: the parser's."""
        raise NotImplementedError  # Parser in expr.py has it; the grammar is recursive

    def size_of(self) -> Value:
        """sizeof (type), sizeof expression."""
        begin = self.at
        kind = self.type_here(")") if self.take("(") else None
        if kind is None:
            self.at = begin
            self.dry += 1
            value = self.unary()
            self.dry -= 1
            return make(value.type.size if value.type is not None else value.bits // 8, self.scope.xlen, False)
        return make(kind.size, self.scope.xlen, False)

    def look_up(self, token: Token) -> Value:
        """A register, or a name with members; `name@3` is cut in two where no symbol is called so."""
        try:
            if token.kind == "register":
                return self.scope.register(token.text[1:])
            return self.referee(self.scope.name(token.text))
        except EmuError as error:
            head, at, count = token.text.partition("@")
            if token.kind == "name" and at:
                rest = tokens(count)[0]
                column = token.column + len(head)
                self.words[self.at : self.at] = [Token("op", "@", column), rest._replace(column=column + 1)]
                return self.look_up(Token("name", head, token.column))
            head, dot, path = token.text.partition(".")
            if token.kind == "name" and dot and head:
                return self.member(self.look_up(Token("name", head, token.column)), path.split("."), token)
            raise mistake(self.text, token.column, error.message, error.hint) from None
