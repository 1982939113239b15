"""Calls and names: backtrace, select-frame, up, down, and what `info` tells of frames, variables, symbols, lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.debug.command import Arg, Command
from emu.debug.control import calls_view, names_view
from emu.debug.view import View

if TYPE_CHECKING:
    from emu.debug.session import Session

FIB = "programs/fib.s"
IN_FIB = ("break fib", "continue")
PATTERN = (Arg("pattern", "rest", optional=True, help="a part of the name, or a pattern with * and ?"),)


def backtrace(session: Session, n: str | None, full: bool) -> View:
    """Who called whom."""
    words = (n or "").replace("-full", "full").split()
    count = [word for word in words if word != "full"]
    number = session.evaluate(" ".join(count)) if count else None
    if number is not None and number >> 63:
        number -= 1 << 64
    return calls_view.backtrace(session, number, full or "full" in words)


def frame(session: Session, number: int | None) -> View:
    """Select a frame."""
    if number is not None:
        session.select_frame(number)
    return calls_view.frame(session)


def move(direction: int) -> Any:
    """The handler of up and down."""

    def handler(session: Session, n: int | None) -> View:
        count = 1 if n is None else n
        last = len(session.frames()) - 1
        session.select_frame(min(max(session.frame + direction * count, 0), last))
        return calls_view.frame(session)

    return handler


COMMANDS = (
    Command(
        "backtrace", "The calls that led here, the innermost first.", backtrace,
        (Arg("n", "rest", optional=True, help="so many; negative: the outermost ones; full: with local variables"),),
        ("bt", "where", "info stack"), {"full": "with the local variables of each"},
        details="By call frame information (compiled code), else by what the functions' instructions do to sp and ra.",
        example=(FIB, (*IN_FIB, "backtrace")), group="look",
    ),
    Command(
        "select-frame", "Select a frame by number (0 is the innermost), or show the selected one.", frame,
        (Arg("number", "number", optional=True),), ("f",), example=(FIB, (*IN_FIB, "select-frame 1")), group="look",
    ),
    Command(
        "up", "Select the caller's frame.", move(1), (Arg("n", "number", optional=True),),
        example=(FIB, (*IN_FIB, "up")), repeats=True, group="look",
    ),
    Command(
        "down", "Select the frame of what is called.", move(-1), (Arg("n", "number", optional=True),),
        example=(FIB, (*IN_FIB, "up", "down")), repeats=True, group="look",
    ),
    Command(
        "info frame", "The selected frame: its pc, its caller, where its stack begins, how it was found.",
        calls_view.info_frame, (),
        example=(FIB, (*IN_FIB, "info frame")), group="look",
    ),
    Command(
        "info locals", "Local variables of the selected frame.", calls_view.info_locals, (), ("info local",),
        details="Needs debug information: emu cc makes it.", example=(FIB, (*IN_FIB, "info locals")), group="look",
    ),
    Command(
        "info args", "Arguments of the selected frame.", calls_view.info_args, (),
        example=(FIB, (*IN_FIB, "info args")), group="look",
    ),
    Command(
        "info symbol", "The symbol that an address belongs to.", names_view.info_symbol, (Arg("address",
        "expression"),),
        example=(FIB, ("info symbol $pc + 8",)), group="look",
    ),
    Command(
        "info line", "The addresses of a source line, or the line of an address.", names_view.info_line,
        (Arg("location", "location", optional=True),), example=(FIB, ("info line 15",)), group="look",
    ),
    Command(
        "info functions", "Names of code, with their addresses.", names_view.info_functions, PATTERN,
        example=(FIB, ("info functions print",)), group="look",
    ),
    Command(
        "info variables", "Names of data, with their addresses and sizes.", names_view.info_variables, PATTERN,
        example=(FIB, ("info variables",)), group="look",
    ),
    Command(
        "info sources", "The source files that the line table names.", names_view.info_sources, (),
        example=(FIB, ("info sources",)), group="look",
    ),
    Command(
        "directory", "Let source text be read from another folder.", names_view.directory, (Arg("folder", "file",
        optional=True),),
        example=(FIB, ("directory",)), group="look",
    ),
)  # fmt: skip
