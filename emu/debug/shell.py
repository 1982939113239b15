"""Lines in, views out: aliases, blocks up to `end`, scripts, what Enter repeats. It prints nothing: a face does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from emu.debug import blocks
from emu.debug.command import Command
from emu.debug.guard import InternalError, Quit, guarded
from emu.debug.parse import Call, Parser
from emu.debug.registry import Registry, registry
from emu.debug.settings import Settings
from emu.debug.view import Text, View
from emu.debug.words import split, statements
from emu.errors import EmuError, Place

DEEPEST = 20  # aliases, scripts and user commands that call one another
LONGEST = 20_000  # characters of a line


class Face(Protocol):
    """Whoever shows what the shell has to say, by the settings that both share."""

    settings: Settings

    def show(self, view: View, style: str, line: str) -> None:
        """An answer; style is text, plain or json."""

    def error(self, error: EmuError) -> None:
        """A mistake."""

    def fullscreen(self, panes: list[str]) -> None:
        """The `layout` command."""


@dataclass(slots=True)
class Block:
    """A command that waits for the lines up to `end`."""

    call: Call
    body: list[str] = field(default_factory=list)
    depth: int = 0


class Shell:
    """One conversation. `session` is the Session, or a function that gives it when it is first needed."""

    def __init__(self, session: Any, face: Face, commands: Registry | None = None) -> None:
        self._session, self.face = session, face
        self._registry = commands
        self.commands: Callable[[], Registry] = registry
        self.settings, self.aliases, self.macros = face.settings, {}, {}
        self.history: list[str] = []
        self.again, self.block, self.depth = "", None, 0
        self.is_ready: Callable[[], bool] = lambda: True

    @property
    def registry(self) -> Registry:
        """The commands; they are imported when they are first needed."""
        if self._registry is None:
            self._registry = self.commands()
        return self._registry

    @property
    def session(self) -> Any:
        """The session; waits until the machine is ready."""
        if callable(self._session):
            self._session = self._session()
        return self._session

    def type(self, line: str) -> bool:
        """A line that a person typed: it is remembered, an empty one repeats. False after a mistake, which is shown."""
        if not line.strip() and self.block is None:
            line = self.again if self.settings.on("repeat") else ""
        elif self.block is None:
            self.history.append(line)
        try:
            self.feed(line)
        except EmuError as error:
            self.again = ""
            self.face.error(error)
            return False
        return True

    def feed(self, line: str, file: str = "", number: int = 0) -> None:
        """One line, also of a script. EmuError for the first mistake, with its place."""
        if len(line) > LONGEST:
            raise EmuError(f"a line of {len(line):,} characters: at most {LONGEST:,} are read", Place(file, number))
        if self.block is not None:
            return self.collect(line)
        for text, column in statements(line):
            try:
                self.statement(" " * column + text)
            except EmuError as error:
                if error.place and not error.place.file:
                    error.place = Place(file, number, error.place.column, line)
                elif file and not error.place:
                    error.place = Place(file, number, 0, line)
                raise
        return None

    def statement(self, text: str) -> None:
        """One command, with aliases put in full; nothing for an empty one."""
        text = self.expand(text)
        if not (words := split(text)):
            return
        if words[0].text in self.macros:
            self.macro(words[0].text, [word.text for word in words[1:]])
            return
        if len(parts := statements(text)) > 1:  # an alias for several
            for part, _ in parts:
                self.statement(part)
            return
        with guarded(words[0].text):
            call = Parser(self.registry, lambda: self.session, text).call()
        self.again = text.strip() if call.command.repeats else ""
        if "block" in (call.command.extra or ""):
            self.block = Block(call)
        else:
            self.show(self.perform(call), call)

    def expand(self, text: str) -> str:
        """A line whose first word is the user's alias, in full; once for each alias."""
        seen: set[str] = set()
        while (words := split(text)) and (name := words[0].text) in self.aliases and name not in seen:
            seen.add(name)
            text = text[: words[0].start] + self.aliases[name] + text[words[0].end :]
        return text

    def perform(self, call: Call, **more: Any) -> View:
        """Run the handler. Whatever goes wrong in it is an EmuError."""
        target = self if is_own(call.command) else self.session
        with guarded(call.command.name):
            return call.command.handler(target, **call.arguments, **more)

    def show(self, view: View | None, call: Call) -> None:
        """Hand an answer to the face, then run what the user has hung on the breakpoint that was met."""
        if view is None:
            return
        if view.again and call.command.repeats:
            self.again = view.again
        lines = blocks.hung_on(self, view)
        if lines[:1] != [blocks.SILENT]:
            with guarded(call.command.name):
                self.face.show(view, call.face or self.settings["format"], call.line.strip())
        if lines:
            self.nested(lines[lines[0] == blocks.SILENT :])

    def collect(self, line: str) -> None:
        """A line of a block; the `end` that closes it runs its command."""
        words, block = [text for part, _ in statements(line)[:1] for text in part.split()], self.block
        if words == ["end"] and not block.depth:
            self.block = None
            if block.call.command.name == "commands":
                blocks.check(self, block.body)
            self.show(self.perform(block.call, body=block.body), block.call)
            return
        block.depth += (words[:1] in (["define"], ["commands"])) - (words == ["end"])
        block.body.append(line.strip())

    def finish(self) -> None:
        """No more lines come. EmuError if a block still waits for its `end`."""
        if self.block is not None:
            name, self.block = self.block.call.line.strip(), None
            raise EmuError(f"{name!r} has no `end`", hint="its lines are taken up to a line `end`")

    def macro(self, name: str, args: list[str]) -> None:
        """A command of the user's: its lines, with $arg0 … $arg9 put in."""
        body = self.macros[name]
        for index in reversed(range(10)):
            value = args[index] if index < len(args) else ""
            body = [line.replace(f"$arg{index}", value) for line in body]
        self.nested(body)

    def nested(self, lines: Iterable[str], file: str = "") -> None:
        """Lines that another command runs: a script, a user command, the commands of a breakpoint."""
        if self.depth >= DEEPEST:
            raise EmuError(f"more than {DEEPEST} scripts or commands call one another", hint="does one call itself?")
        self.depth += 1
        try:
            for number, line in enumerate(lines, 1):
                if file and self.settings.on("echo") and line.strip():
                    self.face.show(View("echo", line, [Text([f"(emu) {line}"])]), "text", "")
                self.feed(line, file, number)
            if self.block is not None:
                self.block = None
                raise EmuError("the block at the end has no `end`", Place(file))
        finally:
            self.depth -= 1


def is_own(command: Command) -> bool:
    """Whether a command's handler takes the shell, not the session."""
    return "shell" in (command.extra or "")


__all__ = ["Block", "Face", "InternalError", "Quit", "Shell", "is_own"]
