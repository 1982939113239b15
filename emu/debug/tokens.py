"""The words of an expression."""

from __future__ import annotations

import re
from typing import NamedTuple

from emu.errors import EmuError, Place

LONGEST = 4096
ESCAPES = {
    "a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "e": 27, "\\": 92, "'": 39, '"': 34, "?": 63,
}  # fmt: skip


class Token(NamedTuple):
    """kind: number float char name register op end; column from 1."""

    kind: str
    text: str
    column: int


PATTERN = re.compile(
    r"""\s*(?:(?P<float>(?:\d+\.\d*(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+)[fFlL]?(?![\w.]))
    |(?P<number>(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|\d[\d_]*)(?:[uU](?:ll?|LL?)?|(?:ll?|LL?)[uU]?)?(?!\w)
        |\d[\d_]*[kKmMgG](?!\w))
    |(?P<char>'(?:\\(?:[0-7]{1,3}|x[0-9a-fA-F]{1,8}|.)|[^'\\])')
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


def suffix_of(word: str) -> str:
    """`u`, `ul`, `ull` … behind a number, in small letters; '' without one."""
    return word[len(word.rstrip("uUlL")) :].lower()


def to_number(token: Token, text: str) -> int:
    """12, 10UL, 0x1f, 0b101, 010 (octal), 4k."""
    word = token.text.replace("_", "").rstrip("uUlL").lower()
    scale = {"k": 10, "m": 20, "g": 30}.get(word[-1])
    try:
        if scale:
            return int(word[:-1], 10) << scale
        if word[:2] in ("0x", "0b", "0o"):
            return int(word, 0)
        return int(word, 8 if word[0] == "0" else 10)
    except ValueError:
        hint = "0 begins a number in base 8: its digits are 0 to 7" if word[0] == "0" and word.isdigit() else ""
        raise mistake(text, token.column, f"{token.text!r} is no number", hint) from None


def is_decimal(word: str) -> bool:
    """Whether a number is written in base 10: without a suffix it is signed then."""
    return word[0] != "0"


def to_character(token: Token, text: str) -> int:
    """'a', '\\n', '\\101', '\\x41': a byte."""
    inner = token.text[1:-1]
    code = ord(inner) if len(inner) == 1 else ESCAPES.get(inner[1:])
    if code is None and inner[1:2] == "x" and len(inner) > 2:
        code = int(inner[2:], 16)
    if code is None and set(inner[1:]) <= set("01234567"):
        code = int(inner[1:], 8)
    if code is None or code > 255 or (len(inner) == 1 and code > 127):
        raise mistake(text, token.column, f"{token.text} is no character of one byte", "'a', '\\n', '\\101', '\\x41'")
    return code
