"""Tracepoints: what the kernel tells a listener, that it is what the table says, and that listening changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from emu.cli.build import load_program
from emu.kernel import Kernel, Options
from emu.kernel.fs.console import Capture
from emu.kernel.snapshot import copy_kernel
from emu.kernel.trace import KINDS, Record, Tracer
from emu.machine import Machine
from emu.machine.config import load_config

PROGRAMS = Path(__file__).resolve().parents[2] / "programs"
CASES = {
    "hello.s": (("hello.s",), {}, 1),
    "null_deref.s": (("null_deref.s",), {}, 1),
    "cow.s": (("kernel/cow.s",), {}, 1),
    "threads.s": (("kernel/threads.s",), {}, 2),
    "exec.s": (("kernel/exec.s",), {}, 1),
    "signal.s": (("kernel/signal.s",), {}, 1),
    "illegal.s": (("illegal.s",), {}, 1),
    "swap": (("kernel/working_set.s", "12"), {"ram": 8 << 20, "swap": 32 << 20}, 1),
    "oom": (("kernel/oom.s",), {"ram": 8 << 20}, 1),
}
SEEN_IN = {
    "hello.s": {"sys_enter", "sys_exit", "fault", "switch", "exit"},
    "null_deref.s": {"fault", "signal", "exit"},
    "cow.s": {"fork", "fault", "block", "wakeup", "exit"},
    "threads.s": {"fork", "switch", "block", "wakeup"},
    "exec.s": {"exec"},
    "signal.s": {"signal", "signal_send"},
    "illegal.s": {"trap", "signal"},
    "swap": {"swap_in", "swap_out", "fault_wait", "irq", "kswapd"},
    "oom": {"oom_kill", "direct_reclaim_begin", "direct_reclaim_end"},
}


def boot(name: str) -> Kernel:
    """The kernel with a program as process 1."""
    (program, *args), options, harts = CASES[name]
    machine = Machine(load_config("small", {"harts": harts}), xlen=64)
    kernel = Kernel(machine, Options(stdin=Capture(), stdout=Capture(), stderr=Capture(), **options))
    kernel.spawn(load_program(str(PROGRAMS / program)).elf, f"/{program}", [program, *args])
    return kernel


@pytest.mark.parametrize("name", CASES)
def test_records_are_what_the_table_says(name: str) -> None:
    """Each kind has the fields of its row; clocks of a hart never go back; the expected kinds come."""
    kernel = boot(name)
    records: list[Record] = []
    kernel.tracer = Tracer(records.append)
    kernel.run()
    kinds = {record.kind for record in records}
    assert SEEN_IN[name] <= kinds <= set(KINDS)
    for kind in kinds:
        first = next(record for record in records if record.kind == kind)
        assert list(first.fields) == KINDS[kind][0].split(), kind
    for hart in range(len(kernel.harts)):
        cycles = [record.cycle for record in records if record.hart == hart and record.kind not in ("switch", "irq")]
        assert cycles == sorted(cycles)


@pytest.mark.parametrize("name", ["cow.s", "threads.s", "swap"])
def test_listening_changes_nothing(name: str) -> None:
    """The same clock, counters and output with and without a listener."""
    quiet, heard = boot(name), boot(name)
    heard.tracer = Tracer(lambda record: None)
    for kernel in (quiet, heard):
        kernel.run()
    assert [hart.cycle for hart in quiet.harts] == [hart.cycle for hart in heard.harts]
    assert quiet.stdout.output == heard.stdout.output
    assert quiet.stats() == heard.stats()


def test_only_wanted_kinds_and_stops() -> None:
    """A listener gets what it asked for; the first True asks for a stop, which is taken once."""
    kernel = boot("hello.s")
    heard: list[str] = []
    kernel.tracer = Tracer(lambda record: heard.append(record.kind) or True, {"sys_enter"})
    kernel.run()
    assert heard == ["sys_enter", "sys_enter"]
    record = kernel.tracer.take_stop()
    assert record is not None
    assert record.fields["name"] == "write"
    assert record.fields["args"][:3] == [1, record.fields["args"][1], 13]
    assert kernel.tracer.take_stop() is None


def test_copies_have_no_listener() -> None:
    """Who listens is no part of the kernel's state."""
    kernel = boot("hello.s")
    kernel.tracer = Tracer(lambda record: None)
    assert copy_kernel(kernel, Machine(load_config("small", {}), xlen=64)).tracer is None
    assert kernel.tracer is not None


def test_faults_say_what_was_done() -> None:
    """Copy-on-write, a fresh frame, a page of the file: each has its words, its frame and its cost."""
    kernel = boot("cow.s")
    records: list[Record] = []
    kernel.tracer = Tracer(records.append, {"fault"})
    kernel.run()
    by_type = {(record.fields["type"], record.fields["did"]) for record in records}
    assert ("cow", "copied the page (copy-on-write)") in by_type
    assert ("minor", "mapped a fresh zeroed frame") in by_type
    assert "mapped the page cache's frame" in {did for _, did in by_type}
    assert all(record.fields["cycles"] > 0 and record.fields["pfn"] for record in records)
    assert {record.fields["access"] for record in records} <= {"load", "store", "fetch"}
