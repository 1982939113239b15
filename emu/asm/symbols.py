"""The symbol table of one object while it is assembled. GNU as manual, "Symbols".

Numeric labels `1:` and `.` become symbols with names no source can write: "1\\x02<n>" and "\\x01<n>".
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from emu.asm.errors import Mistake
from emu.asm.fragments import Fragment
from emu.asm.nodes import Node, Symbol, weight
from emu.asm.source import Line
from emu.errors import did_you_mean
from emu.isa.abi import XREG

MAX_NODES = 1000  # of an expression given to .set


@dataclass(slots=True, eq=False)
class Entry:
    """One symbol: a label (fragment and offset), a value (.set), a common block (.comm), or undefined.

    A value that comes to a label and a constant gets a fragment too in the end, that of the label `alias`.
    """

    name: str
    fragment: Fragment | None = None
    offset: int = 0
    value: Node | None = None
    common: tuple[int, int] | None = None
    line: Line | None = None
    column: int = 0
    binding: str = ""
    visibility: str = "default"
    kind: str = "notype"
    size: Node | None = None
    used: tuple[Line, int] | None = None
    alias: Entry | None = None
    busy: bool = field(default=False, repr=False)

    @property
    def is_defined(self) -> bool:
        """Whether this object says what the symbol is."""
        return self.fragment is not None or self.value is not None or self.common is not None

    @property
    def is_local(self) -> bool:
        """Whether no other object can define or override it."""
        return self.binding in ("", "local") and self.is_defined

    @property
    def is_temporary(self) -> bool:
        """Whether it stays out of the symbol table: .L names, numeric labels, `.`."""
        return self.name.startswith((".L", "\x01")) or "\x02" in self.name


def shown_name(name: str) -> str:
    """A symbol's name for messages: `1:` for a numeric label."""
    if "\x02" in name:
        return name.partition("\x02")[0]
    return "." if name.startswith("\x01") else name


class SymbolTable:
    """Names to entries. `position` tells where the next byte will go; `line` is the statement at hand."""

    def __init__(self, position: Callable[[], tuple[Fragment, int]]) -> None:
        self.entries: dict[str, Entry] = {}
        self.line: Line | None = None
        self._position = position
        self._counts: dict[str, int] = {}
        self._dots = 0

    def get(self, name: str) -> Entry:
        """The entry of a name, made on first sight."""
        entry = self.entries.get(name)
        if entry is None:
            entry = self.entries[name] = Entry(name)
        return entry

    def here(self) -> Node:
        """An anonymous label for `.`."""
        self._dots += 1
        entry = self.get(f"\x01{self._dots}")
        entry.fragment, entry.offset = self._position()
        return Symbol(entry, -1)

    def local(self, text: str, column: int) -> Node:
        """`1b` is the last `1:` so far, `1f` the next."""
        digits, count = text[:-1], self._counts.get(text[:-1], 0)
        if text[-1] == "b" and not count:
            raise Mistake(f"no label {digits}: before this", column)
        return self.reference(f"{digits}\x02{count + (text[-1] == 'f')}", column)

    def reference(self, name: str, column: int) -> Node:
        """A use of a name; one that .set has given a number is replaced by the number it is at this point."""
        name = name.partition("@")[0] or name
        entry = self.get(name)
        if type(entry.value) is int:
            return entry.value
        if entry.used is None:
            entry.used = (self.line, column)
        return Symbol(entry, column)

    def label(self, name: str, column: int) -> None:
        """Defines a label here; digits are a numeric label."""
        if name.isdigit():
            self._counts[name] = self._counts.get(name, 0) + 1
            name = f"{name}\x02{self._counts[name]}"
        entry = self.get(name)
        self._refuse_twice(entry, column)
        entry.fragment, entry.offset = self._position()
        entry.line, entry.column = self.line, column

    def assign(self, name: str, value: Node, column: int, once: bool = False) -> None:
        """.set, .equ, = ; `once` for .equiv and ==, which refuse a symbol that has a value already."""
        entry = self.get(name)
        if once or entry.value is None:
            self._refuse_twice(entry, column)
        if weight(value, MAX_NODES) >= MAX_NODES:
            raise Mistake("this expression is too large for .set", column)
        if entry.value is not None and type(entry.value) is not int:
            entry = self._renew(entry)
        entry.value, entry.line, entry.column = value, self.line, column

    def _renew(self, old: Entry) -> Entry:
        """A second life of the name; what has used it so far keeps the value that it had."""
        new = Entry(old.name, binding=old.binding, visibility=old.visibility, kind=old.kind, size=old.size)
        self.entries[old.name] = new
        old.binding = "local"
        return new

    def settle(self, resolve: Callable[[Node], tuple[int, Entry | None, Entry | None]]) -> None:
        """Turns values that come to a label and a constant into labels, under the binding of their own name."""
        for entry in self.entries.values():
            if entry.value is None or type(entry.value) is int:
                continue
            with suppress(Mistake):  # told where the symbol is used
                constant, label, other = resolve(entry.value)
                if label is not None and label.fragment is not None and other is None:
                    entry.fragment, entry.offset = label.fragment, label.offset + constant
                    entry.alias = label.alias or label

    def common(self, name: str, size: int, alignment: int, column: int) -> None:
        """.comm: storage that objects share; the largest size wins."""
        entry = self.get(name)
        if entry.common is None:
            self._refuse_twice(entry, column)
        old_size, old_alignment = entry.common or (0, 1)
        entry.common = max(size, old_size), max(alignment, old_alignment)
        entry.kind, entry.binding = "object", entry.binding or "global"
        entry.line, entry.column = self.line, column

    def _refuse_twice(self, entry: Entry, column: int) -> None:
        if entry.is_defined:
            where = f" at {entry.line.file}:{entry.line.number}" if entry.line else ""
            raise Mistake(f"symbol {entry.name!r} is already defined{where}", column, _twice_hint(entry, self.line))

    def resembling(self, name: str) -> str:
        """A hint with defined names or registers like this one."""
        known = [n for n, e in self.entries.items() if e.is_defined and (n[:2] == ".L" or not e.is_temporary)]
        return did_you_mean(name, [*known, *XREG])


def _twice_hint(entry: Entry, line: Line | None) -> str:
    if line is not None and line.caller is not None:
        return "a label in a macro is unique with \\@ in its name, or as a numeric label like 1:"
    return "rename one of them, or use a numeric label (1: … 1b) for a local jump"
