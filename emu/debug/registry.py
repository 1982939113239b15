"""Every declared command, found by its words: exact names, aliases, unambiguous prefixes; else what was meant."""

from __future__ import annotations

import functools
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module

from emu.debug.command import Command
from emu.debug.habits import advice
from emu.errors import EmuError, did_you_mean

SHORT = {"i": "info"}  # words for which an ambiguous beginning is customary
GROUPS = ("run", "stop", "time", "look", "memory", "kernel", "session")


class NoSuchCommand(EmuError):
    """`index` is the number of the word at fault."""

    def __init__(self, message: str, index: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.index = index


@dataclass(slots=True)
class Node:
    """A word of a name: the command that ends here, and the words that may follow."""

    command: Command | None = None
    below: dict[str, Node] = field(default_factory=dict)

    def at(self, words: Iterable[str]) -> Node:
        """The node below, made where it is missing."""
        node = self
        for word in words:
            node = node.below.setdefault(word, Node())
        return node

    @property
    def takes_words(self) -> bool:
        """Whether the next word may be an argument as well as a part of the name."""
        return self.command is not None and bool(self.command.args)


class Registry:
    """Commands by name. Iterating gives them in the order of GROUPS, then of their names."""

    def __init__(self, commands: Iterable[Command]) -> None:
        self.commands = tuple(sorted(commands, key=order))
        self.root, self.aliases = Node(), {}
        for command in self.commands:
            node = self.root.at(command.name.split())
            if node.command is not None:
                raise ValueError(f"two commands are called {command.name!r}")
            node.command = command
            self.aliases |= dict.fromkeys(command.aliases, command.name)
        for command in self.commands:
            for alias in command.aliases:
                if " " in alias and not command.name.startswith(alias):
                    self.root.at(alias.split()).command = command

    def __iter__(self) -> Iterator[Command]:
        return iter(self.commands)

    def find(self, words: list[str]) -> tuple[Command, int]:
        """The command that a line's words begin with, and how many of them are its name. NoSuchCommand if none is."""
        words = self.expanded(words)
        node, used, command, length = self.root, 0, None, 0
        while used < len(words) and (word := self.match(node, words[used], used)) is not None:
            node, used = node.below[word], used + 1
            if node.command is not None:
                command, length = node.command, used
        if command is None:
            raise self.unknown(node, words, used)
        return command, length + (self.shrunk if length else 0)

    def expanded(self, words: list[str]) -> list[str]:
        """The words with an alias put in full; `shrunk` is by how many they have become more."""
        self.shrunk = 0
        words = [SHORT.get(words[0], words[0]), *words[1:]] if words else words
        for count in range(min(3, len(words)), 0, -1):
            if full := self.aliases.get(" ".join(words[:count])):
                self.shrunk = count - len(full.split())
                return [*full.split(), *words[count:]]
        return words

    def match(self, node: Node, word: str, index: int) -> str | None:
        """The word of the tree that is meant: itself, or the only one that begins so; None if there is none."""
        if word in node.below:
            return word
        if node.takes_words or not word:
            return None
        begin = [name for name in node.below if name.startswith(word)]
        if len(begin) > 1:
            names = ", ".join(sorted(begin)[:8]) + (" …" if len(begin) > 8 else "")
            raise NoSuchCommand(f"{word!r} is ambiguous: {names}", index, "type more of it")
        return begin[0] if begin else None

    def unknown(self, node: Node, words: list[str], used: int) -> NoSuchCommand:
        """The error for words that lead nowhere."""
        before = " ".join(words[:used])
        if used == len(words):
            follow = ", ".join(sorted(node.below))
            return NoSuchCommand(f"{before!r} needs a further word", max(used - 1, 0), f"one of {follow}")
        word = words[used]
        known = [*node.below, *(self.aliases if not used else ())]
        place = f"{before} {word}".strip()
        below = "one of " + ", ".join(sorted(node.below)) if used else "`help` lists the commands"
        alone = f"{word} is a command of its own" if used and word in self.root.below else ""
        hint = advice(words) or did_you_mean(word, known) or alone or meant(word) or below
        return NoSuchCommand(f"no command {place!r}", used, hint)

    def below(self, words: list[str]) -> dict[str, str]:
        """What may follow these words in a name: word → summary. For completion."""
        node = self.root
        for index, word in enumerate(self.expanded(words)):
            found = self.match(node, word, index)
            if found is None:
                return {}
            node = node.below[found]
        return {word: summary(child) for word, child in sorted(node.below.items())}


def order(command: Command) -> tuple[int, str]:
    """Groups as GROUPS has them, unknown ones last."""
    return (GROUPS.index(command.group) if command.group in GROUPS else len(GROUPS), command.name)


def summary(node: Node) -> str:
    """A command's summary; for a word that only leads on, where to."""
    return node.command.summary if node.command else ", ".join(list(node.below)[:6])


def meant(word: str) -> str:
    """What people type who expect an expression to be printed."""
    return f"to see a value: print {word}" if word[:1] in "$*(0123456789-&" else ""


@functools.cache
def registry() -> Registry:
    """All of emu.debug.commands."""
    from emu.debug import commands

    modules = [import_module(f"{commands.__name__}.{row.name}") for row in pkgutil.iter_modules(commands.__path__)]
    return Registry(command for module in modules for command in module.COMMANDS)
