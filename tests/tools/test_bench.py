"""The benchmark: its programs compute what they say, and its figures follow from its runs. No test here is timed."""

from __future__ import annotations

import importlib
import io
import json
import math
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import bench_models as models
import pytest
from rich.console import Console

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
cli, collect, document, engines, measure, operations, ours, program, report, startup, summary, workloads = (
    importlib.import_module(f"tools.bench.{name}")
    for name in (
        "cli",
        "collect",
        "document",
        "engines",
        "measure",
        "operations",
        "ours",
        "program",
        "report",
        "startup",
        "summary",
        "workloads",
    )
)
WORKLOADS = workloads.WORKLOADS
names = pytest.mark.parametrize("name", [w.name for w in WORKLOADS])


def model_of(name: str) -> Callable[..., int] | None:
    """The Python twin of a workload's program; the mix has none, it is compared between widths and engines."""
    return getattr(models, workloads.BY_NAME[name].source.removesuffix(".s"), None)


@pytest.mark.parametrize("name", [w.name for w in WORKLOADS if model_of(w.name)])
@pytest.mark.parametrize("xlen", [64, 32])
def test_checksums_are_what_python_computes(name: str, xlen: int) -> None:
    """Each program, on the machine alone, against its model in Python."""
    workload, model = workloads.BY_NAME[name], model_of(name)
    got = engines.reference(name, workloads.SMOKE, xlen).checksum
    assert got == model(xlen, **workload.defines(workloads.SMOKE))


def test_the_mix_is_the_same_at_both_widths() -> None:
    """Nothing in it is as wide as a register."""
    assert engines.reference("mix", "smoke", 64).checksum == engines.reference("mix", "smoke", 32).checksum != 0


@names
def test_timing_changes_nothing_but_time(name: str) -> None:
    """The same instructions and checksum with full timing."""
    off, full = engines.reference(name, "smoke", 64), ours.machine_alone(program.build(name, "smoke"), "full")
    assert full.checksum == off.checksum
    assert full.cycles > full.instructions >= 0.99 * off.instructions
    assert off.cycles == off.instructions


@names
def test_sizes_name_symbols_of_the_program(name: str) -> None:
    """A size that the source never asks for would change nothing."""
    workload = workloads.BY_NAME[name]
    text = (program.FOLDER / workload.source).read_text(encoding="utf-8")
    known = set(re.findall(r"^\s*SIZE (\w+),", text, re.MULTILINE))
    for scale in workloads.SCALES:
        assert set(workload.defines(scale)) <= known


@names
def test_full_programs_fit(name: str) -> None:
    """Every workload assembles at both widths and every scale."""
    for scale in workloads.SCALES:
        for xlen in (64, 32):
            made = program.build(name, scale, xlen)
            assert made.bottom <= made.entry < made.end < 1 << 30
            assert made.bottom <= made.finish < made.end


@pytest.mark.parametrize("xlen", [64, 32])
def test_tables_map_each_page_to_itself(xlen: int) -> None:
    """The first, the last and no page beyond; all of them with the right to everything in user mode."""
    made = program.build("alu", "smoke", xlen)
    machine = ours.boot(made, "off")
    satp = machine.harts[0].satp & (1 << xlen) - 1
    for va in (0, made.entry, made.stack(), made.top - 1):
        assert machine.walk(satp, va).pa == va
    assert machine.walk(satp, made.top).pa is None


def test_a_wrong_checksum_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that computes something else has failed."""
    wrong = engines.Engine("wrong", "smoke", lambda program, n: measure.Run(1.0, n, 12345))
    results = collect.collect(["alu"], [wrong], 2, None, 64)
    assert "checksum 0x3039, not" in results["alu", "wrong"].error
    assert results["alu", "wrong"].runs == []
    assert cli.failed(results) == 1


def test_an_engine_that_breaks_costs_only_its_own_figure() -> None:
    """Any exception of an engine ends in its row."""

    def breaks(program, instructions: int):
        raise ValueError("out of\nluck")

    good = engines.ENGINES["off"]
    results = collect.collect(["alu"], [engines.Engine("broken", "smoke", breaks), good], 1, "smoke", 64)
    assert results["alu", "broken"].error == "ValueError: out of luck"
    assert results["alu", "off"].runs


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in for QEMU")
def test_qemu_is_used_where_it_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An executable of that name on the path: here emu itself, which takes the same arguments."""
    script = tmp_path / "qemu-riscv64"
    python = f"{shlex.quote(sys.executable)} -c 'from emu.cli.main import main; main()'"
    script.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo \'qemu version 1.2.3 x\' || exec {python} run "$1"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    engine = engines.ENGINES["qemu"]
    assert engine.version() == "1.2.3"
    done = engines.once(engine, "mix", "smoke", 64)
    assert done.seconds > 0 and done.instructions > 1000


def made_up(**rates: float) -> dict:
    """Results in which each engine runs every single-hart workload at a rate, several-hart ones at half of it."""
    return {
        (w.name, engine): measure.Result(
            w.name, engine, "full", [measure.Run(1.0, int(rate / (2 - (w.harts == 1))), 0)]
        )
        for engine, rate in rates.items()
        for w in WORKLOADS
    }


def test_goals_say_what_was_met() -> None:
    """At 250 million a second, some are and some are not; what was not measured is not judged."""
    found = {row["goal"] + str(row["target"]): row["met"] for row in summary.goals(made_up(full=250e6))}
    assert found == {
        "geometric mean, timing full200": True,
        "geometric mean, timing full300": False,
        "slowest workload but chase, timing full80": True,
        "slowest floating-point workload, of the integer mean0.333": True,
        "four harts in total, timing full100": True,
    }


def test_ratios_are_of_medians() -> None:
    """Three runs, the one in the middle counts; a peer that did not run has no ratio."""
    results = made_up(full=100e6, rvsim=1e6)
    results["alu", "rvsim"].runs[:] = [measure.Run(1.0, n, 0) for n in (1, 2_000_000, 900_000_000)]
    assert summary.ratios(results)["alu"] == {"rvsim": 50}
    assert summary.ratios(made_up(full=1e6)) == {}
    assert math.isclose(summary.means(results)["full"], 100e6)


def test_the_report_is_text_and_json() -> None:
    """One document, twice."""
    rows = [startup.row("`emu --help`", "s", 0.15, [0.05, 0.2, 0.1], [0.04])]
    made = document.document(made_up(off=500e6, full=250e6, unicorn=400e6), [], rows, 64)
    out = io.StringIO()
    report.show(made, Console(file=out, width=cli.WIDTH))
    for text in ("quicksort", "integer mean", "missed", "`emu --help`", "under 0.15 s", "0.62"):
        assert text in out.getvalue()
    assert json.loads(json.dumps(made))["rates"]["alu"]["full"] == 250e6


def test_a_saved_document_is_shown_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--show prints what --json wrote."""
    saved = tmp_path / "bench.json"
    saved.write_text(json.dumps(document.document(made_up(full=250e6), [], [], 64)))
    assert cli.main(["--show", str(saved)]) == 0
    shown = capsys.readouterr().out
    assert "pagefill" in shown and " \n" not in shown
    text = tmp_path / "text.md"
    text.write_text("# Title\n```\nkept\n```\nprose\n```\nold\n```\n")
    for _ in range(2):
        assert cli.main(["--show", str(saved), "--into", str(text)]) == 0
        assert text.read_text() == f"# Title\n```\nkept\n```\nprose\n```\n{shown}```\n"


@pytest.mark.parametrize(
    ("source", "more", "base"),
    [
        ("faults.s", {"PAGES": 32}, {"PAGES": 0}),
        ("fork.s", {"FORKS": 3, "PAGES": 4, "WRITE": 1}, {"FORKS": 3, "PAGES": 4}),
        ("getpid.s", {"CALLS": 50}, {"CALLS": 0}),
        ("swap.s", {"PAGES": 40, "ROUNDS": 1}, {"PAGES": 40}),
    ],
)
def test_operations_are_done_and_counted(source: str, more: dict[str, int], base: dict[str, int]) -> None:
    """The programs end well with their operations and without; the checksum is how many there were."""
    done = ours.under_kernel(program.build_source(source, more), "full")
    assert done.checksum == next(iter(more.values()))
    row = operations.row(operations.Operation("few", source, 10, 1, more, base), 1, "off")
    assert row["error"] == "" and row["measured"] > 0
    assert sum(row["shares"].values()) == pytest.approx(1) or row["measured"] > 1e9


def test_an_operation_the_kernel_lacks_has_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its row says what is missing, the others go on."""

    def fails(program, timing: str, ram: str, swap: int):
        raise RuntimeError("exited, code 38\nmore")

    monkeypatch.setattr(operations, "host_time", fails)
    assert [row["error"] for row in operations.measure(1)] == ["exited, code 38"] * len(operations.OPERATIONS)


def test_peak_memory_is_the_commands_own() -> None:
    """Not what this process, with all that pytest has loaded, had when it forked."""
    ballast = bytearray(b"x") * (300 << 20)
    wall, cpu, resident = startup.launch([sys.executable, "-c", "pass"])
    assert len(ballast) > 1 << 20 < resident < 100 << 20
    assert wall > 0 and cpu > 0
    with pytest.raises(RuntimeError, match="failed"):
        startup.launch([sys.executable, "-c", "raise SystemExit(3)"])


def test_smoke_passes(capsys: pytest.CaptureFixture[str]) -> None:
    """A workload on every engine that is installed, at both widths, from the command line."""
    assert cli.main(["--smoke", "--workload", "mix", "--workload", "no-sharing"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"RV64: (\d+) of \1 runs", out) and re.search(r"RV32: (\d+) of \1 runs", out)
