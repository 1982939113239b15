"""What every command returns: data for programs, and blocks that the faces draw as text, plain text or panes.

A cell or a line is a str, a span (text, style), or a list of both. Styles are names of meaning, which a face maps to
colours: addr value symbol insn operand comment good bad warn changed dim head level M E S I.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Span = tuple[str, str]
Line = str | Span | Sequence[Span | str]


@dataclass(slots=True)
class Table:
    """Rows under named columns. `right`: indices of the columns that are set flush right."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Line]]
    title: str = ""
    right: Sequence[int] = ()


@dataclass(slots=True)
class Facts:
    """Name and value, a fact a line."""

    rows: Sequence[tuple[str, Line]]
    title: str = ""


@dataclass(slots=True)
class Text:
    """Lines as they are: disassembly, source, a drawing. `plain` says the same without one, where it must differ."""

    lines: Sequence[Line]
    title: str = ""
    plain: Sequence[str] | None = None


@dataclass(slots=True)
class View:
    """An answer. `data` is what --json prints; `blocks` are what people read; `notes` end it (hints, what is lost)."""

    name: str
    data: Any = None
    blocks: list[Table | Facts | Text] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stop: Any = None  # run control: the Stop that ended it
    again: str = ""  # what Enter runs next, where that isn't the same line: "x/16gx 0x10080"


def spell(line: Line) -> str:
    """The text of a line without its styles."""
    if isinstance(line, str):
        return line
    return line[0] if is_span(line) else "".join(part if isinstance(part, str) else part[0] for part in line)


def is_span(line: Line) -> bool:
    """Whether this is one span, not a list of them."""
    return isinstance(line, tuple) and len(line) == 2 and isinstance(line[0], str)
