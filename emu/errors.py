"""The one root of every error that is the host user's to mend (exit code 2).

    EmuError            one line of what and why, with a place, the source line, a caret and a hint
      ├─ AsmError       (emu.asm)     syntax, symbols, ranges
      ├─ ElfError       (emu.kernel)  an executable that can't be loaded
      └─ ConfigError    (emu.machine) an impossible geometry or cost

Errors of the guest are not exceptions: they are negative errnos, signals and fault cards.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where: a file, a line and a column, both from 1 (0 = unknown), and the text of that line."""

    file: str
    line: int = 0
    column: int = 0
    text: str = ""

    def __str__(self) -> str:
        parts = [self.file, *(str(n) for n in (self.line, self.column) if n)]
        return ":".join(parts)


class EmuError(Exception):
    """A mistake of the host user: says where, what, why and how to fix. Never holds colour."""

    def __init__(self, message: str, place: Place | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.place, self.hint = message, place, hint

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place and self.place.file else ""
        lines = [f"{where}error: {self.message}"]
        if self.place and self.place.text:
            text = self.place.text.rstrip("\n").expandtabs(1)
            lines.append(f"    {text}")
            if self.place.column:
                lines.append("    " + " " * (self.place.column - 1) + "^")
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names up to three of `known` that resemble `word`; empty when none does."""
    close = difflib.get_close_matches(word, list(known), n=3, cutoff=0.6)
    return f"did you mean {' or '.join(repr(c) for c in close)}?" if close else ""
