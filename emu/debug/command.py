"""How a command is declared: one value holds its name, grammar, help with an example, and handler.

A module in emu/debug/commands/ defines COMMANDS, a tuple of Command. From them the registry, the parser, completion,
`help` and docs/debugger.md are derived.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emu.debug.view import View

KINDS = (
    "expression", "value", "location", "register", "symbol", "number", "word", "rest", "file", "pid", "hart",
    "breakpoint", "command", "setting", "event", "syscall", "signal", "procfile", "choice", "format",
    "pane", "assignment", "caught", "cached", "counter", "moment",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Arg:
    """A positional argument: its name in the usage line, the kind that parses and completes it.

    An `expression` arrives as int, a `value` as Value, a `number` as int, a `location` as list of addresses, `pid` and
    `hart` as int, all others as str. `rest`, `assignment` and `caught` take the remainder of the line. optional:
    None when absent. many: a list.
    """

    name: str
    kind: str = "word"
    optional: bool = False
    many: bool = False
    choices: tuple[str, ...] = ()
    help: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the debugger. `handler(session, **args)` takes the arguments by name and returns a View.

    name       may hold a blank: "info breakpoints". Any unambiguous prefix of a word will do
    aliases    exact names that win over prefixes: ("s",)
    options    flags: {"stages": "show each stage"}: given as --stages, passed as stages=True (False when absent);
               {"hart=": "only this one"}: given as --hart=1, passed as hart="1" (None when absent)
    slash      takes gdb's /FMT after the name: passed as fmt="16gx" ("" when absent)
    example    (program in programs/, lines typed before and including it): run by the tests and shown in the docs
    repeats    Enter runs it again
    group      heading in `help`: run, stop, look, memory, kernel, time, session
    extra      "shell": the handler takes the Shell in place of the session; "block": lines up to `end`, as body=[…];
               "line": options in its `rest` belong to the command that stands there
    """

    name: str
    summary: str
    handler: Callable[..., View]
    args: tuple[Arg, ...] = ()
    aliases: tuple[str, ...] = ()
    options: dict[str, str] = field(default_factory=dict)
    slash: bool = False
    details: str = ""
    example: tuple[str, tuple[str, ...]] = ("programs/hello.s", ())
    repeats: bool = False
    group: str = "look"
    extra: Any = None
