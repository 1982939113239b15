"""Conditions of breaks, checked when they are given, as far as not only a stop can tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from emu.debug import tokens
from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.session import Session

UNKNOWN = re.compile(r"no symbol, variable or register is called '(?P<name>\w+)'")
LATER = ("nothing is mapped", "is lost", "optimised away", "division by zero", "is in a register that is lost")
MOST_NAMES = 50


def checked_condition(session: Session, text: str, addresses: Sequence[int] = ()) -> str:
    """An expression, with or without `if` before it, whose names are known here or at `addresses`. EmuError."""
    text = text.strip()
    if text == "if" or text.startswith(("if ", "if(")):
        text = text[2:].strip()
        if not text:
            raise EmuError("the condition is missing", hint="break fib if $a0 == 3")
    if text:
        tokens.tokens(text)
        check(session, text, names_at(session, addresses))
    return text


def check(session: Session, text: str, known: set[str]) -> None:
    """Compute it; names of variables that exist only at the place stand for 1, and what follows from that is no error.

    EmuError for anything else that is not up to what memory or the frame holds then.
    """
    replaced = False
    for _ in range(MOST_NAMES):
        try:
            session.value(text)
            return
        except EmuError as error:
            found = UNKNOWN.search(error.message)
            if found is None:
                if replaced or any(words in error.message for words in LATER):
                    return
                raise
            if found["name"] not in known and "this" not in known:
                raise
            text = re.sub(rf"(?<![\w$.>]){found['name']}\b", "1", text)
            replaced = True


def names_at(session: Session, addresses: Sequence[int]) -> set[str]:
    """The variables that are in scope at any of the addresses."""
    program = session.program
    if program.dwarf is None:
        return set()
    return {variable.name for address in addresses for variable in program.debug.locals_at(address)}
