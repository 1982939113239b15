"""The pieces of a section. Their sizes are fixed at once (Data, Space) or only when all symbols are (the others).

Every fragment answers `measure(layout)`: how many bytes at the offset it now has, never fewer for a Branch or Leb than
before, so that relaxation ends; and `contents(layout)`: those bytes. `layout.value(node)` evaluates an expression
under the offsets of the moment, `layout.target(node, section)` gives the offset of a jump's target in a section that
no linker can change, `layout.offset` that of any label or number; all None if there is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from emu.asm.nodes import Node
from emu.asm.source import Line

if TYPE_CHECKING:
    from emu.asm.sections import Section


class Layout(Protocol):
    """What fragments ask of relaxation."""

    def value(self, node: Node) -> int | None: ...
    def target(self, node: Node, section: Section) -> int | None: ...
    def offset(self, node: Node, section: Section) -> int | None: ...
    def number(self, node: Node, what: str, hint: str = "") -> int: ...


class Fixup(NamedTuple):
    """Bytes at `offset` of a fragment that wait for an expression; `kind` is a relocation of `relocations`."""

    offset: int
    kind: str
    node: Node
    line: Line
    column: int


class Fragment:
    """One piece. `offset` in the section is valid after layout, `size` always."""

    __slots__ = ("column", "index", "line", "offset", "row", "section", "size")
    fixed = False  # whether the size no longer depends on anything
    placed = False  # whether the size depends on the offset
    fixups: list[Fixup] | tuple[()] = ()

    def __init__(self, section: Section, line: Line, column: int = 0) -> None:
        self.section, self.line, self.column = section, line, column
        self.offset = self.size = self.index = 0
        self.row: list[Fragment] = []

    def measure(self, layout: Layout) -> int:
        """The size under the layout of the moment."""
        return self.size

    def contents(self, layout: Layout) -> bytes:
        """The bytes, once sizes are final."""
        return bytes(self.size)

    def check(self, layout: Layout) -> None:
        """Mistake if the final size makes no sense."""


class Data(Fragment):
    """Bytes, and fixups into them."""

    __slots__ = ("data", "fixups")
    fixed = True

    def __init__(self, section: Section, line: Line) -> None:
        super().__init__(section, line)
        self.data, self.fixups = bytearray(), []

    def measure(self, layout: Layout) -> int:
        self.size = len(self.data)
        return self.size

    def contents(self, layout: Layout) -> bytearray:
        return self.data


class Space(Fragment):
    """A run of zero bytes of known size that takes no host memory: .bss, large .zero."""

    __slots__ = ()
    fixed = True
