"""Programs in programs/kernel/ whose point is what the hardware does: MESI, false sharing, switches, TLB reach."""

from __future__ import annotations

import json
import re

import pytest

XLENS = (32, 64)
TWO = ("--harts", "2")
# what happens to the word's line, step by step: (bus event, hart, from, to)
STEPS = [
    ("bus_read", [(0, "I", "E")]),
    ("bus_read", [(0, "E", "S"), (1, "I", "S")]),
    ("bus_upgrade", [(1, "S", "I"), (0, "S", "M")]),
    ("bus_read", [(0, "M", "S"), (1, "I", "S")]),
    ("bus_upgrade", [(0, "S", "I"), (1, "S", "M")]),
]


def history(text: str, line: str) -> list[tuple[str, list[tuple[int, str, str]]]]:
    """The log's events of one line: for each of the bus, the changes of state that it made in the harts' L1 caches."""
    found: list[tuple[str, list[tuple[int, str, str]]]] = []
    for row in text.splitlines():
        if match := re.fullmatch(rf" +\d+ +\d+ +\w+  (bus_\w+) {line}", row):
            found.append((match[1], []))
        elif match := re.fullmatch(rf" +\d+ +\d+ +\w+  mesi line {line} of hart (\d): (\w) -> (\w)", row):
            change = int(match[1]), match[2], match[3]
            if change not in found[-1][1]:
                found[-1][1].append(change)
    return found


@pytest.mark.parametrize("xlen", XLENS)
def test_mesi_step_by_step(run, xlen: int) -> None:
    """The five steps, in the log of the line that the program names."""
    done = run(xlen, "kernel/mesi.s", options=(*TWO, "--events", "coherence"))
    assert done.code == 0
    line = re.match(r"the word is in line (0x\w+)\n43 at the end\n", done.out)[1]
    seen = [(event, [c for c in changes if c != (0, "I", "S")]) for event, changes in history(done.err, line)]
    assert seen[:5] == STEPS
    assert f"intervention line {line} supplied by hart 0" in done.err


@pytest.mark.parametrize("program", ["mesi.s", "false_sharing.s", "numa.s"])
def test_they_need_two_harts(run, program: str) -> None:
    """And say so."""
    done = run(64, f"kernel/{program}")
    assert done.code == 1
    assert done.out.endswith("there is no other hart: --harts 2\n")


@pytest.mark.parametrize("xlen", XLENS)
def test_false_sharing(run, xlen: int) -> None:
    """One line for both counters costs at least half as much again; the log shows why."""
    done = run(xlen, "kernel/false_sharing.s", options=TWO)
    one, own, times = (int(number) for number in re.findall(r"(\d+) (?:cycles|times)", done.out))
    assert one > 1.5 * own
    assert times == one // own


@pytest.mark.parametrize("xlen", XLENS)
def test_a_process_switch_is_dearer(run, xlen: int) -> None:
    """By two changes of the address space in each round, at least."""
    done = run(xlen, "kernel/switch_cost.s")
    threads, processes, more = (int(number) for number in re.findall(r"(\d+) (?:cycles|more)", done.out))
    assert more == processes - threads
    assert 200 <= more < 2000


def test_huge_pages_reach_further(run, tmp_path) -> None:
    """Fewer page walks, fewer cycles."""
    done = run(64, "kernel/huge_pages.s", options=("--huge-pages", "2"))
    small, huge = (int(number) for number in re.findall(r"(\d+) cycles", done.out))
    assert huge < small


def test_interrupts_cost_cycles(run, tmp_path) -> None:
    """The ledger has both halves, /proc/interrupts and /proc/softirqs count them, ksoftirqd has had its turn."""
    report = tmp_path / "report"
    options = ("--json", "-o", str(report), "--proc", "interrupts,softirqs")
    assert run(64, "kernel/softirqs.s", options=options, stat=True).code == 0
    document = json.loads(report.read_text())
    ledger, kernel = document["total"]["ledger"], document["kernel"]
    assert ledger["irq"] >= 100 and ledger["softirq"] >= 300 * 200
    timer = re.search(r"^ +5: +(\d+)  RISC-V INTC", kernel["proc"]["interrupts"], re.MULTILINE)[1]
    assert int(timer) == kernel["interrupts"]["timer"]
    assert f"TIMER: {kernel['softirqs']['TIMER']:10d}" in kernel["proc"]["softirqs"]
