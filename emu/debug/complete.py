"""Completion of a line: commands, options, arguments by their kinds. Pure: the faces only show what is found."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from emu.debug import candidates
from emu.debug.command import Arg, Command
from emu.debug.parse import FACES, either_order, in_order
from emu.debug.shell import Shell
from emu.debug.words import Word, split, statements
from emu.errors import EmuError

MOST = 200
PIECE = re.compile(r"[^\s=+*/%&|^~!<>(),\[\]{}-]*$")
"""The part of an expression that is being typed."""
IN_PIECES = ("expression", "value", "location", "rest", "register", "assignment")


class Candidate(NamedTuple):
    """Text to put in place of the `length` characters before the cursor; what it is."""

    text: str
    length: int
    meaning: str = ""


def complete(shell: Shell, line: str) -> list[Candidate]:
    """What may stand at the end of `line` (the text before the cursor)."""
    parts = statements(line)
    text = parts[-1][0] if parts else ""
    words = split(text)
    if not words or (len(words) == 1 and not text[-1].isspace()):
        typed = words[0].text if words else ""
        return matching(typed, first_words(shell))
    if text[-1].isspace():
        words.append(Word("", len(text), len(text)))
    if shell.block is not None:
        return []
    return arguments(shell, shell.expand(text), words)


def first_words(shell: Shell) -> list[tuple[str, str]]:
    """Everything that a line may begin with."""
    own = [(name, "your command") for name in shell.macros] + [(name, text) for name, text in shell.aliases.items()]
    short = [(name, full) for name, full in shell.registry.aliases.items() if " " not in name]
    return list(shell.registry.below([]).items()) + own + short


def arguments(shell: Shell, text: str, words: list[Word]) -> list[Candidate]:
    """What may stand as the last of `words`, which come after the command's first word."""
    names, typed = [word.text for word in words[:-1]], words[-1].text
    names[0] = names[0].partition("/")[0]
    found = matching(typed, shell.registry.below(names).items()) if known(shell, names) else []
    try:
        command, used = shell.registry.find(names)
    except EmuError:
        return found
    if typed.startswith("--"):
        return matching(typed, options(command))
    given = [name for name in names[used:] if not name.startswith("--")]
    first = command.args if not given and either_order(command) else ()
    arg = argument(in_order(command, given[0] if given else ""), len(given))
    return found + [each for arg in first or filter(None, [arg]) for each in of_kind(shell, arg, typed, given)]


def known(shell: Shell, names: list[str]) -> bool:
    """Whether these words lead somewhere."""
    try:
        return bool(shell.registry.below(names))
    except EmuError:
        return False


def argument(args: tuple[Arg, ...], index: int) -> Arg | None:
    """The argument that stands at a place; the last one may take several words."""
    if index < len(args):
        return args[index]
    last = args[-1] if args else None
    return last if last and (last.many or last.kind in ("rest", "expression", "value")) else None


def options(command: Command) -> list[tuple[str, str]]:
    """--flags of a command, and those of all."""
    return [(f"--{name}", meaning) for name, meaning in (command.options | FACES).items()]


def of_kind(shell: Shell, arg: Arg, typed: str, given: list[str]) -> list[Candidate]:
    """Words of the argument's kind, behind those that are given. Of an expression only its last piece is replaced."""
    if arg.kind == "command" or (arg.kind == "rest" and arg.name == "topic"):
        return matching(typed, [(command.name, command.summary) for command in shell.registry])
    piece = PIECE.search(typed)[0] if arg.kind in IN_PIECES else typed
    if not shell.is_ready():
        return matching(piece, [(choice, "") for choice in arg.choices])
    if arg.name == "name" and shell.aliases:
        return matching(piece, shell.aliases.items())
    return matching(piece, candidates.words(shell.session, arg, piece, given))


def matching(typed: str, words: Iterable[tuple[str, str]]) -> list[Candidate]:
    """Words that begin so; without any, words that have the letters in this order."""
    rows, length = list(dict(words).items()), len(typed)
    begin = [row for row in rows if row[0].startswith(typed)]
    if not begin and len(typed.lstrip("$-")) >= 2:
        fuzzy = re.compile(".*?".join(map(re.escape, typed)), re.IGNORECASE)
        begin = sorted((row for row in rows if fuzzy.search(row[0])), key=lambda row: len(row[0]))
    return [Candidate(word, length, meaning) for word, meaning in begin[:MOST]]
