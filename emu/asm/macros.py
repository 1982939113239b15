"""Macros and repetitions: bodies that come again with other texts in them. GNU as manual, ".macro", ".rept", ".irp"."""

from __future__ import annotations

from collections.abc import Iterator

from emu.asm.errors import Mistake
from emu.asm.parameters import Macro, bind, substitute
from emu.asm.source import Line, Statement
from emu.asm.stream import Stream
from emu.errors import did_you_mean


class Macros:
    """The macros defined so far, and their expansion into a stream."""

    def __init__(self, stream: Stream) -> None:
        self.known: dict[str, Macro] = {}
        self._stream, self._count = stream, 0

    def define(self, macro: Macro, column: int) -> None:
        """A second definition needs .purgem first."""
        if macro.name in self.known:
            raise Mistake(f"macro {macro.name!r} is already defined", column, f".purgem {macro.name} forgets it")
        self.known[macro.name] = macro

    def forget(self, name: str, column: int) -> None:
        """.purgem"""
        if self.known.pop(name, None) is None:
            raise Mistake(f"there is no macro {name!r}", column, did_you_mean(name, self.known))

    def call(self, macro: Macro, text: str, caller: Line) -> None:
        """Goes on with the body, arguments put in."""
        self.expand(macro.body, [bind(macro, text)], caller, f"macro {macro.name!r}")

    def expand(self, body: list[Statement], rounds: list[dict[str, str]], caller: Line, what: str) -> None:
        """Goes on with the body, once for each set of values."""
        self._stream.push(self._rounds(body, rounds, caller, what), what)

    def _rounds(
        self, body: list[Statement], rounds: list[dict[str, str]], caller: Line, what: str
    ) -> Iterator[Statement]:
        for values in rounds:
            count, self._count = self._count, self._count + 1
            texts = [substitute(s.text, values, count) for s in body]
            yield from self._stream.expansion(body, texts, caller, what)
