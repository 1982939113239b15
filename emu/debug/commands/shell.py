"""The debugger itself: quit, echo, source, alias, define, what was typed, full screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from emu.debug.command import Arg, Command
from emu.debug.shell import Quit
from emu.debug.view import Table, Text, View
from emu.debug.words import unquoted
from emu.errors import EmuError, Place, did_you_mean

if TYPE_CHECKING:
    from emu.debug.shell import Shell

LARGEST_SCRIPT = 1 << 20


def quit_(shell: Shell, code: int | None) -> View:
    """Leave."""
    raise Quit((code or 0) & 0xFF)


def echo(shell: Shell, text: str | None) -> View:
    """The text as it is."""
    return View("echo", text or "", [Text([text or ""])])


def source(shell: Shell, file: str) -> None:
    """Run a script, up to its first mistake."""
    shell.nested(script(file), file)


def script(file: str) -> list[str]:
    """The lines of a script. EmuError where it can't be read."""
    path = Path(file)
    try:
        if not path.is_file() and str(path) not in ("/dev/stdin", "/dev/null"):
            if path.exists():
                raise EmuError("is no file", Place(file), "give a text file with a command on each line")
            raise EmuError("cannot be read: no such file", Place(file), near(path))
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise EmuError(
            f"cannot be read: {(getattr(error, 'strerror', None) or str(error)).lower()}", Place(file)
        ) from None
    if len(data) > LARGEST_SCRIPT:
        raise EmuError("is larger than 1 MiB: no script", Place(file))
    return data.decode(errors="replace").splitlines()


def near(path: Path) -> str:
    """Files beside it with a similar name."""
    try:
        return did_you_mean(path.name, [entry.name for entry in path.parent.iterdir()])
    except OSError:
        return ""


def alias(shell: Shell, name: str | None, text: str | None) -> View:
    """Make one, or show one or all."""
    text = unquoted((text or "").removeprefix("=").strip())
    if name and text:
        shell.aliases[name] = text
    elif name and name not in shell.aliases and name not in shell.registry.aliases:
        raise EmuError(f"no alias {name!r}", hint=did_you_mean(name, [*shell.aliases, *shell.registry.aliases]))
    every = shell.registry.aliases | shell.aliases
    shown = {name: every[name]} if name else dict(sorted(every.items()))
    return View("alias", shown, [Table(["alias", "means"], [[[(key, "insn")], value] for key, value in shown.items()])])


def unalias(shell: Shell, name: str) -> View:
    """Forget one of the user's."""
    if name not in shell.aliases:
        raise EmuError(f"{name!r} is no alias of yours", hint=did_you_mean(name, shell.aliases))
    return View("unalias", {name: shell.aliases.pop(name)})


def define(shell: Shell, name: str, body: list[str]) -> View:
    """A command of the user's own."""
    if any(command.name.split()[0] == name for command in shell.registry):
        raise EmuError(f"{name!r} is a command already", hint="choose another name")
    shell.macros[name] = body
    return View("define", {name: body})


def typed(shell: Shell, count: int | None) -> View:
    """The last lines that were typed."""
    lines = shell.history[-min(max(count or 20, 1), 10_000) :]
    first = len(shell.history) - len(lines) + 1
    rows = [[str(first + index), line] for index, line in enumerate(lines)]
    return View("show commands", lines, [Table(["", ""], rows, right=(0,))])


AS_IN_GDB = {"src": ("source",), "asm": ("code",), "split": ("source", "code"), "regs": ("registers", "source")}


def layout(shell: Shell, panes: list[str]) -> View:
    """Full screen. EmuError for what is neither a pane nor a command."""
    from emu.debug.tui.panes import PANES

    panes = [each for pane in panes for each in AS_IN_GDB.get(pane, (pane,))]
    for pane in panes:
        if pane != "off" and pane not in PANES:
            try:
                shell.registry.find(pane.replace("/", " ").split())
            except EmuError:
                hint = did_you_mean(pane, PANES) or f"{', '.join(PANES)}, or a command"
                raise EmuError(f"no pane is called {pane!r}", hint=hint) from None
    shell.face.fullscreen(panes)
    return View("layout", panes)


def own(name: str, summary: str, handler, *args: Arg, example: tuple[str, ...], **more) -> Command:
    """A command of the session group, whose handler takes the shell."""
    extra = more.pop("extra", "shell")
    example_ = ("programs/hello.s", example)
    return Command(name, summary, handler, args, group="session", example=example_, extra=extra, **more)


COMMANDS = (
    own("quit", "Leave the debugger, with an exit code if you like.", quit_,
        Arg("code", "expression", optional=True, help="0 to 255; may be an expression, like $a0"),
        aliases=("q", "exit"), example=("quit",)),
    own("echo", "Print a text; for scripts.", echo, Arg("text", "rest", optional=True, help="printed as it is"),
        example=("echo before main",)),
    own("source", "Run a script of commands, up to its first mistake.", source,
        Arg("file", "file", help="a text file, one command a line; # begins a comment"),
        aliases=("script", "."), example=("source programs/debug/first.dbg",)),
    own("alias", "Make a short name for a line, or show them all.", alias,
        Arg("name", "word", optional=True, help="the short name"),
        Arg("text", "rest", optional=True, help="what it stands for"),
        example=("alias show5 = x/5i $pc", "alias show5")),
    own("unalias", "Forget an alias.", unalias, Arg("name", "word", help="the alias"),
        example=("alias ss = stepi 2", "unalias ss")),
    own("define", "Make a command: the lines up to `end`, in which $arg0 … $arg9 are its arguments.", define,
        Arg("name", "word", help="its name"), example=("define greet", "echo hello, $arg0", "end", "greet world"),
        extra="shell block"),
    own("show commands", "The lines that were typed so far.", typed,
        Arg("count", "number", optional=True, help="how many; 20 if not given"), example=("show commands",)),
    own("layout", "Full screen: panes that follow the program. Without names, those that fit.", layout,
        Arg("panes", "pane", optional=True, many=True, help="which panes, like source registers memory"),
        example=("layout",)),
)  # fmt: skip
