""".if and its kin: which statements are assembled. GNU as manual, ".if"."""

from __future__ import annotations

from dataclasses import dataclass

from emu.asm.errors import Mistake
from emu.asm.source import Line, Statement


@dataclass
class Condition:
    """One open .if: is the current branch assembled, was any before, has .else come, and where it began."""

    active: bool
    taken: bool
    outer: bool
    begin: Statement
    final: bool = False


class Conditionals:
    """The stack of open .ifs."""

    def __init__(self) -> None:
        self.open: list[Condition] = []

    @property
    def active(self) -> bool:
        """Whether statements are assembled now."""
        return not self.open or self.open[-1].active

    def begin(self, result: bool, statement: Statement) -> None:
        """An .if of any kind; `result` is not looked at inside a branch that is left out."""
        outer = self.active
        self.open.append(Condition(outer and result, outer and result, outer, statement))

    def settle(self, result: bool) -> None:
        """The result of the .if just begun."""
        top = self.open[-1]
        top.active = top.taken = top.outer and result

    def leave(self, caller: Line | None) -> None:
        """Drops the .ifs that the macro called there has opened (.exitm)."""
        while self.open and self.open[-1].begin.line.caller is caller:
            self.open.pop()

    def other(self, result: bool, word: str, column: int) -> None:
        """.elseif (with its result) or .else (True)."""
        condition = self._top(word, column)
        if condition.final:
            raise Mistake(f"{word} after .else", column)
        condition.final = word == ".else"
        condition.active = condition.outer and not condition.taken and result
        condition.taken = condition.taken or condition.active

    def wants_test(self) -> bool:
        """Whether the expression of an .elseif here matters."""
        return bool(self.open) and self.open[-1].outer and not self.open[-1].taken

    def end(self, column: int) -> None:
        """.endif"""
        self._top(".endif", column)
        self.open.pop()

    def _top(self, word: str, column: int) -> Condition:
        if not self.open:
            raise Mistake(f"{word} without .if", column)
        return self.open[-1]
