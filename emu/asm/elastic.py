"""The pieces of a section whose size depends on labels or on where they lie."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from emu.asm.errors import Mistake
from emu.asm.fragments import Fixup, Fragment, Layout
from emu.asm.leb128 import sleb128, uleb128
from emu.asm.nodes import Node
from emu.asm.source import Line

if TYPE_CHECKING:
    from emu.asm.sections import Section


class Fill(Fragment):
    """`count` copies of `pattern`, where count is an expression over labels that come later or may still move."""

    __slots__ = ("count", "pattern")

    def __init__(self, section: Section, line: Line, count: Node, pattern: bytes, column: int) -> None:
        super().__init__(section, line, column)
        self.count, self.pattern = count, pattern

    def measure(self, layout: Layout) -> int:
        return max(0, layout.value(self.count) or 0) * len(self.pattern)

    def contents(self, layout: Layout) -> bytes:
        return self.pattern * (self.size // len(self.pattern))

    def check(self, layout: Layout) -> None:
        if layout.number(self.count, "the count") < 0:
            raise Mistake("the count is negative", self.column)


class Align(Fragment):
    """Padding up to a multiple of `alignment` unless it takes more than `limit` bytes; nops where `pattern` is None."""

    __slots__ = ("alignment", "compressed", "limit", "pattern")
    placed = True

    def __init__(
        self, section: Section, line: Line, alignment: int, pattern: bytes | None, limit: int | None, compressed: bool
    ) -> None:
        super().__init__(section, line)
        self.alignment, self.pattern, self.limit, self.compressed = alignment, pattern, limit, compressed

    def measure(self, layout: Layout) -> int:
        padding = -self.offset % self.alignment
        return padding if self.limit is None or padding <= self.limit else 0

    def contents(self, layout: Layout) -> bytes:
        if self.pattern is None:
            return nops(self.size, self.compressed)
        odd = self.size % len(self.pattern)
        return bytes(odd) + self.pattern * (self.size // len(self.pattern))


class Org(Fragment):
    """Padding up to an offset of the section."""

    __slots__ = ("pattern", "target")
    placed = True

    def __init__(self, section: Section, line: Line, target: Node, pattern: bytes, column: int) -> None:
        super().__init__(section, line, column)
        self.target, self.pattern = target, pattern

    def measure(self, layout: Layout) -> int:
        target = layout.offset(self.target, self.section)
        return 0 if target is None else max(0, target - self.offset)

    def contents(self, layout: Layout) -> bytes:
        return self.pattern * self.size

    def check(self, layout: Layout) -> None:
        target = layout.offset(self.target, self.section)
        if target is None:
            raise Mistake(".org needs a number or a label of this section", self.column)
        if target < self.offset:
            raise Mistake(f".org goes back to {target:#x}, from {self.offset:#x}", self.column)


class Leb(Fragment):
    """.uleb128 and .sleb128 of an expression that is not known yet."""

    __slots__ = ("node", "signed")

    def __init__(self, section: Section, line: Line, node: Node, signed: bool, column: int) -> None:
        super().__init__(section, line, column)
        self.node, self.signed = node, signed

    def measure(self, layout: Layout) -> int:
        return max(self.size, len(self._encode(layout, 0)))

    def contents(self, layout: Layout) -> bytes:
        return self._encode(layout, self.size)

    def check(self, layout: Layout) -> None:
        layout.number(self.node, "the value")

    def _encode(self, layout: Layout, size: int) -> bytes:
        value = layout.value(self.node) or 0
        return sleb128(value, size) if self.signed else uleb128(value, size)


class Constant(Fragment):
    """`li` of a value that is known only after layout; `code(value)` gives the instructions."""

    __slots__ = ("code", "node")

    def __init__(self, section: Section, line: Line, node: Node, column: int, code: Callable[[int], bytes]) -> None:
        super().__init__(section, line, column)
        self.node, self.code = node, code

    def measure(self, layout: Layout) -> int:
        return max(self.size, len(self.code(layout.value(self.node) or 0)))

    def contents(self, layout: Layout) -> bytes:
        code = self.code(layout.value(self.node) or 0)
        return code + nops(self.size - len(code), (self.size - len(code)) % 4 == 2)

    def check(self, layout: Layout) -> None:
        layout.number(self.node, "the operand of li", "la loads the address of a symbol")


class Branch(Fragment):
    """A jump whose length depends on the distance: `forms` from shortest to longest, `form` the one in use."""

    __slots__ = ("form", "forms", "target")

    def __init__(self, section: Section, line: Line, forms: tuple, target: Node, column: int) -> None:
        super().__init__(section, line, column)
        self.forms, self.form, self.target = forms, 0, target
        self.size = forms[0].size

    def measure(self, layout: Layout) -> int:
        if self.form + 1 < len(self.forms) and not self._reaches(layout):
            self.form += 1
        return self.forms[self.form].size

    def _reaches(self, layout: Layout) -> bool:
        target = layout.target(self.target, self.section)
        form = self.forms[self.form]
        return target is not None and form.minimum <= target - self.offset <= form.maximum

    def lengthen(self) -> None:
        """Takes the longest form, whatever the distance."""
        self.form = len(self.forms) - 1

    @property
    def fixups(self) -> list[Fixup]:
        form = self.forms[self.form]
        return [Fixup(form.at, form.kind, self.target, self.line, self.column)]

    def contents(self, layout: Layout) -> bytearray:
        return bytearray(self.forms[self.form].code)


def nops(size: int, compressed: bool) -> bytes:
    """Padding for code: odd byte, then c.nop, then nops, as GNU as and clang write it."""
    odd = bytes(size % 2) + (b"\x01\x00" if compressed else b"\0\0") * (size % 4 // 2)
    return odd + b"\x13\0\0\0" * (size // 4)
