"""The lines that `commands` hangs on a breakpoint: checked when they are given, run when it is met."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.debug.parse import Parser
from emu.debug.view import View
from emu.debug.words import split, statements

if TYPE_CHECKING:
    from emu.debug.shell import Shell

SILENT = "silent"
"""As the first line: the stop is not announced."""


def hung_on(shell: Shell, view: View) -> list[str]:
    """Those of the breakpoint that an answer tells of; where they are held back the answer gets a note."""
    number = getattr(view.stop, "breakpoint", None)
    row = shell.session.breaks.rows.get(number) if number is not None else None
    if row is not None and row.commands and row.held:
        view.notes.append(f"its commands are a file's: `enable commands {number}` lets them be run")
    return list(row.commands) if row is not None and not row.held else []


def check(shell: Shell, body: list[str]) -> None:
    """EmuError if a line begins with no command: it would keep those behind it from being run."""
    depth = 0
    for number, line in enumerate(body):
        for part, _ in statements(line) if depth == 0 else ():
            text = shell.expand(part)
            words = split(text)
            if words and words[0].text not in shell.macros and (number, words[0].text) != (0, SILENT):
                Parser(shell.registry, lambda: shell.session, text).command()
        first = line.split()[:1]
        depth = max(depth + (first in (["define"], ["commands"])) - (first == ["end"]), 0)
