"""The programs that measure: what they print follows from the configuration, and shows what it is meant to show."""

from __future__ import annotations

import json
import re

import pytest

from emu.machine.config import load_config


def numbers(text: str) -> list[int]:
    """All numbers of a text."""
    return [int(word) for word in re.findall(r"(?<![\w.])\d+(?![\w.])", text)]


def columns(text: str) -> dict[int, int]:
    """The rows `key value` below a heading."""
    return {int(key): int(value) for key, value in (line.split() for line in text.splitlines()[1:])}


def stat(run, program: str, *args: str, options: tuple[str, ...] = (), xlen: int = 64) -> dict:
    """The document of `emu stat --json`."""
    return json.loads(run(xlen, program, *args, options=(*options, "--json"), stat=True).out)


@pytest.mark.parametrize("xlen", [32, 64])
def test_latency_ladder_is_the_configuration(run, xlen: int) -> None:
    """A step of the chain costs what the level that holds it costs: each level adds its own latency."""
    config = load_config("small")
    rungs = columns(run(xlen, "latency_ladder.s").out)
    l2, llc = config["l2.latency"], config["llc.latency"]
    base = rungs[4]
    assert base in (1, 2)
    assert rungs[16] == base
    assert rungs[64] - base == l2
    assert rungs[1024] - base in range(l2 + llc, l2 + llc + 3)
    assert rungs[16384] - base in range(l2 + llc + config["costs.dram"], l2 + llc + config["costs.dram"] + 5)


def test_sum_array_second_pass_is_faster(run) -> None:
    """Cold against warm; without a memory hierarchy both cost the same."""
    total, first, second = numbers(run(64, "sum_array.s").out)
    assert total == 2048 * 2047 // 2
    assert first > 2 * second


def test_stages(run) -> None:
    """The load-use stall is one cycle, mul and div cost what the table says."""
    costs = load_config("small")
    free, load, mul, div = numbers(run(64, "stages.s").out)
    assert load - free == costs["costs.load_use"]
    assert mul - free == 2 * costs["costs.mul"]
    assert div - free == 2 * costs["costs.div"]


def test_tlb_reach_is_a_staircase(run) -> None:
    """Steps where the pages outnumber the D-TLB and the L2 TLB."""
    config = load_config("small")
    steps = columns(run(64, "tlb_reach.s").out)
    dtlb, l2tlb = config["dtlb.entries"], config["l2tlb.entries"]
    assert steps[dtlb // 2] < steps[dtlb * 4] < steps[l2tlb * 4]
    assert steps[dtlb * 4] - steps[dtlb // 2] >= config["costs.l2tlb"]


@pytest.mark.parametrize("line", [32, 64])
def test_cache_stride_finds_the_line(run, line: int) -> None:
    """The cost of an access grows with the stride up to the line's length, and no further."""
    cost = columns(run(64, "cache_stride.s", options=("--set", f"cache.line={line}")).out)
    assert cost[4] < cost[line // 2] < cost[line]
    assert cost[2 * line] <= cost[line] * 1.3


def test_loop_order(run) -> None:
    """Along the rows is fastest, down both columns slowest; all three compute the same."""
    found = re.findall(r"cycles: (\d+), check: (\w+)", run(64, "loop_order.s", options=("--set", "l1d.size=8K")).out)
    ijk, ikj, jki = (int(cycles) for cycles, _ in found)
    assert ikj < ijk < jki
    assert len({check for _, check in found}) == 1


def test_branches(run) -> None:
    """Sorted bytes are faster, and the counts agree."""
    random, counted, in_order, again = numbers(run(64, "branches.s").out)
    assert counted == again
    assert in_order < random


def test_misaligned(run) -> None:
    """The bytes are right; inside a line it is free, across lines and pages never cheaper, and it is counted."""
    done = run(64, "misaligned.s")
    lines = done.out.splitlines()
    assert lines[0] == "0x44 0x11"
    aligned, inside, across_lines, across_pages = (int(line.split()[-1]) for line in lines[1:])
    assert abs(inside - aligned) <= 4
    assert inside <= across_lines <= across_pages
    counters = stat(run, "misaligned.s")["total"]["counters"]
    assert 3000 <= counters["insn"]["misaligned"] <= 3010
    assert counters["l1d"]["access"] >= counters["insn"]["load"] + 2000


def test_demand(run) -> None:
    """Asking is cheap whatever the size; the first touch pays for the fault."""
    mmap, first, second = numbers(run(64, "demand.s").out)[1:]
    assert first > 100 > second
    assert mmap < 64 * first


def test_write_policy(run) -> None:
    """Write-through sends on every store, write-back next to none."""
    back = stat(run, "write_policy.s")["total"]["counters"]["l1d"]
    through = stat(run, "write_policy.s", options=("--set", "l1d.write_through=on"))["total"]["counters"]["l1d"]
    assert back["write_through"] == 0
    assert back["write_back"] < 100
    assert through["write_through"] >= 65536


@pytest.mark.parametrize(("distance", "tables"), [("4096", 1), ("2097152", 16), ("1073741824", 32)])
def test_sparse_page_tables(run, distance: str, tables: int) -> None:
    """Neighbours share their tables; pages that lie far apart each bring their own."""
    alive = ("--max-output", "1")  # stopped before it ends, for the end frees them
    near, far = (stat(run, "sparse.s", d, options=alive)["kernel"]["memory_pages"] for d in ("4096", distance))
    assert far["page_tables"] - near["page_tables"] in range(tables - 3, tables + 1)
