"""Source text to statements: lines, comments out, `;` apart. GNU as manual, "Syntax".

Comments are `#` and `//` to the end of the line, and `/* */` over several lines. They are replaced by nothing or by
blanks, so a statement's column in its line never moves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from emu.asm.errors import AsmError
from emu.errors import Place

SHOWN = 160  # characters of a source line in a message


class Source(NamedTuple):
    """One file to assemble: the name that messages and the line table use, and its text."""

    name: str
    text: str


class Line:
    """A line of source, and, inside a macro expansion, the line that called the macro."""

    __slots__ = ("caller", "file", "macro", "number", "text")

    def __init__(self, file: str, number: int, text: str, caller: Line | None = None, macro: str = "") -> None:
        self.file, self.number, self.text, self.caller, self.macro = file, number, text, caller, macro

    def place(self, column: int | None = None) -> Place:
        """For messages; `column` is 0-based. Very long lines are cut behind the column, or left out."""
        end = (column or 0) + SHOWN
        text = self.text if len(self.text) <= end else self.text[:end] + " …"
        return Place(self.file, self.number, 0 if column is None else column + 1, text if end <= 4 * SHOWN else "")

    def callers(self) -> list[str]:
        """One note for each macro, .rept or .include that this line came through, innermost first."""
        notes, line = [], self
        while line.caller is not None:
            notes.append(
                f"in {line.macro} at {line.caller.file}:{line.caller.number}: {line.caller.text.strip()[:SHOWN]}"
            )
            line = line.caller
        return notes if len(notes) <= 6 else [*notes[:3], f"… {len(notes) - 6} more …", *notes[-3:]]

    def error(self, message: str, column: int | None = None, hint: str = "") -> AsmError:
        """The AsmError for a mistake on this line."""
        return AsmError(message, self.place(column), hint, self.callers())

    def outermost(self) -> Line:
        """The line a reader sees when stepping: the call, for an instruction out of a macro or .rept."""
        line = self
        while line.caller is not None and not line.macro.startswith(".include"):
            line = line.caller
        return line


class Statement(NamedTuple):
    """One label, directive, assignment or instruction; text[0] stands at `column` (0-based) of its line."""

    text: str
    column: int
    line: Line


_BLOCK = re.compile(r'"(?:\\.|[^"\\\n])*"?|\'(?:\\.|[^\\\n])\'?|//[^\n]*|#[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_MARKS = re.compile(r'"(?:\\.|[^"\\])*"?|\'(?:\\.|[^\\])\'?|//.*|#.*|;', re.DOTALL)
_SPECIAL = re.compile(r"[#;\"'/]")


def _blank(match: re.Match[str]) -> str:
    text = match.group()
    return re.sub(r"[^\n]", " ", text) if text.startswith("/*") else text


def split_line(line: Line, text: str) -> Iterator[Statement]:
    """The statements of a line of text whose block comments are gone already."""
    if not _SPECIAL.search(text):
        if text and not text.isspace():
            yield Statement(text, 0, line)
        return
    start = 0
    for mark in _MARKS.finditer(text):
        if mark.group()[0] in "#;/":
            if not text[start : mark.start()].isspace() and start < mark.start():
                yield Statement(text[start : mark.start()], start, line)
            start = mark.end()
    if text[start:].strip():
        yield Statement(text[start:], start, line)


def statements(source: Source, caller: Line | None = None) -> Iterator[Statement]:
    """All statements of a file, lazily. `caller` is the line of the .include, if any."""
    shown = source.text.split("\n")
    clean = _BLOCK.sub(_blank, source.text).split("\n") if "/*" in source.text else shown
    macro = f".include {source.name!r}" if caller else ""
    for number, (original, text) in enumerate(zip(shown, clean, strict=True), 1):
        yield from split_line(Line(source.name, number, original.rstrip("\r"), caller, macro), text)
