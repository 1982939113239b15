"""Relaxation: every piece of variable size gets the smallest that works, by growing until nothing grows any more.

Offsets are assigned from the sizes of the moment, then each jump, li, .uleb128 and .fill is measured under them; when
no size changes, all agree. Jumps never shrink, so this ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from emu.asm.elastic import Branch
from emu.asm.errors import Mistake
from emu.asm.evaluate import Evaluator, Value
from emu.asm.fragments import Fragment
from emu.asm.limits import MAX_BSS, MAX_FRAGMENT_WALK, MAX_OUTPUT, MAX_RELAX_PASSES, MAX_RELAX_WORK
from emu.asm.nodes import Node
from emu.asm.sections import Section
from emu.asm.symbols import Entry, SymbolTable, shown_name


def known_distance(a: Entry, b: Entry) -> int | None:
    """How far label a lies after label b, if only pieces of fixed size lie between; for use while parsing."""
    if a.fragment is None or b.fragment is None or a.fragment.row is not b.fragment.row:
        return None
    if a.fragment.index < b.fragment.index:
        reverse = known_distance(b, a)
        return None if reverse is None else -reverse
    between = a.fragment.row[b.fragment.index : a.fragment.index]
    if len(between) > MAX_FRAGMENT_WALK or not all(f.fixed for f in between):
        return None
    return sum(f.measure(None) for f in between) + a.offset - b.offset


class Relaxation:
    """The layout of all sections of an object; `run` finds it, the other methods answer under it."""

    def __init__(self, sections: Iterable[Section], symbols: SymbolTable) -> None:
        self.evaluator = Evaluator(symbols, self.distance)
        self.sections = [(section, section.fragments()) for section in sections]
        self._growing = [f for _, fragments in self.sections for f in fragments if not f.fixed and not f.placed]

    def run(self) -> None:
        """Settles all sizes and offsets; Mistake if a section gets too large or sizes chase each other."""
        for _, fragments in self.sections:
            for fragment in fragments:
                if fragment.fixed:
                    fragment.measure(self)
        count = sum(len(fragments) for _, fragments in self.sections)
        passes = max(10, min(MAX_RELAX_PASSES, MAX_RELAX_WORK // (count + 1)))
        for turn in range(2 * passes):
            self._assign()
            if not self._grow():
                return
            if turn == passes:
                self._lengthen()
        raise Mistake("sizes in this file depend on each other in a way that never settles")

    def _assign(self) -> None:
        total = 0
        for section, fragments in self.sections:
            offset = 0
            for fragment in fragments:
                fragment.offset = offset
                if fragment.placed:
                    fragment.size = fragment.measure(self)
                offset += fragment.size
            total += 0 if section.is_nobits else offset
            limit = MAX_BSS if section.is_nobits else MAX_OUTPUT
            if max(offset, total) > limit:
                raise Mistake(f"section {section.name} takes this file past {limit >> 20} MB")

    def _grow(self) -> bool:
        changed = False
        for fragment in self._growing:
            size = fragment.measure(self)
            changed |= size != fragment.size
            fragment.size = size
        return changed

    def _lengthen(self) -> None:
        for fragment in self._growing:
            if type(fragment) is Branch:
                fragment.lengthen()

    def distance(self, a: Entry, b: Entry) -> int | None:
        """How far label a lies after label b, if both are in one section."""
        if a.fragment is None or b.fragment is None or a.fragment.section is not b.fragment.section:
            return None
        return a.fragment.offset + a.offset - b.fragment.offset - b.offset

    def _value(self, node: Node) -> Value | None:
        try:
            return self.evaluator.value(node)
        except Mistake:
            return None  # reported when the fixup or the piece is resolved

    def value(self, node: Node) -> int | None:
        """An expression that is a number."""
        value = self._value(node)
        return value.constant if value is not None and value.is_absolute else None

    def target(self, node: Node, section: Section) -> int | None:
        """The offset in `section` of a label that no other object can override."""
        value = self._value(node)
        if value is None or value.add is None or not value.add.is_local:
            return None
        return self._place(value, section)

    def offset(self, node: Node, section: Section) -> int | None:
        """The offset in `section` that a label or a plain number means."""
        value = self._value(node)
        return None if value is None else value.constant if value.is_absolute else self._place(value, section)

    def _place(self, value: Value, section: Section) -> int | None:
        label = value.add
        if value.sub is not None or label is None or label.fragment is None or label.fragment.section is not section:
            return None
        return label.fragment.offset + label.offset + value.constant

    def number(self, node: Node, what: str, hint: str = "") -> int:
        """An expression that must be a number; Mistake that names the symbol in the way."""
        value = self.evaluator.value(node)
        if value.is_absolute:
            return value.constant
        entry = value.add or value.sub
        if not entry.is_defined:
            raise Mistake(
                f"symbol {shown_name(entry.name)!r} is not defined", None, self.evaluator.symbols.resembling(entry.name)
            )
        raise Mistake(f"{what} must be a number, and {shown_name(entry.name)!r} is an address", None, hint)

    def mistakes(self) -> Iterator[tuple[Fragment, Mistake]]:
        """The pieces whose size makes no sense under the final layout, with the reason."""
        for _, fragments in self.sections:
            for fragment in fragments:
                try:
                    fragment.check(self)
                except Mistake as mistake:
                    mistake.column = fragment.column if mistake.column is None else mistake.column
                    yield fragment, mistake
