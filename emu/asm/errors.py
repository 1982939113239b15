"""Mistakes in assembly source: one exception for the user, one collector, one internal signal.

`Mistake` is raised by the code that parses or encodes; it knows at most a column. The statement loop adds the line and
hands it to `Diagnostics`, which goes on until MAX_ERRORS and then raises one `AsmError` that holds them all.
"""

from __future__ import annotations

from collections.abc import Iterable

from emu.asm.limits import MAX_ERRORS
from emu.errors import EmuError, Place


class AsmError(EmuError):
    """The first mistake of a run; `errors` holds all of them (itself first), `notes` the macro calls on the way."""

    def __init__(self, message: str, place: Place | None = None, hint: str = "", notes: Iterable[str] = ()) -> None:
        super().__init__(message, place, hint)
        self.notes = tuple(notes)
        self.errors: tuple[AsmError, ...] = (self,)
        self.cut_short = False

    def one(self) -> str:
        """This mistake alone."""
        return "\n".join([super().__str__(), *(f"  note: {note}" for note in self.notes)])

    def __str__(self) -> str:
        shown = [error.one() for error in self.errors]
        if len(shown) > 1:
            shown.append(f"{len(shown)} errors{'; stopped there' if self.cut_short else ''}")
        return "\n".join(shown)


class Mistake(Exception):
    """A mistake at a column of the statement at hand (0-based; None: the whole statement)."""

    def __init__(self, message: str, column: int | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.column, self.hint = message, column, hint


class TooManyErrors(Exception):
    """Diagnostics is full: unwind to `assemble`."""


class Diagnostics:
    """Collects mistakes, in the order in which they were found, one per place."""

    def __init__(self) -> None:
        self.errors: list[AsmError] = []
        self._places: set[tuple[str, int, int]] = set()

    def add(self, error: AsmError) -> None:
        """Keeps one mistake; raises TooManyErrors with the last one it has room for."""
        place = error.place or Place("")
        key = (place.file, place.line, place.column)
        if key in self._places and place.line:
            return
        self._places.add(key)
        self.errors.append(error)
        if len(self.errors) >= MAX_ERRORS:
            raise TooManyErrors

    def raise_if_any(self) -> None:
        """Raises the AsmError that holds every mistake, if there is one. Sorted by source line within a file."""
        if not self.errors:
            return
        files = list(dict.fromkeys(e.place.file if e.place else "" for e in self.errors))
        self.errors.sort(key=lambda e: (files.index(e.place.file if e.place else ""), e.place.line if e.place else 0))
        first = self.errors[0]
        first.errors = tuple(self.errors)
        first.cut_short = len(self.errors) >= MAX_ERRORS
        raise first
