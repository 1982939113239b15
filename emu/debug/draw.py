"""Blocks of a view to lines of spans, for any width: what the prompt prints and the panes show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from emu.debug.view import Facts, Line, Span, Table, Text, View, is_span, spell

Spans = list[Span]
GAP = "  "
LEAST = 12  # columns that a column keeps when the screen is narrow


def lines(view: View, width: int = 100, gently: bool = False) -> list[Spans]:
    """All of a view; blocks are set apart by an empty line. `gently`: a table that is far too wide is left so."""
    drawn: list[Spans] = []
    for block in view.blocks:
        if drawn:
            drawn.append([])
        drawn += block_lines(block, width, gently)
    drawn += [[("note: " if not note.startswith("hint") else "", "dim"), (note, "dim")] for note in view.notes]
    return drawn


def block_lines(block: Table | Facts | Text, width: int, gently: bool = False) -> list[Spans]:
    """One block with its title."""
    title: list[Spans] = [[(block.title, "head")]] if block.title else []
    match block:
        case Table():
            return title + table_lines(block, width, gently)
        case Facts():
            return title + facts_lines(block)
        case Text():
            return title + [spans(line) for line in block.lines]


def spans(line: Line) -> Spans:
    """A line as a list of spans: of a text, of a lone span, of spans and texts."""
    if isinstance(line, str):
        return [(line, "")]
    return [line] if is_span(line) else [(part, "") if isinstance(part, str) else part for part in line]


def facts_lines(facts: Facts) -> list[Spans]:
    """Names in a column, values beside them."""
    widest = max((len(name) for name, _ in facts.rows), default=0)
    return [[(f"{name:{widest}}{GAP}", "dim"), *spans(value)] for name, value in facts.rows]


def table_lines(table: Table, width: int, gently: bool = False) -> list[Spans]:
    """A heading, a rule, the rows; the widest left-set column is folded where the screen is too narrow."""
    cells = [[spans(cell) for cell in row] for row in table.rows]
    count = len(table.columns)
    natural = [max([len(table.columns[i]), *(length(row[i]) for row in cells if i < len(row))]) for i in range(count)]
    widths = fitted(natural, foldable(cells, count, table.right), width - len(GAP) * (count - 1))
    if gently and any(2 * now < wish for now, wish in zip(widths, natural, strict=True)):
        widths = natural
    heading: list[Spans] = []
    if any(table.columns):
        names = [[(name, "head")] for name in table.columns]
        heading = [joined(names, widths, table.right), [("─" * (sum(widths) + len(GAP) * (count - 1)), "dim")]]
    return heading + [line for row in cells for line in folded(row, widths, table.right)]


def foldable(rows: Sequence[Sequence[Spans]], count: int, right: Sequence[int]) -> list[int]:
    """Columns that may be folded: those with blanks in their longest cell, else all that are not figures."""
    left = [i for i in range(count) if i not in right]
    longest = {i: max((spell(row[i]) for row in rows if i < len(row)), key=len, default="") for i in left}
    return [i for i in left if " " in longest[i].strip()] or left


def fitted(natural: list[int], flexible: list[int], room: int) -> list[int]:
    """Widths that fit into the room where possible: the widest flexible column gives way first."""
    widths = list(natural)
    while (excess := sum(widths) - room) > 0 and flexible:
        widest = max(flexible, key=lambda i: widths[i])
        if widths[widest] <= LEAST:
            break
        widths[widest] = max(widths[widest] - excess, LEAST)
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


def wrap(cell: Spans, width: int) -> list[Spans]:
    """A cell cut into lines of at most `width`, at blanks where there are some. Styles survive."""
    if length(cell) <= width:
        return [cell]
    chars = [(char, style) for text, style in cell for char in text]
    parts = []
    while len(chars) > width:
        blank = max((i for i in range(width, 0, -1) if chars[i][0] == " "), default=0)
        cut = blank or width
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
