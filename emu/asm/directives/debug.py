"""Directives of compilers about source lines. GNU as manual, ".file", ".loc"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.asm.directives.table import Arguments, directive
from emu.asm.errors import Mistake
from emu.asm.lexer import Token

if TYPE_CHECKING:
    from emu.asm.assembler import Assembler

MAX_FILE_NUMBER = 100_000


@directive(".file", '[number ["directory"]] "name"', "A file that .loc names by its number.")
def file(asm: Assembler, arguments: Arguments) -> None:
    tokens = arguments.tokens
    strings = [token.value.decode("utf-8", "replace") for token in tokens if token.kind == "string"]
    if not strings:
        raise Mistake('.file needs a "name"', arguments.name_column)
    if tokens[0].kind != "number":
        asm.lines.name_source(strings[0])
        return
    if tokens[0].value > MAX_FILE_NUMBER:
        raise Mistake(f"file number {tokens[0].value} is too large", tokens[0].start)
    directory, name = strings[:2] if len(strings) > 1 else ("", strings[0])
    asm.lines.file(tokens[0].value, directory, name)


@directive(".loc", "file line [column] [is_stmt 0] [prologue_end] …", "The source line of the next instruction.")
def loc(asm: Assembler, arguments: Arguments) -> None:
    numbers, words, view = _split(arguments.tokens)
    if view:
        asm.symbols.assign(view, 0, arguments.name_column)  # gcc counts rows of one address; here it never matters
    if len(numbers) < 2:
        raise Mistake(".loc needs the number of a file and of a line", arguments.name_column)
    if not asm.lines.knows(numbers[0]):
        raise Mistake(f"there is no .file {numbers[0]}", arguments.tokens[0].start)
    if max(numbers) >= 1 << 32:
        raise Mistake(".loc numbers have at most 32 bits", arguments.name_column)
    column = numbers[2] if len(numbers) > 2 else 0
    asm.lines.loc(numbers[0], numbers[1], column, words.get("is_stmt", 1) != 0, "prologue_end" in words)


def _split(tokens: list[Token]) -> tuple[list[int], dict[str, int], str]:
    """The leading numbers, the words after them with the number that follows each, and the name behind `view`."""
    count = next((i for i, token in enumerate(tokens) if token.kind != "number"), len(tokens))
    words: dict[str, int] = {}
    last = view = ""
    for token in tokens[count:]:
        if token.kind == "name" and last == "view":
            view = str(token.value)
        elif token.kind == "name":
            last = str(token.value)
            words[last] = 1
        elif token.kind == "number":
            words[last] = token.value
    return [token.value for token in tokens[:count]], words, view
