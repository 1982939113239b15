"""The `emu` command group: it knows its commands by a table and imports one only when it is called."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from emu.errors import did_you_mean

COMMANDS: dict[str, str] = {
    "run": "Run a program: an ELF file, or assembly or C source as it is.",
    "stat": "Run a program and report what it cost, like perf stat.",
    "cc": "Compile C and C++ to a static ELF (needs the package ziglang: pip install ziglang).",
    "debug": "Debug a program: look at every layer, ask why, go back in time.",
    "gdb": "Serve gdb on a port of this host, with reverse execution.",
    "dap": "Serve an editor (Debug Adapter Protocol over stdin and stdout).",
    "asm": "Assemble and link sources and objects into a static ELF.",
    "dis": "Disassemble an ELF, an object or a source.",
    "config": "Show the presets and every knob of the machine.",
    "help": "Explain an instruction, the exit codes, a command …",
    "version": "Show the version, and those of what it stands on.",
}
"""Command → its line in `emu --help`. The module `emu.cli.NAME` holds a click command called `command`."""


class LazyGroup(click.Group):
    """Commands are looked up in COMMANDS; `emu --help` imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        return import_module(f"emu.cli.{name}").command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str, click.Command, list[str]]:
        name = args[0]
        command = self.get_command(ctx, name)
        if command is None:
            raise unknown_command(name, ctx)
        return name, command, args[1:]


def unknown_command(name: str, ctx: click.Context) -> click.UsageError:
    """The error for a command that doesn't exist; knows the people who forget `run`."""
    hint = did_you_mean(name, COMMANDS)
    if not hint and Path(name).is_file():
        hint = f"to run a program: emu run {name}"
    error = click.UsageError(f"no command {name!r}", ctx)
    error.hint = hint or "emu --help lists the commands"
    return error
