"""The programs in programs/kernel/: what they print, how they end, and the accounts that make their point."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = sorted(path.name for path in (ROOT / "programs" / "kernel").glob("*.s"))
Figures = dict[str, int | range]


class Case(NamedTuple):
    """A command line, what comes of it, and figures of the kernel's accounts: exact, or a range that they lie in.

    `out` may be one text for each width; `err` must occur in what emu says.
    """

    program: str
    out: str | dict[int, str]
    code: int = 0
    figures: Figures = {}
    options: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    err: tuple[str, ...] = ()
    xlens: tuple[int, ...] = (32, 64)


MANY = range(1, 1 << 40)
TOUCHED = "32 MB asked for, and granted\n"
INTACT = TOUCHED + "8192 pages written\n8192 pages read again\n0 of them damaged\n"
SMALL = ("--ram", "16M")

CASES = [
    Case(
        "touch8g.s",
        INTACT,
        figures={
            "swap_pages.out": range(4096, 40_000),
            "swap_pages.in": range(4096, 40_000),
            "faults.minor": range(8192, 9000),
            "faults.major": range(500, 8192),
            "memory_pages.max_rss": range(3000, 4096),
            "reclaim.oom_kills": 0,
        },
        options=(*SMALL, "--swap", "64M"),
        args=("32",),
    ),
    Case(
        "touch8g.s",
        TOUCHED,
        137,
        {"swap_pages.out": 0, "reclaim.oom_kills": 1, "memory_pages.max_rss": range(3800, 4096)},
        SMALL,
        ("32",),
        ("invoked oom-killer", "Killed process 1 (touch8g.s)"),
    ),
    Case("touch8g.s", "3008 MB granted, then no more: errno 12\n", 12, options=("--ram", "4G"), xlens=(32,)),
]


def name(case: Case) -> str:
    """The case in a few words."""
    return " ".join((case.program, *case.options, *case.args))


def figure(document: dict, path: str) -> int:
    """`faults.minor`: a figure of the kernel's accounts."""
    found = document["kernel"]
    for key in path.split("."):
        found = found[key]
    return found


@pytest.mark.parametrize("xlen", [32, 64])
@pytest.mark.parametrize("case", CASES, ids=name)
def test_kernel_program(run, tmp_path: Path, case: Case, xlen: int) -> None:
    """The program says what the row says, ends as it says, and the accounts show why."""
    if xlen not in case.xlens:
        pytest.skip("for the other width only")
    report = tmp_path / "report"
    options = ("--timing", "off", "--json", "-o", str(report), *case.options)
    done = run(xlen, f"kernel/{case.program}", *case.args, options=options, stat=True)
    expected = case.out[xlen] if isinstance(case.out, dict) else case.out
    assert (done.out, done.code) == (expected, case.code), done.err
    for text in case.err:
        assert text in done.err
    assert bool(done.err) == bool(case.err), done.err
    document = json.loads(report.read_text())
    for path, wanted in case.figures.items():
        found = figure(document, path)
        assert found in wanted if isinstance(wanted, range) else found == wanted, (path, found)


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_program_asks_a_question(program: str) -> None:
    """The first comment names the file, asks a question and says what to look at; and some row runs the program."""
    lines = (ROOT / "programs" / "kernel" / program).read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith(f"# {program}: ")
    assert lines[0].endswith("?")
    assert any(line.startswith("# Look at: ") for line in lines)
    assert program in {case.program for case in CASES}
