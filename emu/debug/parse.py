"""A line to a call: the command, and its arguments by name, each parsed as its kind says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emu.debug.command import Arg, Command
from emu.debug.registry import NoSuchCommand, Registry
from emu.debug.words import Word, split
from emu.errors import EmuError, Place, did_you_mean

FACES = {"json": "print the answer as JSON", "plain": "print one fact a line"}
"""Options that every command takes."""
FORMAT = re.compile(r"(?P<name>[\w!?-]+)/(?P<format>\w*)$")
APART = re.compile(r"/(?P<format>\w+)$")
MEANINGS = {
    "expression": "an expression: $a0 + 8, &buffer, *(u32 *) 0x12000",
    "value": "an expression: $a0 + 8, &buffer, *pointer",
    "location": "a symbol, FILE:LINE, LINE, +LINES or *ADDRESS",
    "number": "a number, or an expression",
    "pid": "the number of a process or thread: see ps",
    "hart": "the number of a hart, from 0 on",
    "register": "a register: a0, x10, ft0, pc, satp",
    "breakpoint": "the number of a breakpoint: see info breakpoints",
    "file": "a file of the host",
    "rest": "the rest of the line",
}
"""Kind of argument → what is expected, where the command does not say more."""
REST = ("rest", "expression", "value", "assignment", "caught")
"""Kinds that take the remainder of the line where they stand last."""


@dataclass(slots=True)
class Call:
    """What a line asks for. `face`: json or plain where the line says so."""

    command: Command
    arguments: dict[str, Any]
    face: str = ""
    line: str = ""


class Parser:
    """Parses one line. `session()` gives the session when something is to be evaluated, not before."""

    def __init__(self, registry: Registry, session: Callable[[], Any], line: str) -> None:
        self.registry, self.session, self.line = registry, session, line
        self.words = split(line)
        self.format = ""

    def call(self) -> Call:
        """The call, or EmuError whose place is the column at fault."""
        command = self.command()
        options, face = self.options(command)
        if command.name.startswith("set ") and self.words and self.words[0].text == "=":
            del self.words[0]
        values = {} if not command.slash else {"fmt": self.format}
        for index, arg in enumerate(in_order(command, self.words[0].text if self.words else "")):
            values[arg.name] = self.argument(arg, last=index == len(command.args) - 1)
        if self.words:
            self.fail(f"{command.name} takes no {self.words[0].text!r}", self.words[0], f"usage: {usage(command)}")
        return Call(command, values | options, face, self.line)

    def command(self) -> Command:
        """The command; its words are taken off."""
        names = [word.text for word in self.words]
        if names and (found := FORMAT.match(names[0])):
            names[0], self.format = found["name"], found["format"]
        try:
            command, used = self.registry.find(names)
        except NoSuchCommand as error:
            index = min(error.index, len(self.words) - 1)
            raise self.error(error.message, self.words[index] if self.words else None, error.hint) from None
        if self.format and not command.slash:
            hint = f"usage: {usage(command)}"
            self.fail(f"{command.name} takes no /{self.format}", self.words[0], hint)
        del self.words[:used]
        if command.slash and not self.format and self.words and (found := APART.match(self.words[0].text)):
            self.format = found["format"]
            del self.words[0]
        return command

    def options(self, command: Command) -> tuple[dict[str, Any], str]:
        """--flags and --key=value before, between and after the words; what `rest` takes begins at its first word."""
        values: dict[str, Any] = {name.rstrip("="): None if name.endswith("=") else False for name in command.options}
        face = ""
        for word in [word for word in self.words if re.match(r"--[a-z]", word.text)]:
            name, equals, value = word.text[2:].partition("=")
            if name in FACES:
                face = name
            elif f"{name}=" in command.options and equals:
                values[name] = value
            elif name in command.options and not equals:
                values[name] = True
            elif "line" in (command.extra or ""):
                continue
            else:
                self.unknown_option(command, word, name)
            self.words.remove(word)
        return values, face

    def unknown_option(self, command: Command, word: Word, name: str) -> None:
        """Refuse one, and say which there are."""
        if f"{name}=" in command.options:
            self.fail(f"--{name} needs a value", word, f"--{name}=VALUE")
        known = [*command.options, *FACES]
        hint = did_you_mean(name, known) or "it takes " + ", ".join(f"--{option}" for option in known)
        self.fail(f"{command.name} has no option --{name}", word, hint)

    def argument(self, arg: Arg, last: bool) -> Any:
        """The value of one argument; its words are taken off."""
        if not self.words:
            if arg.optional or (arg.many and arg.optional):
                return [] if arg.many else None
            place = Word("", len(self.line.rstrip()), len(self.line.rstrip()))
            raise self.error(f"{arg.name} is missing", place, describe(arg))
        if arg.many:
            words, self.words = self.words, []
            return [self.convert(arg, word.text, word) for word in words]
        if last and arg.kind in REST:
            return self.convert(arg, *self.remainder())
        return self.convert(arg, self.words[0].text, self.words.pop(0))

    def remainder(self) -> tuple[str, Word]:
        """What is left of the line, without the options in it."""
        first, words = self.words[0], self.words
        self.words = []
        whole = self.line[first.start : words[-1].end]
        kept = (
            whole if split(whole) == [Word(w.text, w.start - first.start, w.end - first.start) for w in words] else ""
        )
        text = kept or " ".join(self.line[word.start : word.end] for word in words)
        return text, first

    def convert(self, arg: Arg, text: str, word: Word) -> Any:
        """Text as a value of the argument's kind."""
        convert = CONVERT.get(arg.kind)
        if convert is None:
            return text
        try:
            return convert(self.session, arg, text)
        except EmuError as error:
            column = word.start + (error.place.column - 1 if error.place and error.place.column else 0)
            raise self.error(error.message, Word(text, column, column), error.hint) from None

    def error(self, message: str, word: Word | None, hint: str = "") -> EmuError:
        """An error that points into the line."""
        return EmuError(message, Place("", 0, word.start + 1 if word else 0, self.line), hint)

    def fail(self, message: str, word: Word, hint: str = "") -> None:
        """Raise it."""
        raise self.error(message, word, hint)


def in_order(command: Command, first: str) -> tuple[Arg, ...]:
    """The arguments as they come: a hart and a choice in either order, since a number is no choice."""
    args = command.args
    if not first or not either_order(command) or first.isdigit() is (args[0].kind == "hart"):
        return args
    return args[::-1]


def either_order(command: Command) -> bool:
    """Whether what is typed tells which of two arguments is meant."""
    return sorted(arg.kind for arg in command.args) == ["choice", "hart"]


def to_number(session: Any, arg: Arg, text: str) -> int:
    """1000, 0x10, 1_000, 10M, 2k; else whatever the session evaluates."""
    found = re.fullmatch(r"(-?)(0x[0-9a-f]+|0b[01]+|\d[\d_]*)([kmg]?)", text, re.IGNORECASE | re.ASCII)
    if not found or len(text) > 40:
        return session().evaluate(text)
    digits = found[2].replace("_", "")
    value = int(digits, 0 if digits[:2].lower() in ("0x", "0b") else 10)
    return (-1 if found[1] else 1) * value * {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}[found[3].lower()]


def to_small(session: Any, arg: Arg, text: str) -> int:
    """The number of a process or a hart."""
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise EmuError(f"{text!r} is no {arg.kind} number", hint=describe(arg))
    return int(text)


def to_choice(session: Any, arg: Arg, text: str) -> str:
    """One of the choices, or the only one that begins so."""
    begin = [text] if text in arg.choices else [choice for choice in arg.choices if choice.startswith(text)]
    if len(begin) == 1:
        return begin[0]
    hint = did_you_mean(text, arg.choices) or describe(arg)
    raise EmuError(f"{text!r} is not one of {', '.join(arg.choices)}", hint=hint)


CONVERT: dict[str, Callable[[Any, Arg, str], Any]] = {
    "expression": lambda session, arg, text: session().evaluate(text),
    "value": lambda session, arg, text: session().value(text),
    "location": lambda session, arg, text: session().resolve(text),
    "number": to_number,
    "pid": to_small,
    "hart": to_small,
    "choice": to_choice,
}
"""Kind → how its text becomes a value; the others stay text."""


def describe(arg: Arg) -> str:
    """An argument in a few words."""
    if arg.choices:
        return "one of " + ", ".join(arg.choices)
    return arg.help or MEANINGS.get(arg.kind, arg.kind)


def usage(command: Command) -> str:
    """The line of how it is called: `x/FMT [address]`."""
    parts = [command.name + ("/FMT" if command.slash else "")]
    parts += [f"[--{name}{'VALUE' if name.endswith('=') else ''}]" for name in command.options]
    for arg in command.args:
        word = f"{arg.name}…" if arg.many else arg.name
        parts.append(f"[{word}]" if arg.optional else word)
    return " ".join(parts)
