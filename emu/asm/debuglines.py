"""Which source line each instruction comes from, while assembling: `.loc` where there is one, else the line itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from emu.asm.fragments import Fragment

if TYPE_CHECKING:
    from emu.asm.assembler import Assembler


class Row(NamedTuple):
    """The instruction at an offset of a fragment comes from here."""

    fragment: Fragment
    offset: int
    file: str | int  # a name, or a number given by .file
    line: int
    column: int
    is_stmt: bool = True
    prologue_end: bool = False


class DebugLines:
    """Collects rows. One .loc in the source, and only .loc counts."""

    def __init__(self, asm: Assembler) -> None:
        self._asm = asm
        self.files: dict[int, tuple[str, str]] = {}
        self.source_name = ""
        self._own: list[Row] = []
        self._given: list[Row] = []
        self._pending: tuple[int, int, int, bool, bool] | None = None

    def file(self, number: int, directory: str, name: str) -> None:
        """.file with a number."""
        self.files[number] = (directory, name)

    def name_source(self, name: str) -> None:
        """.file without one: the name of the compiler's source."""
        self.source_name = name

    def knows(self, number: int) -> bool:
        """Whether a .file gave this number."""
        return number in self.files

    def loc(self, file: int, line: int, column: int, is_stmt: bool, prologue_end: bool) -> None:
        """.loc: the next instruction comes from there."""
        self._pending = (file, line, column, is_stmt, prologue_end)

    def instruction(self, column: int) -> None:
        """An instruction is about to be appended; `column` (0-based) of its mnemonic."""
        fragment, offset = self._asm.place()
        if self._pending is not None:
            self._given.append(Row(fragment, offset, *self._pending))
            self._pending = None
        if not self._given:
            line = self._asm.line.outermost()
            inside = line is not self._asm.line
            self._own.append(Row(fragment, offset, line.file, line.number, 0 if inside else column + 1))

    @property
    def rows(self) -> list[Row]:
        """All rows, in the order of the source."""
        return self._given or self._own
