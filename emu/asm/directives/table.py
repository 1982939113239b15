"""The table of directives, filled by the `directive` decorator, and the arguments their handlers read."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from emu.asm.errors import Mistake
from emu.asm.evaluate import Value
from emu.asm.expressions import parse_expression
from emu.asm.lexer import Token, tokenize
from emu.asm.nodes import Node
from emu.asm.operands import split_at_commas
from emu.asm.source import Statement

if TYPE_CHECKING:
    from emu.asm.assembler import Assembler

Handler = Callable[["Assembler", "Arguments"], None]


class Directive(NamedTuple):
    """One row: how it is written, what it does, the function that does it."""

    name: str
    syntax: str
    summary: str
    handler: Handler

    def run(self, asm: Assembler, arguments: Arguments) -> None:
        """Calls the handler; a Mistake without a hint gets the syntax as its hint."""
        try:
            self.handler(asm, arguments)
        except Mistake as mistake:
            if mistake.column is None:
                mistake.column = arguments.name_column
            if not mistake.hint and self.syntax != self.name:
                mistake.hint = f"write: {self.syntax}"
            raise


DIRECTIVES: dict[str, Directive] = {}
CONDITIONAL: set[str] = set()  # those that are looked at in a branch that is left out


def directive(names: str, syntax: str, summary: str, conditional: bool = False) -> Callable[[Handler], Handler]:
    """Adds the function to the table under each of the names."""

    def add(handler: Handler) -> Handler:
        for name in names.split():
            DIRECTIVES[name] = Directive(name, f"{name} {syntax}".strip(), summary, handler)
            if conditional:
                CONDITIONAL.add(name)
        return handler

    return add


_COMMA = re.compile(r'"(?:\\.|[^"\\])*"?|,|[^",]+')


class Arguments:
    """What stands behind a directive's name."""

    def __init__(
        self, asm: Assembler, name: str, text: str, column: int, name_column: int, statement: Statement
    ) -> None:
        self.asm, self.name, self.text, self.column = asm, name, text, column
        self.name_column, self.statement = name_column, statement

    @classmethod
    def of_text(cls, asm: Assembler, name: str, statement: Statement, start: int, name_column: int) -> Arguments:
        """The arguments that begin at `start` of a statement."""
        start += len(statement.text[start:]) - len(statement.text[start:].lstrip())
        return cls(asm, name, statement.text[start:], statement.column + start, name_column, statement)

    @cached_property
    def tokens(self) -> list[Token]:
        """All tokens."""
        return tokenize(self.text, self.column)

    @cached_property
    def parts(self) -> list[list[Token]]:
        """Tokens between the commas."""
        return split_at_commas(self.tokens)

    @cached_property
    def texts(self) -> list[str]:
        """The text between commas outside quotes, stripped; for directives that are not made of expressions."""
        if not self.text.strip():
            return []
        texts = [""]
        for piece in _COMMA.findall(self.text):
            if piece == ",":
                texts.append("")
            else:
                texts[-1] += piece
        return [text.strip() for text in texts]

    def __len__(self) -> int:
        return len(self.parts)

    def expect(self, minimum: int, maximum: int) -> None:
        """Mistake unless there are that many."""
        if not minimum <= len(self.parts) <= maximum:
            counts = str(minimum) if minimum == maximum else f"{minimum} to {maximum}"
            raise Mistake(f"{self.name} takes {counts} arguments, found {len(self.parts)}", self.name_column)

    def at(self, index: int) -> int:
        """The column of an argument."""
        return self.parts[index][0].start if index < len(self.parts) else self.name_column

    def expression(self, index: int) -> Node:
        """An argument as an expression."""
        if index >= len(self.parts):
            raise Mistake(f"{self.name} needs {index + 1} arguments, found {len(self.parts)}", self.name_column)
        return parse_expression(self.parts[index], self.asm.symbols)

    def integer(self, index: int, default: int | None = None) -> int:
        """An argument that must be a number by now."""
        if index >= len(self.parts) and default is not None:
            return default
        return self.number_of(self.expression(index), self.at(index))

    def number_of(self, node: Node, column: int) -> int:
        """The number that an expression is by now."""
        value = Value(node) if type(node) is int else self.asm.evaluator.value_now(node)
        if not value.is_absolute:
            hint = "it must not depend on labels that come later or on code between whose size may still change"
            raise Mistake(f"{self.name} needs a number that is known here", column, hint)
        return value.constant

    def symbol(self, index: int) -> str:
        """An argument that is the name of a symbol."""
        part = self.parts[index] if index < len(self.parts) else []
        if len(part) == 1 and part[0].kind == "name":
            return str(part[0].value)
        if len(part) == 1 and part[0].kind == "string":
            return part[0].value.decode("utf-8", "replace")
        raise Mistake(f"{self.name} needs the name of a symbol", self.at(index))

    def string(self, index: int) -> bytes:
        """An argument that is a string."""
        part = self.parts[index] if index < len(self.parts) else []
        if len(part) == 1 and part[0].kind == "string":
            return part[0].value
        raise Mistake(f'{self.name} needs a "string"', self.at(index))
