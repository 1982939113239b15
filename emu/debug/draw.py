"""Blocks of a view to lines of spans, for any width: what the prompt prints and the panes show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from emu.debug.view import Facts, Line, Span, Table, Text, View, is_span, spell

Spans = list[Span]
GAP = "  "
INDENT = 2  # of what a note goes on with
LEAST, MOST_WORD = 12, 32  # a folded column keeps so many characters, and its longest word if that is no longer
WORDS = re.compile(r"[^ ]+"), re.compile(r"[^ /]+/?|/")  # what is not cut in two; what only if need be


def lines(view: View, width: int = 100, gently: bool = False) -> list[Spans]:
    """All of a view; blocks are set apart by an empty line. `gently`: a table that is far too wide is left so."""
    drawn: list[Spans] = []
    for block in view.blocks:
        if drawn:
            drawn.append([])
        drawn += block_lines(block, width, gently)
    for note in view.notes:
        text = note if note.startswith("hint") else f"note: {note}"
        drawn += hanging([(text, "dim")], width, INDENT)
    return drawn


def block_lines(block: Table | Facts | Text, width: int, gently: bool = False) -> list[Spans]:
    """One block with its title."""
    title: list[Spans] = [[(block.title, "head")]] if block.title else []
    match block:
        case Table():
            return title + table_lines(block, width, gently)
        case Facts():
            return title + facts_lines(block, width)
        case Text():
            return title + [spans(line) for line in block.lines]


def spans(line: Line) -> Spans:
    """A line as a list of spans: of a text, of a lone span, of spans and texts."""
    if isinstance(line, str):
        return [(line, "")]
    return [line] if is_span(line) else [(part, "") if isinstance(part, str) else part for part in line]


def facts_lines(facts: Facts, width: int) -> list[Spans]:
    """Names in a column, values beside them."""
    widest = max((len(name) for name, _ in facts.rows), default=0)
    indent = widest + len(GAP)
    rows: Iterator[Spans] = ([(f"{name:{widest}}{GAP}", "dim"), *spans(value)] for name, value in facts.rows)
    return [line for row in rows for line in hanging(row, width, indent)]


def hanging(line: Spans, width: int, indent: int) -> list[Spans]:
    """A line cut where the screen ends; what comes below is indented."""
    if length(line) <= width or width < indent + LEAST:
        return [line]
    first, *rest = wrap(line, width, indent)
    return [first, *([(" " * indent, ""), *part] for part in rest)]


def table_lines(table: Table, width: int, gently: bool = False) -> list[Spans]:
    """A heading, a rule, the rows. Where the screen is too narrow, empty columns are left out, wide ones are folded."""
    cells = [[spans(cell) for cell in row] for row in table.rows]
    natural = natural_widths(table, cells)
    kept = [i for i in range(len(natural)) if any(spell(row[i]).strip() for row in cells if i < len(row))]
    if kept and sum(natural) + len(GAP) * (len(natural) - 1) > width:
        cells = [[row[i] for i in kept if i < len(row)] for row in cells]
        table = Table([table.columns[i] for i in kept], cells, "", [kept.index(i) for i in table.right if i in kept])
        natural = natural_widths(table, cells)
    gaps = len(GAP) * (len(natural) - 1)
    widths = fitted(natural, cells, table.right, width - gaps)
    if gently and any(2 * now < wish for now, wish in zip(widths, natural, strict=True)):
        widths = natural
    heading: list[Spans] = []
    if any(table.columns):
        names = [[(name, "head")] for name in table.columns]
        heading = [joined(names, widths, table.right), [("─" * (sum(widths) + gaps), "dim")]]
    return heading + [line for row in cells for line in folded(row, widths, table.right)]


def natural_widths(table: Table, cells: Sequence[Sequence[Spans]]) -> list[int]:
    """What each column would like to have."""
    return [
        max([len(name), *(length(row[i]) for row in cells if i < len(row))]) for i, name in enumerate(table.columns)
    ]


def fitted(natural: list[int], cells: Sequence[Sequence[Spans]], right: Sequence[int], room: int) -> list[int]:
    """Widths that fit into the room where possible: columns are cut at blanks; if need be, paths behind a slash."""
    for word in WORDS:
        widths = narrowed(natural, foldable(cells, len(natural), right, word), room)
        if sum(widths) <= room:
            return widths
    return narrowed(natural, foldable(cells, len(natural), right, WORDS[0]), room)


def foldable(
    rows: Sequence[Sequence[Spans]], count: int, right: Sequence[int], words: re.Pattern[str]
) -> dict[int, int]:
    """Columns that may be folded, with what they keep: room for their longest word. A number is one word."""
    least = {}
    for i in (i for i in range(count) if i not in right):
        texts = [spell(row[i]).strip() for row in rows if i < len(row)]
        word = max((len(word) for text in texts for word in words.findall(text)), default=0)
        least[i] = min(max(LEAST, word), MOST_WORD)
    return least


def narrowed(natural: list[int], least: dict[int, int], room: int) -> list[int]:
    """The widest column that may be folded gives way, until all fit or none can."""
    widths = list(natural)
    for _ in range(sum(widths) - room):
        widest = max((i for i in least if widths[i] > least[i]), key=lambda i: widths[i], default=None)
        if widest is None:
            break
        widths[widest] -= 1
    return widths


def folded(row: Sequence[Spans], widths: list[int], right: Sequence[int]) -> Iterator[Spans]:
    """A row as one line, or as several where a cell had to be folded."""
    parts = [wrap(cell, widths[i]) for i, cell in enumerate(row[: len(widths)])]
    for n in range(max(map(len, parts), default=0)):
        yield joined([part[n] if n < len(part) else [] for part in parts], widths, right)


def joined(cells: Sequence[Spans], widths: list[int], right: Sequence[int]) -> Spans:
    """Cells set side by side; no blanks at the end."""
    line: Spans = []
    for i, cell in enumerate(cells):
        blanks = " " * max(widths[i] - length(cell), 0)
        padding = [blanks, ""] if i in right else ["", blanks]
        gap = GAP if i else ""
        line += [(gap + padding[0], ""), *cell, (padding[1], "")]
    while line and not line[-1][0].strip():
        line.pop()
    return [span for span in line if span[0]]


def wrap(cell: Spans, width: int, indent: int = 0) -> list[Spans]:
    """A cell cut into lines of at most `width`, at blanks or behind slashes where there are some. Styles survive.

    `indent`: so much less room from the second line on, and the first one is not cut before it.
    """
    if length(cell) <= width:
        return [cell]
    chars = [(char, style) for text, style in cell for char in text]
    parts: list[Spans] = []
    while len(chars) > (room := width - indent if parts else width):
        first = 0 if parts else indent
        blank = next((i for i in range(room, first, -1) if chars[i][0] == " "), 0)
        cut = blank or next((i for i in range(room, first, -1) if chars[i - 1][0] == "/"), 0) or room
        parts.append(merged(chars[:cut]))
        chars = chars[cut + (1 if blank else 0) :]
    return [*parts, merged(chars)]


def cut(line: Spans, width: int) -> Spans:
    """A line that fits; what is cut off leaves an ellipsis."""
    if length(line) <= width:
        return line
    kept, room = [], width - 1
    for text, style in line:
        kept.append((text[: max(room, 0)], style))
        room -= len(text)
    return [*kept, ("…", "dim")]


def merged(chars: list[Span]) -> Spans:
    """Neighbours of one style as one span."""
    line: Spans = []
    for text, style in chars:
        if line and line[-1][1] == style:
            line[-1] = (line[-1][0] + text, style)
        else:
            line.append((text, style))
    return line


def length(line: Line) -> int:
    """Columns that a line takes."""
    return len(spell(line))
