"""Expressions that are shown at every stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.debug.command import Arg, Command
from emu.debug.control import report, values_view
from emu.debug.view import Facts, Text, View
from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.session import Session

FIB = "programs/fib.s"
MOST = 50


def display(session: Session, expression: str | None, fmt: str) -> View:
    """One more; alone, all of them now."""
    if expression is None:
        return info(session)
    shown = values_view.print_value(session, expression, fmt)
    if len(session.displays) >= MOST:
        raise EmuError(f"{MOST} expressions are shown already", hint="undisplay NUMBER")
    number = max(session.displays, default=0) + 1
    session.displays[number] = (expression, fmt)
    return View("display", {"number": number, **shown.data}, [Facts([(f"{number}: {expression}", shown.data["text"])])])


def undisplay(session: Session, number: int | None) -> View:
    """One less, or none at all."""
    if number is None:
        session.displays.clear()
    elif session.displays.pop(number, None) is None:
        raise EmuError(f"there is no display {number}", hint="info display shows them")
    return info(session)


def info(session: Session) -> View:
    """All of them, now."""
    data: dict[str, object] = {}
    block = report.displayed(session, data)
    return View("info display", data["displays"], [block] if session.displays else [Text(["nothing is displayed"])])


COMMANDS = (
    Command(
        "display", "Show an expression now and at every stop.", display,
        (Arg("expression", "rest", optional=True, help="without it, show all now"),), slash=True,
        example=(FIB, ("display $a0", "display/x $sp", "break fib", "continue")), group="look",
    ),
    Command(
        "undisplay", "Stop showing an expression; without a number, all of them.", undisplay,
        (Arg("number", "number", optional=True),), example=(FIB, ("display $a0", "undisplay 1")), group="look",
    ),
    Command(
        "info display", "The expressions that are shown at every stop.", info, (),
        example=(FIB, ("display $a0", "info display")), group="look",
    ),
)  # fmt: skip
