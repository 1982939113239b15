"""The stat document and its views, on made-up counters: no machine needed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from emu.report import render, schema, stat, stat_view
from emu.report.table import Table, percent, shares, show

LEDGER = {"issue": 700, "stall": 0, "l1d": 200, "dram": 101}
COUNTERS = {
    "insn.retired": 700, "insn.load": 100, "insn.branch": 50, "insn.mispredict": 5,
    "l1d.access": 100, "l1d.read_miss": 8, "l1d.write_miss": 2, "l1d.evict": 1, "l1d.write_back": 1,
    "dtlb.access": 100, "dtlb.miss": 0, "l2tlb.access": 0, "l2tlb.miss": 0,
    "walk.count": 3, "bus.read": 0, "new.thing": 4,
}  # fmt: skip


def document(harts: int = 1, **changes: Any) -> dict[str, Any]:
    """A document of a run that never was."""
    machine = SimpleNamespace(
        harts=[SimpleNamespace(instret=700, cycle=1001)] * harts, counters=lambda i: COUNTERS, ledger=lambda i: LEDGER
    )
    kernel = SimpleNamespace(stats=lambda: {"faults": {"minor": 3, "major": 0}, "resident_pages": 7})
    exit = SimpleNamespace(reason="exited", status=0, signal=0, code=0, card=None)
    program = {"path": "x.s", "args": [], "xlen": 64}
    about = {
        "preset": "small",
        "harts": harts,
        "timing": "full",
        "seed": 0,
        "aslr": True,
        "ram": 1,
        "knobs": {"l1d.size": 1},
    }
    made = stat.collect(machine, kernel, exit, program=program, about=about)
    return {**made, "host": {"seconds": 0.5, "mips": 1.0}, **changes}


def test_the_document_fits_its_schema() -> None:
    """Every leaf has a row, every row a leaf."""
    assert schema.problems(document()) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"extra": 1}, "extra: not in the schema"),
        ({"schema": 1}, "schema: 1 is not str"),
        ({"host": {"seconds": 1.0}}, "host.mips: missing"),
        ({"exit": {"reason": "exited", "status": True, "signal": 0, "code": 0}}, "exit.status: True is not int"),
    ],
)
def test_the_schema_finds_faults(change: dict[str, Any], problem: str) -> None:
    """What differs from the table is named."""
    assert schema.problems(document(**change)) == [problem]


def test_total_adds_up_and_elapsed_is_the_slowest() -> None:
    """Counters and ledger of the total are sums; the elapsed time is no sum."""
    total = document(harts=2)["total"]
    assert total["cycles"] == sum(total["ledger"].values()) == 2002
    assert (total["elapsed"], total["counters"]["l1d"]["read_miss"]) == (1001, 16)


def test_hit_rates() -> None:
    """All kinds of misses count; without accesses there is no rate."""
    assert document()["total"]["hit_rates"] == {"l1d": 0.9, "dtlb": 1.0, "l2tlb": None}


def test_percentages_add_up_to_a_hundred() -> None:
    """Thirds are rounded so that nothing is lost."""
    assert shares([1, 1, 1], 3) == ["33.4 %", "33.3 %", "33.3 %"]
    assert shares([0, 0], 0) == [None, None]
    assert percent(1, 0) is None


def test_cells() -> None:
    """Integers have thousands marked, None is empty."""
    assert [show(cell) for cell in (1234567, 0.5, None, "x", True)] == ["1,234,567", "0.50", "", "x", "True"]


def test_ledger_table_ends_with_the_clock() -> None:
    """Largest cause first, empty ones left out, the clock as their sum."""
    rows = stat_view.ledger(document()["total"]).rows
    assert [row[0] for row in rows] == ["issue", "l1d", "dram", "clock"]
    assert sum(row[1] for row in rows[:-1]) == rows[-1][1] == 1001


def test_unknown_counters_are_shown() -> None:
    """A counter without an explanation still appears."""
    assert ("new.thing", 4, None) in stat_view.events(document()["total"]).rows


def test_plain_text_is_one_fact_a_line() -> None:
    """Nothing but ASCII punctuation, and each line says what it is about."""
    text = render.plain(stat_view.tables(document(harts=2)))
    assert text.isascii()
    assert "caches: l1d: accesses 200, hits 180, misses 20, hit rate 90.0 %, evictions 2, write-backs 2\n" in text
    assert "where the cycles went: clock: cycles 2,002, share 100.0 %\n" in text
    assert "kernel: faults.minor: 3\n" in text
    assert all(line.count(": ") >= 2 for line in text.splitlines())


def test_ruled_text_has_no_colour_unless_asked() -> None:
    """Escapes only when they are wanted, and no blanks at line ends."""
    tables = stat_view.tables(document())
    assert "\x1b" not in render.ruled(tables)
    assert "\x1b" in render.ruled(tables, colour=True)
    assert not [line for line in render.ruled(tables).splitlines() if line != line.rstrip()]


def test_markup_in_cells_is_text() -> None:
    """What a guest's path holds is never taken for rich's markup."""
    assert "[bold]x[/bold]" in render.ruled([Table("[red]t", ("", ""), [("[bold]x[/bold]", 1)])])


def test_one_hart_only() -> None:
    """The view of one hart leaves out the others and the comparison."""
    titles = [table.title for table in stat_view.tables(document(harts=2), hart=1)]
    assert "harts" not in titles
    assert "where the cycles went" in titles
