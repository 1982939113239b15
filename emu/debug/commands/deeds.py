"""What is done where a breakpoint is met: commands, enable commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.debug.command import Arg, Command
from emu.debug.commands.breaks import FIB, NUMBERS, changer
from emu.debug.control.breaks import Break
from emu.debug.view import Text, View
from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.session import Session


def commands(session: Session, number: int | None, body: list[str]) -> View:
    """What is done when it is met."""
    if number is None:
        rows = list(session.breaks)
        if not rows:
            raise EmuError("there is no breakpoint to hang commands on")
        row = rows[-1]
    else:
        row = session.breaks.get(number)
    row.commands, row.held = list(body), False
    return View("commands", row.as_dict(), [Text([f"{row.kind} {row.number} does {len(body)} commands"])])


def enable_commands(session: Session, row: Break) -> None:
    """Those that a file brought are run from now on."""
    row.held = False


COMMANDS = (
    Command(
        "commands", "Lines that are run whenever a breakpoint is met, up to `end`.", commands,
        (Arg("number", "number", optional=True),),
        details="With `silent` as the first of them the stop itself is not announced. Those of a loaded file wait for "
        "`enable commands`.",
        example=(FIB, ("break fib", "commands 1", "print $a0", "end", "continue")), group="stop", extra="block",
    ),
    Command(
        "enable commands", "Let the commands be run that breakpoints have from a loaded file.",
        changer("enable commands", enable_commands, "enabled the commands of"), NUMBERS,
        details="Whoever made the file may have put anything in them: `load` and `info breakpoints` show them in full.",
        example=(FIB, ("break fib", "commands 1", "print $a0", "end", "enable commands 1")), group="stop",
    ),
)  # fmt: skip
