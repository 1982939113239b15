"""`set NAME VALUE` for each of the debugger's own settings, and `show`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from emu.debug.command import Arg, Command
from emu.debug.settings import SETTINGS
from emu.debug.view import Table, View

if TYPE_CHECKING:
    from emu.debug.shell import Shell


def show(shell: Shell, name: str | None) -> View:
    """One setting, or all."""
    shown = {key: value for key, value in shell.settings.as_dict().items() if name in (None, key)}
    rows = [[[(key, "insn")], [(value, "value")], SETTINGS[key].meaning] for key, value in shown.items()]
    return View("show", shown, [Table(["setting", "now", "meaning"], rows)])


def setter(name: str) -> Callable[..., View]:
    """The handler of `set NAME`."""

    def change(shell: Shell, value: str) -> View:
        shell.settings.set(name, value.removeprefix("=").strip())
        return View(f"set {name}", {name: shell.settings[name]})

    return change


def set_command(name: str) -> Command:
    """`set NAME` as a command."""
    row = SETTINGS[name]
    arg = Arg("value", "choice" if row.choices else "word", choices=row.choices, help="a number of columns")
    aliases = ("set color",) if name == "colour" else ()
    example = ("programs/hello.s", (f"set {name} {row.default}", f"show {name}"))
    summary = f"{row.meaning[0].upper()}{row.meaning[1:]}."
    return Command(
        f"set {name}", summary, setter(name), (arg,), aliases, group="session", example=example, extra="shell"
    )


COMMANDS = (
    Command(
        "show",
        "Show the debugger's settings.",
        show,
        (
            Arg(
                "name",
                "choice",
                optional=True,
                choices=tuple(SETTINGS),
                help="a setting of the debugger; without it, all",
            ),
        ),
        group="session",
        example=("programs/hello.s", ("show",)),
        extra="shell",
    ),
    *map(set_command, SETTINGS),
)
