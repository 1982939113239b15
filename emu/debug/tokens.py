"""The words of an expression."""

from __future__ import annotations

import re
from typing import NamedTuple

from emu.errors import EmuError, Place

LONGEST = 4096


class Token(NamedTuple):
    """kind: number float char name register op end; column from 1."""

    kind: str
    text: str
    column: int


PATTERN = re.compile(
    r"""\s*(?:(?P<float>\d+\.\d*(?:[eE][-+]?\d+)?(?![\w.])|\d+[eE][-+]?\d+(?![\w.]))
    |(?P<number>0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|\d[\d_]*[kKmMgG]?(?![\w]))
    |(?P<char>'(?:\\.|[^'\\])')
    |(?P<register>\$[\w.]*)
    |(?P<name>[A-Za-z_.][\w.$]*(?:::~?[\w.$]+)*(?:@\w+)?)
    |(?P<op><<|>>|<=|>=|==|!=|&&|\|\||->|[-+*/%&|^~!<>()\[\]{}.?:,=@]))""",
    re.VERBOSE,
)


def mistake(text: str, column: int, message: str, hint: str = "") -> EmuError:
    """An error that points into the expression."""
    return EmuError(message, Place("", 0, column, text), hint)


def tokens(text: str) -> list[Token]:
    """All words, and an end. EmuError at what is none."""
    if len(text) > LONGEST:
        raise EmuError(f"an expression of {len(text):,} characters: at most {LONGEST:,} are read")
    found, at, end = [], 0, len(text.rstrip())
    while at < end:
        match = PATTERN.match(text, at)
        if match is None or match.end() == at:
            column = at + len(text[at:]) - len(text[at:].lstrip()) + 1
            raise mistake(text, column, f"unexpected {text[column - 1]!r} in an expression")
        kind = match.lastgroup or ""
        found.append(Token(kind, match[kind], match.start(kind) + 1))
        at = match.end()
    return [*found, Token("end", "", end + 1)]


def to_number(token: Token, text: str) -> int:
    """12, 0x1f, 0b101, 4k, 'a'."""
    word = token.text.replace("_", "")
    if token.kind == "char":
        inner = word[1:-1].encode("latin-1", "replace").decode("unicode_escape")
        return ord(inner)
    scale = {"k": 10, "m": 20, "g": 30}.get(word[-1].lower()) if word[:2].lower() != "0x" else None
    try:
        return (
            int(word[:-1], 10) << scale
            if scale
            else int(word, 0 if word[:1] == "0" and len(word) > 1 and word[1] in "xXbBoO" else 10)
        )
    except ValueError:
        raise mistake(text, token.column, f"{token.text!r} is no number") from None
