"""The commands that hang on breakpoints, in words: all of them, one a line."""

from __future__ import annotations

from collections.abc import Iterable

from emu.debug.control.breaks import Break
from emu.debug.view import Text


def listed(rows: Iterable[Break]) -> list[Text]:
    """What each of those does that do something."""
    return [
        Text([f"{row.kind} {row.number} does{held(row)}:", *(f"    {line}" for line in row.commands)])
        for row in rows
        if row.commands
    ]


def held(row: Break) -> str:
    """How commands that a file brought come to be run."""
    return f", only after `enable commands {row.number}`" if row.held else ""
