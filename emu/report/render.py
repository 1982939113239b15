"""Tables to text: for people who see (ruled, coloured) and for those who listen or grep (one fact a line)."""

from __future__ import annotations

import io
from collections.abc import Iterable

from emu.report.table import MEANING, Table, show


def plain(tables: Iterable[Table]) -> str:
    """No colour, no rules, no columns: `title: row: value, name value …`, one row a line."""
    return "".join(line + "\n" for table in tables for line in plain_lines(table))


def plain_lines(table: Table) -> list[str]:
    """The lines of one table. Two columns need no column names; explanations are left to those who ask for them."""
    lines = []
    for label, *cells in table.rows:
        named = [(name, show(cell)) for name, cell in zip(table.columns[1:], cells, strict=True) if cell is not None]
        named = [(name, value) for name, value in named if name != MEANING]
        facts = [value if len(named) == 1 else f"{name} {value}" for name, value in named]
        lines.append(f"{table.title}: {show(label)}: {', '.join(facts)}")
    return lines + ([f"{table.title}: {table.note}"] if table.note else [])


def ruled(tables: Iterable[Table], *, width: int = 100, colour: bool = False) -> str:
    """Titled, ruled tables by rich; with `colour` as ANSI escapes. Lines end without blanks."""
    from rich.console import Console

    system = "standard" if colour else None
    console = Console(file=io.StringIO(), width=width, force_terminal=colour, color_system=system, legacy_windows=False)
    for table in tables:
        console.print(table.title, style="bold cyan", markup=False, highlight=False)
        console.print(rich_table(table))
        if table.note:
            console.print(table.note, markup=False, highlight=False)
    return "".join(line.rstrip() + "\n" for line in console.file.getvalue().splitlines())


def rich_table(table: Table):  # -> rich.table.Table, which is imported only here
    """One table in rich's terms: labels and explanations to the left, figures to the right, the total below a line."""
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    drawn = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, show_header=any(table.columns))
    for i, name in enumerate(table.columns):
        drawn.add_column(
            name, justify="right" if i and name != MEANING else "left", style="dim" if name == MEANING else None
        )
    last = len(table.rows) - 1
    for i, row in enumerate(table.rows):
        is_total = table.total and i == last
        cells = [Text(show(cell)) for cell in row]
        drawn.add_row(*cells, style="bold" if is_total else None, end_section=table.total and i == last - 1)
    return drawn
