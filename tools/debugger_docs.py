"""The command reference in docs/debugger.md: from the declarations, with the output of each command's example.

Used by tools/gen_docs.py; tests/debug/test_command_examples.py runs the same examples.
"""

from __future__ import annotations

import io
import os
import shlex
import sys
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 14  # lines of an answer that the document shows
PROMPT = "(emu) "


def job_of(program: str) -> Any:
    """What `emu debug PROGRAM …` would be given, as a Job."""
    from emu.cli.debug import command
    from emu.cli.job import Job
    from emu.cli.main import cli

    above = cli.context_class(cli, **cli.context_settings)  # click keeps the options of help that it first finds
    params = command.make_context("debug", shlex.split(program), parent=above).params
    return Job(**{field.name: params[field.name] for field in fields(Job)})


class Transcript:
    """A conversation: type lines, get what is answered. `views` are the answers, `errors` the mistakes."""

    def __init__(self, program: str) -> None:
        from emu.cli.debugging import starter_for
        from emu.debug.printer import Printer
        from emu.debug.shell import Shell

        self.stream = io.StringIO()
        self.face = Printer(self.stream, self.stream)
        self.face.settings.set("colour", "off")
        self.errors: list[Any] = []
        self.views: list[Any] = []
        show, error = self.face.show, self.face.error
        self.face.error = lambda mistake: (self.errors.append(mistake), error(mistake))[0]
        self.face.show = lambda view, style, line: (self.views.append(view), show(view, style, line))[0]
        starter, _ = starter_for(job_of(program), self.face)
        self.shell = Shell(starter, self.face)

    def type(self, line: str) -> str:
        """The answer to a line."""
        from emu.debug.guard import Quit

        self.stream.seek(0)
        self.stream.truncate()
        with suppress(Quit):
            self.shell.type(line)
        if self.face.open_line:
            self.stream.write("\n")
            self.face.open_line = False
        return self.stream.getvalue()


def conversation(command: str, lines: list[str]) -> str:
    """What is seen when these lines are typed to `emu debug PROG`."""
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        talk = Transcript(command.removeprefix("emu debug "))
        return "".join(f"{PROMPT}{line}\n{talk.type(line)}" for line in lines)
    finally:
        os.chdir(before)


def example(command: Any, talk: Transcript | None = None) -> str:
    """A command's example as a fenced block."""
    program, lines = command.example
    talk, shown = talk or Transcript(program), [f"$ emu debug {program}"]
    for line in lines:
        answer = talk.type(line).rstrip("\n").split("\n")
        more = len(answer) - LONGEST
        answer = answer if more <= 2 else [*answer[:LONGEST], f"… {more} more lines"]
        shown += [PROMPT + line, *(row for row in answer if row or len(answer) > 1)]
    return "```text\n" + "\n".join(shown) + "\n```"


def entry(command: Any, talk: Transcript | None = None) -> str:
    """A command's section; its example is run in `talk`, which may be looked at afterwards."""
    from emu.debug.parse import describe, usage

    parts = [f"### {command.name}", f"`{usage(command)}`: {command.summary}"]
    also = ", ".join(f"`{name}`" for name in command.aliases)
    rows = [f"- `{arg.name}`: {describe(arg)}" for arg in command.args]
    rows += [f"- `--{name}{'VALUE' if name.endswith('=') else ''}`: {text}" for name, text in command.options.items()]
    parts += [f"Also: {also}."] if also else []
    parts += ["\n".join(rows)] if rows else []
    parts += [command.details.strip()] if command.details.strip() else []
    parts += [example(command, talk)] if command.example[1] and command.name != "layout" else []
    return "\n\n".join(parts)


def reference() -> str:
    """All commands by group."""
    from emu.debug.commands.help import MEANINGS
    from emu.debug.registry import GROUPS, registry

    before = Path.cwd()
    os.chdir(ROOT)
    try:
        sections = []
        for group in GROUPS:
            commands = [command for command in registry() if command.group == group]
            sections += [f"## {group}: {MEANINGS[group]}", *map(entry, commands)] if commands else []
        return "\n\n".join(sections)
    finally:
        os.chdir(before)


def keys() -> str:
    """The keys of the full screen and the prompt."""
    from emu.debug.repl.keys import RUN_KEYS
    from emu.debug.tui.keys import KEYS

    rows = [f"| {name} | {meaning} |" for name, meaning in KEYS.values()]
    rows += [f"| {name} | `{line}` |" for line, (_, name) in RUN_KEYS.items()]
    return "\n".join(["| key | does |", "|---|---|", *rows])


def panes() -> str:
    """The panes of the full screen."""
    from emu.debug.tui.panes import PANES

    return "\n".join(
        ["| pane | shows |", "|---|---|", *(f"| `{name}` | {pane.meaning} |" for name, pane in PANES.items())]
    )


def settings() -> str:
    """The debugger's settings."""
    from emu.debug.settings import SETTINGS

    rows = [f"| `set {name}` | {row.default} | {row.meaning} |" for name, row in SETTINGS.items()]
    return "\n".join(["| setting | at first | meaning |", "|---|---|---|", *rows])


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    print(reference())
