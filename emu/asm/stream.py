"""The statements to assemble, one after the other: files, and over them what .include, macros and .rept push."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from emu.asm.errors import Mistake
from emu.asm.limits import MAX_EXPANSION, MAX_NESTING, MAX_STATEMENTS
from emu.asm.source import Line, Statement, split_line


class Stream:
    """An iterator of statements on a stack of iterators."""

    def __init__(self, first: Iterable[Statement]) -> None:
        self._frames: list[Iterator[Statement]] = [iter(first)]
        self._produced = self._expanded = 0

    def __iter__(self) -> Iterator[Statement]:
        return self

    def __next__(self) -> Statement:
        while self._frames:
            for statement in self._frames[-1]:
                if len(self._frames) > 1:
                    self._count()
                return statement
            self._frames.pop()
        raise StopIteration

    def _count(self) -> None:
        self._produced += 1
        if self._produced > MAX_STATEMENTS:
            self.stop()
            raise Mistake(f"macros, .rept and .include make more than {MAX_STATEMENTS} statements")

    def push(self, statements: Iterable[Statement], what: str) -> None:
        """Goes on with these, then where it was."""
        if len(self._frames) >= MAX_NESTING:
            self.stop()
            raise Mistake(
                f"{what} nested deeper than {MAX_NESTING}", None, "a macro that calls itself needs an .if to end"
            )
        self._frames.append(iter(statements))

    def leave(self) -> None:
        """Drops the rest of the innermost expansion (.exitm)."""
        if len(self._frames) > 1:
            self._frames.pop()

    def stop(self) -> None:
        """Drops everything (.end)."""
        self._frames.clear()

    def block(self, opening: frozenset[str], closing: frozenset[str]) -> list[Statement]:
        """The statements up to the one that closes the block at hand; blocks inside it are passed over whole."""
        body, depth = [], 1
        for statement in self:
            word = first_word(statement.text)
            depth += (word in opening) - (word in closing)
            if not depth:
                return body
            body.append(statement)
        raise Mistake(f"this block is never closed: {' or '.join(sorted(closing))} is missing")

    def expansion(self, body: list[Statement], texts: Iterable[str], caller: Line, macro: str) -> Iterator[Statement]:
        """The statements of a body with new texts, each remembering where it stands and who called."""
        for statement, text in zip(body, texts, strict=True):
            self._expanded += len(text)
            if self._expanded > MAX_EXPANSION:
                self.stop()
                raise Mistake(f"macros expand to more than {MAX_EXPANSION >> 20} MB of text")
            line = Line(statement.line.file, statement.line.number, text, caller, macro)
            yield from split_line(line, text)


def first_word(text: str) -> str:
    """The directive or mnemonic of a statement, in lower case, behind its labels."""
    words = text.split(None, 1)
    while words and words[0].endswith(":") and len(words) > 1:
        words = words[1].split(None, 1)
    return words[0].lower() if words else ""
