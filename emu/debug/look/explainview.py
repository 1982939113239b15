"""The blocks of `explain cycles`."""

from __future__ import annotations

from typing import Any

from emu.debug import highlight
from emu.debug.look import code
from emu.debug.look.words import number, plural, share
from emu.debug.view import Facts, Line, Table
from emu.machine.ledger import LEDGER

MOST_ROWS, DEAREST = 500, 20


def blocks(session: Any, data: dict[str, Any], dearest: bool) -> list[Any]:
    """Summary, causes, lines and instructions: as they stand, or those that cost most."""
    cycles, lines, instructions = data["cycles"], data["by_line"], data["instructions"][:MOST_ROWS]
    if dearest:
        lines, instructions = ranked(lines), ranked(data["instructions"])
    by = [
        [cause, number(n), share(n, cycles), LEDGER[cause]]
        for cause, n in sorted(data["by_cause"].items(), key=lambda item: -item[1])
    ]
    return [
        summary(data),
        Table(("cause", "cycles", "share", "meaning"), by, right=(1, 2)),
        line_table(session, lines, cycles),
        instruction_table(instructions),
    ]


def ranked(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The dearest first."""
    return sorted(rows, key=lambda row: -row["cycles"])[:DEAREST]


def cut_notes(data: dict[str, Any]) -> list[str]:
    """What `ranked` leaves out."""
    lines, instructions = len(data["by_line"]), len(data["instructions"])
    if max(lines, instructions) <= DEAREST:
        return []
    return [f"the dearest of {lines:,} lines, {instructions:,} instructions; explain cycles FUNCTION has all of one"]


def summary(data: dict[str, Any]) -> Facts:
    """Of what, how many cycles in what time, and how many for each pass."""
    whole, cycles, span = data["all_cycles"], data["cycles"], data["to_tick"] - data["from_tick"]
    spent = f"{cycles:,} of {whole:,} ({share(cycles, whole)}) in {plural(span, 'tick')}"
    rows = [("of", data["what"]), ("cycles", spent)]
    rest = [(data["other_cycles"], "of other tasks"), (data["idle_cycles"], "idle")]
    if shown := ", ".join(f"{n:,} {whose}" for n, whose in rest if n):
        rows.append(("besides", shown))
    if data["passes"] > 1:
        rows.append(("passes", f"{data['passes']:,} of {cycles / data['passes']:,.1f} cycles"))
    return Facts(rows)


def line_table(session: Any, rows: list[dict[str, Any]], cycles: int) -> Table:
    """Source lines with their text; `cycles` is the whole."""
    lines: list[list[Line]] = []
    for each in rows:
        file, _, line = each["line"].rpartition(":")
        text = code.text_of(session, file, int(line)) if file and line.isdigit() else ""
        spent = [number(each["cycles"]), share(each["cycles"], cycles), number(each["count"])]
        lines.append([*spent, each["line"], [(without_comment(text), "insn")], top(each["by_cause"])])
    return Table(("cycles", "share", "times", "line", "source", "most for"), lines, right=(0, 1, 2))


def without_comment(text: str) -> str:
    """What a line of source does."""
    return "".join(part for part, style in highlight.code(text) if style != "comment").strip()


def instruction_table(rows: list[dict[str, Any]]) -> Table:
    """Instructions by address."""
    cells: list[list[Line]] = []
    for r in rows:
        where: list[Line] = [[(f"{r['pc']:#x}", "addr")], [(r["text"], "insn")]]
        cells.append([number(r["cycles"]), number(r["count"]), *where, top(r["by_cause"])])
    return Table(("cycles", "times", "pc", "instruction", "most for"), cells, right=(0, 1))


def top(by_cause: dict[str, int]) -> str:
    """The two dearest causes."""
    best = sorted(by_cause.items(), key=lambda item: -item[1])[:2]
    return ", ".join(f"{cause} {cycles:,}" for cause, cycles in best)
