"""A command line cut into words, each with its column, so that errors can point at it."""

from __future__ import annotations

from typing import NamedTuple

OPEN, CLOSE = "([{", ")]}"


class Word(NamedTuple):
    """Text without its quotes, and where it stands in the line (from 0)."""

    text: str
    start: int
    end: int


def split(line: str) -> list[Word]:
    """Words at blanks, but not within quotes or brackets. Nothing is an error: an open quote ends with the line."""
    words, at = [], 0
    while at < len(line):
        if line[at].isspace():
            at += 1
            continue
        end = word_end(line, at)
        words.append(Word(unquoted(line[at:end]), at, end))
        at = end
    return words


def word_end(line: str, at: int) -> int:
    """Where the word that begins at `at` ends."""
    depth, quote = 0, ""
    while at < len(line):
        char = line[at]
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char in OPEN:
            depth += 1
        elif char in CLOSE:
            depth = max(depth - 1, 0)
        elif char.isspace() and not depth:
            break
        at += 1
    return at


def unquoted(text: str) -> str:
    """A word that is quoted as a whole, without the quotes; any other as it is."""
    quoted = len(text) >= 2 and text[0] in "\"'" and text[-1] == text[0] and text.count(text[0]) == 2
    return text[1:-1] if quoted else text


def statements(line: str) -> list[tuple[str, int]]:
    """The commands of a line, which `;` separates outside quotes, each with its column.

    `#` at the beginning of a word begins a comment, outside quotes.
    """
    parts, begin, quote = [], 0, ""
    for at, char in enumerate(line):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == ";":
            parts.append((line[begin:at], begin))
            begin = at + 1
        elif char == "#" and (not line[begin:at].strip() or line[at - 1].isspace()):
            return [*parts, (line[begin:at], begin)] if line[begin:at].strip() else parts
    return [*parts, (line[begin:], begin)]
