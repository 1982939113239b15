"""The one shape that views return: a titled table. `render` turns tables into text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Cell = int | float | str | None
MEANING = "meaning"
"""The name of a column of explanations: beside the figures for people who see, left out of plain text."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns; the first column names the row. `total`: the last row sums up the others."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    total: bool = False
    note: str = ""


def show(cell: Cell) -> str:
    """A cell as text: 1,234,567 for integers, two decimals for ratios, nothing for None."""
    match cell:
        case None:
            return ""
        case bool() | str():
            return str(cell)
        case int():
            return f"{cell:,}"
        case _:
            return f"{cell:.2f}"


def percent(part: int, whole: int) -> str | None:
    """`part` of `whole` with one decimal; None where there is nothing to divide by."""
    return f"{100 * part / whole:.1f} %" if whole else None


def shares(parts: Sequence[int], whole: int) -> list[str | None]:
    """Percentages with one decimal that add up to 100.0 exactly (largest remainders are rounded up)."""
    if not whole:
        return [None] * len(parts)
    tenths = [1000 * part // whole for part in parts]
    by_remainder = sorted(range(len(parts)), key=lambda i: -(1000 * parts[i] % whole))
    for i in by_remainder[: 1000 * sum(parts) // whole - sum(tenths)]:
        tenths[i] += 1
    return [f"{n // 10}.{n % 10} %" for n in tenths]
