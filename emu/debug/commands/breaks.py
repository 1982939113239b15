"""Breakpoints: break, tbreak, condition, ignore, enable, disable, delete, clear, info breakpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.debug.command import Arg, Command
from emu.debug.control import hung, setting_breaks
from emu.debug.control.breaks import Break
from emu.debug.control.spans import line
from emu.debug.view import Table, Text, View
from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.session import Session

FIB = "programs/fib.s"
PLACE = Arg("location", "location", optional=True, help="SYMBOL, FILE:LINE, LINE or *ADDRESS; here if not given")
CONDITION = Arg("condition", "rest", optional=True, help="if EXPRESSION")
NUMBERS = (Arg("numbers", "breakpoint", optional=True, many=True, help="all if not given"),)
OPTIONS = {"hart=": "only on this hart", "pid=": "only in this process", "ignore=": "do not stop the first N times"}


def add(
    session: Session, location: Any, condition: str | None, temporary: bool, options: dict[str, str | None]
) -> View:
    """A breakpoint."""
    row = setting_breaks.add_break(session, location, condition, temporary, options)
    return described(session, row)


def break_(session: Session, location: Any, condition: str | None, **options: str | None) -> View:
    """One that stays."""
    return add(session, location, condition, False, options)


def tbreak(session: Session, location: Any, condition: str | None, **options: str | None) -> View:
    """One that goes when it is met."""
    return add(session, location, condition, True, options)


def described(session: Session, row: Break) -> View:
    """What was set."""
    said = line((f"{row.kind} ", "head"), (str(row.number), "value"), f": {setting_breaks.describe(session, row)}")
    return View(row.kind, row.as_dict(), [Text([said])])


def info(session: Session) -> View:
    """The list."""
    rows = [
        [
            [(str(row.number), "value")], row.kind,
            ("once" if row.temporary else "keep") if row.enabled else "disabled",
            setting_breaks.describe(session, row), str(row.hits), setting_breaks.limits(row),
        ]
        for row in session.breaks
    ]  # fmt: skip
    view = View("info breakpoints", [row.as_dict() for row in session.breaks])
    if rows:
        view.blocks.append(Table(["number", "kind", "state", "what", "hits", "only"], rows, right=(0, 4)))
    else:
        view.blocks.append(Text(["no breakpoints, watchpoints or catchpoints"]))
    view.blocks += hung.listed(session.breaks)
    return view


def chosen(session: Session, numbers: list[str] | None) -> list[Break]:
    """Breaks by number or range, all without any. EmuError."""
    if not numbers:
        return list(session.breaks)
    rows = []
    for word in numbers:
        first, dash, last = word.partition("-")
        if not first.isdigit() or (dash and not last.isdigit()) or len(word) > 20:
            raise EmuError(f"{word!r} is no number of a breakpoint", hint="info breakpoints shows them")
        span = range(int(first), int(last) + 1) if dash else range(int(first), int(first) + 1)
        if dash:
            rows += [row for row in session.breaks if row.number in span]
        else:
            rows.append(session.breaks.get(int(first)))
    return rows


def changer(name: str, change: Any, said: str) -> Any:
    """The handler of a command that does something to some of them."""

    def handler(session: Session, numbers: list[str] | None) -> View:
        rows = chosen(session, numbers)
        for row in rows:
            change(session, row)
        session.breaks.touch()
        text = f"{said} {', '.join(str(row.number) for row in rows)}" if rows else "there are none"
        return View(name, [row.number for row in rows], [Text([text])])

    return handler


def clear(session: Session, location: Any) -> View:
    """Those at a place."""
    places = location if location is not None else session.resolve("")
    here = {*places, *places.bodies}
    rows = [row for row in session.breaks if here & set(row.addresses)]
    if not rows:
        raise EmuError(f"there is no breakpoint at {places.text}", hint="info breakpoints shows them")
    for row in rows:
        session.breaks.remove(row)
    return View(
        "clear", [row.number for row in rows], [Text([f"deleted {', '.join(str(row.number) for row in rows)}"])]
    )


def condition(session: Session, number: int, condition: str | None) -> View:
    """Set or take away."""
    row = session.breaks.get(number)
    row.condition = setting_breaks.checked_condition(session, condition or "", row.addresses)
    return described(session, row)


def ignore(session: Session, number: int, count: int) -> View:
    """Pass it so many times."""
    row = session.breaks.get(number)
    row.ignore = max(0, count)
    return described(session, row)


def enable(session: Session, row: Break) -> None:
    """It stops again."""
    row.enabled = True


def disable(session: Session, row: Break) -> None:
    """It stays in the list and stops nothing."""
    row.enabled = False


def delete(session: Session, row: Break) -> None:
    """It goes; its number is not used again."""
    session.breaks.remove(row)


COMMANDS = (
    Command(
        "break", "Stop where the program comes to a place.", break_, (PLACE, CONDITION), ("b", "br", "hbreak"), OPTIONS,
        details="The place is an address of processes, found again wherever its page is. With `if` and an expression "
        "it stops only where that is not 0.",
        example=(FIB, ("break fib if $a0 == 46", "continue", "print $a0")), group="stop",
    ),
    Command(
        "tbreak", "As break, once.", tbreak, (PLACE, CONDITION), ("tb", "thbreak"), OPTIONS,
        example=(FIB, ("tbreak fib", "continue", "info breakpoints")), group="stop",
    ),
    Command(
        "info breakpoints", "All breakpoints, watchpoints and catchpoints, with their hits.", info, (),
        ("info break", "i b", "info watchpoints"), example=(FIB, ("break fib", "watch *$sp", "catch syscall write",
        "info breakpoints")), group="stop",
    ),
    Command(
        "delete", "Delete breakpoints by number or range; all without one.", changer("delete", delete, "deleted"),
        NUMBERS,
        ("d", "delete breakpoints"), example=(FIB, ("break fib", "delete 1", "info breakpoints")), group="stop",
    ),
    Command(
        "disable", "Pass breakpoints over until they are enabled again.", changer("disable", disable, "disabled"),
        NUMBERS,
        example=(FIB, ("break fib", "disable 1", "info breakpoints")), group="stop",
    ),
    Command(
        "enable", "Make disabled breakpoints stop again.", changer("enable", enable, "enabled"), NUMBERS,
        example=(FIB, ("break fib", "disable", "enable 1", "continue")), group="stop",
    ),
    Command(
        "clear", "Delete the breakpoints at a place.", clear, (PLACE,), example=(FIB, ("break fib", "clear fib")),
        group="stop",
    ),
    Command(
        "condition", "Give a breakpoint a condition, or take it away.", condition,
        (Arg("number", "number"), Arg("condition", "rest", optional=True)),
        example=(FIB, ("break fib", "condition 1 $a0 == 47", "continue")), group="stop",
    ),
    Command(
        "ignore", "Pass a breakpoint so many times before it stops.", ignore, (Arg("number", "number"), Arg("count",
        "number")),
        example=(FIB, ("break fib", "ignore 1 2", "continue", "print $a0")), group="stop",
    ),
)  # fmt: skip
