"""What every command returns: data for programs, and blocks that the faces draw as text, plain text or panes.

A cell or a line is a str or a list of spans (text, style). Styles are names of meaning, which a face maps to colours:
addr value symbol insn operand comment good bad warn changed dim head level M E S I.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Span = tuple[str, str]
Line = str | Sequence[Span]


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
    return line if isinstance(line, str) else "".join(text for text, _ in line)
