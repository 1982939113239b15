"""Statement text to tokens: names, numbers, strings, local-label references, operators.

A token is (kind, value, start, end); columns count from the start of the statement. Kinds:
    name     foo  .Lx  a0  foo@plt            value: str
    number   12 0x1f 0b11 017 'a'             value: int
    string   "text\\n"                         value: bytes
    local    1f 22b                           value: "1f"
    op       one operator or bracket          value: str
    float    1.5 2e-3                         value: str; only where the caller wants them
GNU as manual, "Symbol Names", "Constants", "Strings".
"""

from __future__ import annotations

import re
from typing import NamedTuple

from emu.asm.errors import Mistake


class Token(NamedTuple):
    """See the module."""

    kind: str
    value: object
    start: int
    end: int


_TOKEN = re.compile(
    r"""
    (?P<name>[^\W\d][\w.$]*(?:@\w+)?|[.$][\w.$]*(?:@\w+)?)
  | (?P<local>\d+[fb](?![\w.]))
  | (?P<number>0[xX][0-9a-fA-F]+(?!\w)|0[bB][01]+(?!\w)|\d+(?![\w]))
  | (?P<op><<|>>|<=|>=|<>|==|!=|&&|\|\||[-+*/%&|^~!<>()=,:@{}\[\]])
  | (?P<string>"(?:\\.|[^"\\])*")
  | (?P<char>'(?:\\x[0-9a-fA-F]+|\\[0-7]{1,3}|\\.|[^\\'])'?|''')
  | (?P<space>\s+)
  | (?P<bad>"|'|\d[\w.]*|.)
    """,
    re.VERBOSE | re.DOTALL,
)

_TOKEN_OR_FLOAT = re.compile(
    r"(?P<float>\d+(?:\.\d*(?:[eE][-+]?\d+)?|[eE][-+]?\d+)(?![\w.])) |" + _TOKEN.pattern, _TOKEN.flags
)
_SIMPLE = {"n": 10, "t": 9, "r": 13, "b": 8, "f": 12, "a": 7, "e": 27, "v": 11}
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]+)|(.))", re.DOTALL)


def _unescape_one(match: re.Match[bytes]) -> bytes:
    octal, hexa, other = match.groups()
    if octal:
        return bytes([int(octal, 8) & 0xFF])
    if hexa:
        return bytes([int(hexa[-2:], 16)])
    letter = other.decode("latin-1")
    return bytes([_SIMPLE[letter]]) if letter in _SIMPLE else other


def unescape(body: str) -> bytes:
    """The bytes of a string or character between its quotes; text outside ASCII becomes UTF-8."""
    raw = body.encode("utf-8", "surrogateescape")
    return _ESCAPE.sub(_unescape_one, raw) if b"\\" in raw else raw


def number(text: str) -> int:
    """The value of an integer literal: decimal, 0x, 0b, or octal with a leading 0."""
    if text[0] == "0" and len(text) > 1 and text.isdigit():
        return int(text, 8)
    return int(text, 0)


def _character(text: str) -> int:
    body = text[1:-1] if len(text) > 2 and text.endswith("'") else text[1:]
    return int.from_bytes(unescape(body)[:4], "big")


def _bad(text: str, start: int) -> Mistake:
    if text == '"':
        return Mistake('this string has no closing "', start)
    if text[0].isdigit():
        return Mistake(
            f"{text!r} is not a number", start, "write 12, 0xff, 0b101 or 017; names don't start with a digit"
        )
    return Mistake(f"unexpected character {text!r}", start)


def tokenize(text: str, offset: int = 0, floats: bool = False) -> list[Token]:
    """All tokens of `text`; `offset` is added to the columns."""
    tokens = []
    for match in (_TOKEN_OR_FLOAT if floats else _TOKEN).finditer(text):
        kind, word = match.lastgroup, match.group()
        start, end = match.start() + offset, match.end() + offset
        if kind == "space":
            continue
        value: object = word
        try:
            if kind == "number":
                value = number(word)
            elif kind == "char":
                kind, value = "number", _character(word)
            elif kind == "string":
                value = unescape(word[1:-1])
            elif kind == "bad":
                raise _bad(word, start)
        except ValueError:
            raise _bad(word, start) from None
        tokens.append(Token(kind, value, start, end))
    return tokens
