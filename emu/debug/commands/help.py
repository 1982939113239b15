"""help, apropos: what the declarations say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.debug.command import Arg, Command
from emu.debug.parse import describe, usage
from emu.debug.registry import GROUPS
from emu.debug.view import Facts, Table, Text, View
from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.shell import Shell

MEANINGS = {
    "run": "let the program go, and step through it",
    "stop": "say where it has to stop",
    "time": "go back, and forth again",
    "look": "registers, code, data, and why something happened",
    "memory": "translation, caches, frames",
    "kernel": "processes, files, faults, system calls",
    "session": "the debugger itself",
}


def help_(shell: Shell, topic: str | None) -> View:
    """The groups, a group's commands, or one command."""
    if topic is None:
        return overview(shell)
    if topic in MEANINGS:
        return group(shell, topic)
    if topic in shell.macros:
        return View("help", {"name": topic}, [Text(shell.macros[topic], title=f"{topic}: your own command")])
    words = shell.expand(topic).split()
    try:
        command, _ = shell.registry.find(words)
    except EmuError:
        if rows := shell.registry.below(words):
            return View(
                "help", rows, [Table(["command", ""], [[f"{topic} {word}", line] for word, line in rows.items()])]
            )
        raise
    return describe_command(command)


def overview(shell: Shell) -> View:
    """Groups with their commands' names."""
    names = {name: [command.name for command in shell.registry if command.group == name] for name in GROUPS}
    blocks = [
        Text([f"  {line}" for line in folded(names[name])], title=f"{name}: {MEANINGS[name]}")
        for name in GROUPS
        if names[name]
    ]
    tips = [
        "hint: help COMMAND, help GROUP, apropos WORD; any unambiguous beginning of a command will do",
        "hint: Enter repeats a step; every command takes --json and --plain",
    ]
    return View("help", names, list(blocks), tips)


def folded(names: list[str], width: int = 96) -> list[str]:
    """Names in lines, with commas."""
    rows, line = [], ""
    for index, name in enumerate(names):
        part = name + (", " if index < len(names) - 1 else "")
        if line and len(line) + len(part) > width:
            rows.append(line.rstrip())
            line = ""
        line += part
    return [*rows, line] if line else rows


def group(shell: Shell, name: str) -> View:
    """The commands of one group with their summaries."""
    rows = [
        (command.name, ", ".join(command.aliases), command.summary)
        for command in shell.registry
        if command.group == name
    ]
    table = Table(
        ["command", "or", ""], [[[(row[0], "insn")], *row[1:]] for row in rows], title=f"{name}: {MEANINGS[name]}"
    )
    return View("help", {row[0]: row[2] for row in rows}, [table])


def describe_command(command: Command) -> View:
    """Everything about one."""
    facts: list = [("usage", [(usage(command), "insn")])]
    facts += [("also", ", ".join(command.aliases))] if command.aliases else []
    facts += [(arg.name, describe(arg)) for arg in command.args]
    facts += [
        (f"--{name}{'VALUE' if name.endswith('=') else ''}", meaning) for name, meaning in command.options.items()
    ]
    program, lines = command.example
    blocks: list = [Text([command.summary]), Facts(facts)]
    blocks += [Text(command.details.strip().splitlines())] if command.details.strip() else []
    if lines:
        blocks.append(Text([f"  (emu) {line}" for line in lines], title=f"example: emu debug {program}"))
    return View("help", document(command), blocks)


def document(command: Command) -> dict:
    """The declaration as JSON."""
    return {
        "name": command.name,
        "usage": usage(command),
        "summary": command.summary,
        "aliases": list(command.aliases),
        "group": command.group,
        "arguments": {arg.name: {"kind": arg.kind, "optional": arg.optional, "help": arg.help} for arg in command.args},
        "options": command.options,
        "details": command.details,
        "example": {"program": command.example[0], "lines": list(command.example[1])},
    }


def apropos(shell: Shell, text: str) -> View:
    """Commands whose name, summary or details hold the words."""
    wanted = text.lower().split()
    found = [
        command
        for command in shell.registry
        if all(
            word in f"{command.name} {' '.join(command.aliases)} {command.summary} {command.details}".lower()
            for word in wanted
        )
    ]
    table = Table(["command", "group", ""], [[[(row.name, "insn")], row.group, row.summary] for row in found])
    notes = [] if found else [f"nothing about {text!r}"]
    return View("apropos", {row.name: row.summary for row in found}, [table] if found else [], notes)


COMMANDS = (
    Command(
        "help",
        "Explain a command or a group of commands.",
        help_,
        (Arg("topic", "rest", optional=True, help="a command or a group; without it, all groups"),),
        aliases=("h", "?"),
        group="session",
        example=("programs/hello.s", ("help stepi",)),
        extra="shell",
    ),
    Command(
        "apropos",
        "Find commands by a word in their names and explanations.",
        apropos,
        (Arg("text", "rest", help="one word or several"),),
        group="session",
        example=("programs/hello.s", ("apropos colour",)),
        extra="shell",
    ),
)
