"""Types of C: ptype, whatis, info types, info scope, info address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.debug.command import Arg, Command
from emu.debug.commands.frames import PATTERN
from emu.debug.control import types_view

if TYPE_CHECKING:
    from emu.debug.session import Session
    from emu.debug.view import View

FIB = "programs/fib.s"
WHAT = (Arg("expression", "rest", help="a type (struct node, node_t *, unsigned long) or an expression"),)


def ptype(session: Session, expression: str, fmt: str) -> View:
    """In full."""
    return types_view.ptype(session, expression, fmt)


def whatis(session: Session, expression: str) -> View:
    """Its name."""
    return types_view.whatis(session, expression)


def info_scope(session: Session, location: list[int] | None) -> View:
    """Of the selected frame, or of a place."""
    return types_view.info_scope(session, location[0] if location else None)


def info_address(session: Session, name: str) -> View:
    """Where it is."""
    return types_view.info_address(session, name)


COMMANDS = (
    Command(
        "ptype", "What a type, or the type of an expression, consists of; /o with offsets and sizes.", ptype, WHAT,
        slash=True, details="The program's own types need debug information: emu cc makes it, others with -g.",
        example=(FIB, ("ptype unsigned long[4]", "ptype (u8 *) 0")), group="look",
    ),
    Command(
        "whatis", "The name of a type, or of the type of an expression.", whatis, WHAT,
        example=(FIB, ("whatis (char *) $sp",)), group="look",
    ),
    Command(
        "info types", "Types of the program, with their sizes.", types_view.info_types, PATTERN,
        example=(FIB, ("info types",)), group="look",
    ),
    Command(
        "info scope", "The variables that the selected frame sees, and where they are.", info_scope,
        (Arg("location", "location", optional=True, help="those of another place, with their types only"),),
        example=(FIB, ("info scope",)), group="look",
    ),
    Command(
        "info address", "Where a variable or a symbol is.", info_address, (Arg("name", "symbol"),),
        example=(FIB, ("info address fib",)), group="look",
    ),
)  # fmt: skip
