"""Views of the program and of translation: registers, memory, code; walks, TLBs, caches, MESI."""

from __future__ import annotations

import pytest
from look_helpers import SWAPPED, data
from look_world import World

from emu.debug.look import (
    areas,
    code,
    coherence,
    hardware,
    listing,
    memory,
    registers,
    walk,
)
from emu.errors import EmuError


@pytest.fixture(scope="module")
def demand() -> World:
    """demand.s in the middle of touching its pages: eight are there."""
    return World("demand.s").run(50)


def test_registers(demand: World) -> None:
    """pc is in `touch`, changes are marked, one can be picked by any of its names, CSRs are decoded."""
    found = data(registers.registers(demand, None, {"a0": 1, "sp": registers.registers_of(demand).x[2]}))
    assert found["registers"]["pc"] == 0x1018A and len(found["registers"]) == 33
    assert "a0" in found["changed"] and "sp" not in found["changed"]
    assert list(data(registers.registers(demand, ["x10"]))["registers"]) == ["a0"]
    assert len(data(registers.registers(demand, ["s*"]))["registers"]) == 13
    csrs = data(registers.registers(demand, ["csr"]))["csrs"]
    assert csrs["satp"] == {"value": 0x9000100000000005, "fields": "Sv48, ASID 1, root table at 0x5000"}
    assert csrs["instret"]["value"] == 50 and "store/AMO page fault" in csrs["scause"]["fields"]
    with pytest.raises(EmuError, match="no register") as error:
        registers.registers(demand, ["satpp"])
    assert "satp" in error.value.hint


def test_memory(demand: World) -> None:
    """Numbers, instructions and strings; going on; what can't be read says so."""
    code_ = data(memory.memory(demand, 0x10186, "3i"))
    assert [row["text"] for row in code_["instructions"]] == ["sw t1, 0(t0)", "add t0, t0, t2", "addi t1, t1, -1"]
    assert code_["next"] == 0x1018E
    words = data(memory.memory(demand, 0x10186, "2xh"))
    assert words["values"] == [0xA023, 0x0062] and words["next"] == 0x1018A
    assert data(memory.memory(demand, registers.registers_of(demand).x[2], "1dg"))["values"] == [1]
    physical = data(memory.memory(demand, 0x3186, "1xw", physical=True))
    assert physical["values"] == [0x0062A023]
    for bad, at in (("9q", 0x10000), ("70000x", 0x10000), ("1x", 0), ("1i", 0), ("s", 0)):
        with pytest.raises(EmuError):
            memory.memory(demand, at, bad)


def test_disassembly_has_source(demand: World) -> None:
    """The instruction at pc is marked, its line stands above; `list` is centred on it."""
    lines = code.disassemble(demand, count=1).blocks[0].lines
    assert ["".join(text for text, _ in line) for line in lines] == [
        "touch:",
        "programs/demand.s:50      add  t0, t0, t2",
        "=> 0x000000000001018a <touch+0x10>  929e      add t0, t0, t2",
    ]
    found = data(listing.around(demand))
    assert (found["file"], found["first"], found["lines"][5]["number"]) == ("programs/demand.s", 45, 50)


def test_walk_of_a_present_page(demand: World) -> None:
    """Sv48 in four entries, found in the caches that hold them; a store would be refused with SEGV_ACCERR."""
    found = data(walk.walk(demand, 0x1018A))
    assert [(e["level"], e["index"], e["address"], e["value"]) for e in found["entries"]] == [
        ("PGD", 0, 0x5000, 0x2C01),
        ("PUD", 0, 0xB000, 0x3001),
        ("PMD", 0, 0xC000, 0x3401),
        ("PTE", 16, 0xD080, 0xC5B),
    ]
    assert (found["pa"], found["state"], found["page"]["kind"]) == (0x318A, "mapped", "file")
    met = {(o["access"], o["mode"]): (o["kind"], o["code"]) for o in found["outcomes"]}
    assert met["read", "user"] == met["execute", "user"] == ("none", "")
    assert met["write", "user"] == ("segv", "SEGV_ACCERR") and met["write", "kernel"][0] == "efault"


def test_walk_of_absent_pages(demand: World) -> None:
    """A page not yet touched, the stack's next page, NULL, the kernel's half."""
    heap = registers.registers_of(demand).x[8]
    late = data(walk.walk(demand, heap + 0x20000))
    assert late["state"] == "not present" and late["area"]["rights"] == "rw-p"
    first = {o["access"]: o for o in late["outcomes"] if o["mode"] == "user"}
    assert first["write"]["path"] == ["handle_mm_fault", "do_anonymous_page", "alloc_page"]
    assert (first["write"]["cycles"], first["write"]["frame"]) == (960, 0x19)
    assert first["read"]["frame"] == 1 and "page of zeroes" in first["read"]["what"]
    stack = data(walk.walk(demand, demand.task.mm.start_stack - (1 << 20)))
    assert stack["state"] == "unmapped" and stack["outcomes"][0]["path"][0] == "expand_stack"
    null = data(walk.walk(demand, 0))
    assert {o["code"] for o in null["outcomes"] if o["mode"] == "user"} == {"SEGV_MAPERR"}
    high = walk.walk(demand, 1 << 60)
    assert not high.data["canonical"] and not high.data["entries"] and "must repeat bit 47" in high.notes[0]


def test_walk_of_huge_and_swapped_pages() -> None:
    """A 2 MB page ends at the PMD; an entry on swap names its slot, and reading it would wait for the disk."""
    huge = World("kernel/working_set.s", "8", thp="always").run(3000)
    found = data(walk.walk(huge, next(iter(huge.task.mm.huge)) << 21 | 0x12345))
    assert found["state"] == "huge" and found["page_size"] == 2 << 20 and len(found["entries"]) == 3
    world = World("kernel/working_set.s", "6", **SWAPPED).run(12_000)
    gone = next(row for row in data(areas.pagetable(world))["ranges"] if row["state"] == "swapped")
    found = data(walk.walk(world, gone["va"]))
    assert found["state"] == "swapped" and f"slot {gone['slot']}" in found["entries"][-1]["says"]
    kinds = {o["kind"] for o in found["outcomes"] if o["mode"] == "user" and o["access"] != "execute"}
    assert kinds <= {"swap-in", "minor"}


def test_tlb_and_caches(demand: World) -> None:
    """What fifty instructions have brought in: one page of code, nine of data; three lines of code."""
    units = {row["tlb"]: row for row in data(hardware.tlb(demand))["tlbs"]}
    assert [e["va"] for e in units["itlb"]["entries"]] == [0x10000]
    assert len(units["dtlb"]["entries"]) == 9 and len(units["l2tlb"]["entries"]) == 10
    assert {e["pid"] for e in units["dtlb"]["entries"]} == {1}
    l1i = data(hardware.cache(demand, "l1i"))
    assert [(row["address"], row["state"]) for row in l1i["lines"]] == [(0x3100, "S"), (0x3140, "S"), (0x3180, "S")]
    assert l1i["lines"][2]["what"].startswith("touch")
    assert data(hardware.cache(demand, "l1i", which=5))["lines"][0]["address"] == 0x3140
    dirty = data(hardware.cache(demand, "l1d"))
    assert sum(row["dirty"] for row in dirty["lines"]) == 8
    for bad in (
        lambda: hardware.cache(demand, "l3"),
        lambda: hardware.tlb(demand, 7),
        lambda: hardware.cache(demand, "l1d", 0, 999),
    ):
        with pytest.raises(EmuError):
            bad()


def test_a_line_in_all_caches(demand: World) -> None:
    """The first touched page's line: modified in the hart's caches, older in the LLC, memory behind."""
    found = data(coherence.line(demand, 0x10008))
    assert (found["address"], found["size"], found["owner"], found["memory_stale"]) == (0x10000, 64, 0, True)
    assert [(c["cache"], c["state"], c["dirty"]) for c in found["copies"]][-1] == ("llc", "S", False)
    assert found["users"] == [{"pid": 1, "va": registers.registers_of(demand).x[8]}]
    assert data(coherence.line(demand, 0x300000))["copies"] == []
    with pytest.raises(EmuError, match="no physical address"):
        coherence.line(demand, 1 << 40)


def test_mesi_between_harts() -> None:
    """Two threads fight for a lock: its line is in several caches, or modified in one."""
    world = World("kernel/threads.s", knobs={"harts": 2}).run(3000)
    found = data(coherence.mesi(world))
    assert {row["hart"] for row in found["caches"]} == {0, 1}
    lock = next(row for row in found["lines"] if row["what"].startswith(("mutex", "counter")))
    assert set(lock["states"].values()) <= set("MES") and len(lock["states"]) >= 1
    directory = data(coherence.line(world, lock["address"]))["holders"]
    assert {int(hart) for hart in lock["states"]} <= set(directory)
