"""Views to text: coloured for terminals, one fact a line for those who listen or grep, JSON for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from emu.debug import draw
from emu.debug.highlight import coloured
from emu.debug.style import sgr
from emu.debug.view import Facts, Line, Table, Text, View, spell

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
RESET = "\x1b[0m"
MARKS = {"*": "selected", ">": "selected"}  # in a first column without a name


def visible(text: str) -> str:
    """Control characters made harmless: what a guest writes must not command the terminal."""
    return CONTROL.sub(lambda found: caret(ord(found[0])), text)


def caret(code: int) -> str:
    """^[ for escape, and so on."""
    return "^" + chr(code ^ 64) if code < 128 else f"\\u{code:04x}"


def text(view: View, *, width: int = 100, colour: bool = False) -> str:
    """A view for people. Lines end without blanks."""
    return "".join(ansi(line, colour).rstrip() + "\n" for line in draw.lines(view, width))


def ansi(line: Line, colour: bool = True) -> str:
    """A line of spans as text, with escapes where `colour` says so."""
    parts = []
    for string, style in coloured(draw.spans(line)):
        begin = sgr(style) if colour else ""
        parts.append(f"{begin}{visible(string)}{RESET}" if begin and string else visible(string))
    return "".join(parts)


def plain(view: View) -> str:
    """No colour, no rules, no columns: one fact a line."""
    lines = [line for block in view.blocks for line in plain_lines(block)] + [f"note: {note}" for note in view.notes]
    return "".join(visible(line).rstrip() + "\n" for line in lines)


def plain_lines(block: Table | Facts | Text) -> Iterator[str]:
    """`title: row: column value, …`, `title: name: value`, or the lines as they are."""
    title = f"{block.title.rstrip(':')}: " if block.title else ""
    match block:
        case Table():
            yield from (title + plain_row(block.columns, row) for row in block.rows)
        case Facts():
            yield from (f"{title}{name}: {spell(value)}" for name, value in block.rows)
        case Text():
            lines: Iterable[Line] = block.lines if block.plain is None else block.plain
            yield from ([title.rstrip()] if title and lines else [])
            yield from (spell(line) for line in lines)


def plain_row(columns: Any, row: Any) -> str:
    """The first cell names the row (a number by its column); the others follow with the names of their columns."""
    label, *cells = [spell(cell).strip() for cell in row]
    facts = [f"{name} {cell}".strip() for name, cell in zip(columns[1:], cells, strict=False) if cell]
    if label in MARKS and not columns[0]:
        label, facts = "", [*facts, MARKS[label]]
    if label[:1].isdigit():
        label = f"{columns[0]} {label}"
    return f"{label}: {', '.join(facts)}" if label and facts else label or ", ".join(facts)


def document(view: View, line: str = "") -> str:
    """A view as one line of JSON: {"command": …, "name": …, "data": …, "notes": …}."""
    fields = {"command": line} if line else {}
    fields |= {"name": view.name, "data": view.data}
    return json.dumps(fields | ({"notes": view.notes} if view.notes else {}), default=spelled, ensure_ascii=False)


def spelled(value: Any) -> Any:
    """What JSON has no form for."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if hasattr(value, "item"):  # a number of numpy's
        return value.item()
    return sorted(value) if isinstance(value, set | frozenset) else str(value)
