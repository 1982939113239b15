"""`emu run` and `emu stat`: what they report, where a run ends, and how that is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emu.cli import exitcodes
from emu.report import schema

ROOT = Path(__file__).resolve().parents[2]
SEVEN = """
    .globl _start
_start:
    li a7, 64
    li a0, 1
    la a1, text
    li a2, 3
    ecall
    li a7, 93
    li a0, 7
    ecall
text: .ascii "hi\\n"
"""


def test_the_exit_code_is_the_guests(emu, source) -> None:
    """And nothing but the guest's output is printed."""
    assert emu("run", source(SEVEN)) == (7, "hi\n", "")


def test_stat_reports_on_stdout(emu, source) -> None:
    """The guest's output goes to stderr, its exit code stays."""
    done = emu("stat", "--plain", source(SEVEN))
    assert (done.code, done.err) == (7, "hi\n")
    assert "where the cycles went: clock: cycles " in done.out


def test_stat_into_a_file(emu, source, tmp_path: Path) -> None:
    """With -o stdout is the guest's."""
    report = tmp_path / "report.json"
    assert emu("stat", "--json", "-o", report, source(SEVEN)) == (7, "hi\n", "")
    assert json.loads(report.read_text())["exit"]["code"] == 7


@pytest.mark.parametrize("xlen", ["32", "64"])
@pytest.mark.parametrize("timing", ["off", "simple", "full"])
def test_json_fits_the_documented_schema(emu, source, xlen: str, timing: str) -> None:
    """Every field is in docs/stat.md's table, and the ledger sums to the clock."""
    done = emu("stat", "--json", "--xlen", xlen, "--timing", timing, source(SEVEN))
    document = json.loads(done.out)
    assert schema.problems(document) == []
    assert (document["program"]["xlen"], document["machine"]["timing"]) == (int(xlen), timing)
    for part in (document["total"], *document["harts"]):
        assert sum(part["ledger"].values()) == part["cycles"] > 0


def test_every_counter_and_cause_is_explained(emu, source) -> None:
    """`emu help counters` knows all that a report shows, and nothing that none does."""
    from emu.report.glossary import COUNTERS, UNITS

    total = json.loads(emu("stat", "--json", source(SEVEN)).out)["total"]
    found = {f"{unit}.{event}" for unit, events in total["counters"].items() for event in events}
    assert found == set(COUNTERS)
    assert set(total["counters"]) == set(UNITS)


def test_the_same_run_twice(emu, source) -> None:
    """Cycle for cycle, but for the host's own time."""
    first, second = (json.loads(emu("stat", "--json", source(SEVEN)).out) for _ in range(2))
    assert {**first, "host": None} == {**second, "host": None}


def test_run_json_and_stat_go_to_stderr(emu, source) -> None:
    """Stdout stays the guest's."""
    done = emu("run", "--json", source(SEVEN))
    assert (done.out, json.loads(done.err)["exit"]["status"]) == ("hi\n", 7)
    done = emu("run", "--stat", "--plain", source(SEVEN))
    assert done.out == "hi\n"
    assert "instructions: " in done.err


def test_a_hart_that_is_not_there(emu, source) -> None:
    """One message, exit code 2."""
    done = emu("stat", "--hart", "1", source(SEVEN))
    assert done.code == exitcodes.USAGE
    assert "there is no hart 1" in done.err


def test_several_harts(emu, source) -> None:
    """A table that tells them apart, and each in the document."""
    document = json.loads(emu("stat", "--json", "--harts", "2", source(SEVEN)).out)
    assert [hart["hart"] for hart in document["harts"]] == [0, 1]
    assert "harts: 1: instructions " in emu("stat", "--plain", "--harts", "2", source(SEVEN)).out


def test_fault_card_in_json(emu) -> None:
    """The fault that ended a run, for programs."""
    document = json.loads(emu("run", "--json", ROOT / "programs" / "null_deref.s").err)
    assert document["exit"]["signal"] == 11
    assert document["fault"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("nop", "past the end of its code"),
        (".2byte 0", "no instruction"),
    ],
)
def test_what_an_illegal_instruction_may_mean(emu, tmp_path: Path, body: str, says: str) -> None:
    """The card's hint: floating point, a program without an exit, bytes that are no instruction."""
    path = tmp_path / "illegal.s"
    path.write_text(f"    .globl _start\n_start:\n    {body}\n")
    done = emu("run", path)
    assert done.code == 128 + 4
    assert says in done.err


def test_events_are_logged_in_order(emu, source) -> None:
    """--events: bus transactions, walks and traps on one clock, on stderr; the guest's output is untouched."""
    done = emu("run", "--events", "bus,walk,trap", source(SEVEN))
    lines = [line.split(None, 3) for line in done.err.splitlines()[1:]]
    cycles = [int(cycle) for cycle, *_ in lines]
    kinds = {rest.split()[0] for *_, rest in lines}
    assert done.code == 7
    assert cycles == sorted(cycles)
    assert {"bus_read", "dram_read", "walk", "trap"} <= kinds
    assert sum("environment call" in rest for *_, rest in lines) == 2


def test_an_unknown_event_is_refused(emu, source) -> None:
    """--events with a name that is none: one message, with what was meant."""
    done = emu("run", "--events", "bsu", source(SEVEN))
    assert done.code == 2
    assert "did you mean 'bus'" in done.err


def test_max_insns_counts_exactly(emu) -> None:
    """The run ends at the instruction."""
    done = emu("run", "--max-insns", "12345", "--json", ROOT / "programs" / "spin.s")
    assert done.code == exitcodes.LIMIT
    assert json.loads(done.err)["total"]["instructions"] == 12345


def test_a_script_runs_by_its_interpreter(emu, tmp_path: Path, monkeypatch) -> None:
    """PROG may be a script; who interprets it is handed over by --mount, and is a script's own affair."""
    (tmp_path / "bin").mkdir()
    emu("asm", ROOT / "programs/args.s", "-o", tmp_path / "bin/args")
    (tmp_path / "bin/args").chmod(0o755)
    (tmp_path / "script").write_text("#!/bin/args -x y\n")
    monkeypatch.chdir(tmp_path)
    done = emu("run", "--mount", "bin:/bin", "script", "z")
    assert done.code == 0
    assert "argv /bin/args\nargv -x y\nargv /script\nargv z\n" in done.out


def test_the_same_path_in_the_guest() -> None:
    """PROG lies where it was typed, below the guest's root; never above it."""
    from emu.cli.launch import guest_name

    names = {"hello.s": "hello.s", "./a/../b/x": "b/x", "../x/y": "y", "/abs/x": "/abs/x", "../../x": "x"}
    assert {path: guest_name(path) for path in names} == names


HEAP = """
_start: li a7, 214                      # brk: where it ends, then a page more, then half of it back
        li a0, 0
        ecall
        mv s0, a0
        li t0, 8192
        add a0, s0, t0
        ecall
        li t0, 4096
        add a0, s0, t0
        ecall
        li a7, 222                      # mmap
        li a0, 0
        li a1, 5000
        li a2, 3
        li a3, 0x22
        li a4, -1
        li a5, 0
        ecall
        li a7, 216                      # mremap: to 16 pages, to one
        li a1, 8192
        li a2, 65536
        li a3, 1
        ecall
        li a1, 65536
        li a2, 4096
        ecall
        li a7, 215                      # munmap
        li a1, 4096
        ecall
        li a7, 93
        li a0, 0
        ecall
"""


def test_what_a_program_asked_memory_for(emu, source) -> None:
    """Calls and bytes of brk, mmap, mremap and munmap, both ways."""
    assert json.loads(emu("stat", "--json", source(HEAP)).out)["kernel"]["heap"] == {
        "brk_bytes": 8192,
        "brk_calls": 3,
        "brk_returned_bytes": 4096,
        "mmap_bytes": 8192,
        "mmap_calls": 1,
        "mremap_bytes": 65536 - 8192,
        "mremap_calls": 2,
        "mremap_returned_bytes": 65536 - 4096,
        "munmap_bytes": 4096,
        "munmap_calls": 1,
    }


@pytest.mark.parametrize(("number", "words"), [(6, "SIGABRT: aborted"), (15, "SIGTERM: terminated"), (40, "SIGRT_8")])
def test_a_signal_that_ends_the_program_is_named(emu, source, number: int, words: str) -> None:
    """As a shell says it, where no fault card does."""
    program = source(f"_start: li a7, 172\n ecall\n li a1, {number}\n li a7, 129\n ecall\n")
    assert emu("run", program) == (128 + number, "", words + "\n")
