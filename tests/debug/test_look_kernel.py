"""Views of the kernel: areas, frames, zones, lists, swap, tasks, /proc, accounts."""

from __future__ import annotations

import pytest
from look_helpers import SWAPPED, data
from look_world import World

from emu.debug.look import (
    accounts,
    areas,
    files,
    frame,
    frames,
    proc,
    processes,
    reclaim,
    registers,
    sched,
    signals,
    zones,
)
from emu.errors import EmuError


@pytest.fixture(scope="module")
def demand() -> World:
    """demand.s in the middle of touching its pages: eight are there."""
    return World("demand.s").run(50)


def test_address_space(demand: World) -> None:
    """Areas with what is there; the page table's ranges are merged and cover exactly the present pages."""
    found = data(areas.vmmap(demand))
    rows = {row["name"]: row for row in reversed(found["areas"])}
    assert rows["anonymous"]["pages"] == 16384 and rows["anonymous"]["present"] == 9
    assert rows["[stack]"]["present"] == 2 and rows["/programs/demand.s"]["rights"] == "r-xp"
    ranges = data(areas.pagetable(demand))["ranges"]
    assert sum(row["pages"] for row in ranges) == sum(row["present"] for row in found["areas"]) == 12
    assert any(row["pages"] == 9 and row["flags"] == "DA-U-WRV" for row in ranges)


def test_physical_memory(demand: World) -> None:
    """Owners add up to all frames; a frame names its user; a page table its level."""
    found = data(frames.frames(demand))
    assert sum(found["counts"].values()) == found["frames"] == 65536
    assert found["counts"]["table"] == demand.task.mm.nr_tables == 9 and found["counts"]["anon"] == 11
    assert sum(row["frames"] for row in found["ranges"]) == 65536
    root = data(frame.frame(demand, 5))
    assert root["owner"] == "table" and root["table"]["level"] == "PGD" and root["table"]["used"] == 2
    page = data(frame.frame(demand, 0x10))
    assert page["owner"] == "anon" and page["mappings"][0]["va"] == registers.registers_of(demand).x[8]
    assert data(frame.rmap(demand, 3))["mappings"][0]["pte_address"] == 0xD080
    free = data(frame.frame(demand, 60000))
    assert free["owner"] == "free" and "order" in free["list"]
    with pytest.raises(EmuError, match="no frame"):
        frame.frame(demand, 1 << 30)


def test_zones_and_lists(demand: World) -> None:
    """The zone's figures agree with /proc, which is made without putting pending pages on their lists."""
    (zone,) = data(zones.zone(demand))["zones"]
    (blocks,) = data(zones.buddy(demand))["zones"]
    assert sum(count << order for order, count in enumerate(blocks["blocks"])) + blocks["pcp"] == zone["free"]
    assert f"MemFree:        {zone['free'] * 4:8d} kB" in data(proc.proc(demand, "meminfo"))["text"]
    lists = data(reclaim.lru(demand))["lists"]
    assert next(row for row in lists if row["list"] == "inactive_anon") == {
        "list": "inactive_anon",
        "pages": 0,
        "pending": 11,
    }
    assert next(c for c in data(zones.slab(demand))["caches"] if c["cache"] == "task_struct")["active"] == 1


def test_swap_and_page_cache() -> None:
    """More memory than there is: slots in use, each with who refers to it; the program's file is cached."""
    world = World("kernel/working_set.s", "6", **SWAPPED).run(12_000)
    found = data(reclaim.swap(world, True))
    assert found["used"] > 0 and len(found["entries"]) == found["used"] and found["out"] >= found["used"]
    assert any("pid 1 at 0x" in row["by"] for row in found["entries"])
    cached = data(reclaim.pagecache(world, "/programs/kernel/working_set.s"))
    assert cached["file_pages"][0]["index"] == 0
    with pytest.raises(EmuError, match="no page"):
        reclaim.pagecache(world, "/nothing")


def test_tasks() -> None:
    """Four threads on two harts: who runs, who waits for which futex; the files that are open."""
    world = World("kernel/threads.s", knobs={"harts": 2}).run(3000)
    rows = data(processes.ps(world))["tasks"]
    assert [row["pid"] for row in rows] == sorted(world.kernel.tasks) and {row["tgid"] for row in rows} == {1}
    running = [h["pid"] for h in data(sched.sched(world))["harts"] if h["pid"]]
    assert sorted(running) == sorted(row["pid"] for row in rows if row["hart"] is not None)
    one = data(processes.task(world))
    assert one["threads"] == [row["pid"] for row in rows] and one["memory"]["root"] == world.task.mm.pgd << 12
    assert [row["fd"] for row in data(files.fd(world))["files"]] == [0, 1, 2]
    for row in data(signals.futex(world))["futexes"]:
        assert row["waiters"] and row["kind"] == "private"
    with pytest.raises(EmuError, match="no task 99"):
        processes.task(world, 99)


def test_proc_files(demand: World) -> None:
    """Text as the guest would read it; what is not there is an error with a hint."""
    assert data(proc.proc(demand, "/proc/self/cmdline"))["text"] == "demand.s "
    assert data(proc.proc(demand, "1/maps"))["text"].count("\n") == 5
    assert "swappiness" in data(proc.proc(demand, "sys/vm"))["names"]
    assert data(proc.proc(demand, "self/pagemap"))["text"].count("\n") == 11
    for path in (
        "nothing",
        "self/nothing",
        "99/maps",
        "self/fd/x",
        "sys/vm/nothing",
        "../../etc/passwd",
        "self/task/x",
    ):
        with pytest.raises(EmuError) as error:
            proc.proc(demand, path)
        assert error.value.hint


def test_accounts(demand: World) -> None:
    """The ledger adds up to the clock; counters by pattern; hit rates from the counters."""
    found = data(accounts.ledger(demand))
    assert sum(found["total"].values()) == found["clocks"]["0"] == demand.machine.harts[0].cycle
    assert data(accounts.counters(demand, "dtlb"))["counters"]["dtlb.miss"] == 18
    figures = data(accounts.stat(demand))
    assert figures["instructions"] == 50 and figures["kernel"]["faults"]["minor"] == 12
    with pytest.raises(EmuError, match="no counter"):
        accounts.counters(demand, "nothing")
