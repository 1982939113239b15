"""Views of the machine and the kernel: figures of real programs, and that looking changes nothing."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from look_world import World

from emu.debug.look import (
    accounts,
    areas,
    code,
    coherence,
    files,
    frame,
    frames,
    hardware,
    memory,
    owners,
    proc,
    processes,
    reclaim,
    registers,
    sched,
    signals,
    walk,
    why,
    zones,
)
from emu.debug.view import View
from emu.errors import EmuError

VIEWS = {
    "registers": lambda w: registers.registers(w, "all"),
    "x": lambda w: memory.memory(w, registers.registers_of(w).x[2], "8xg"),
    "xi": lambda w: memory.memory(w, registers.registers_of(w).pc, "4i"),
    "xp": lambda w: memory.memory(w, 0x5000, "4gx", physical=True),
    "disassemble": code.disassemble,
    "list": code.listing,
    "walk": lambda w: walk.walk(w, registers.registers_of(w).x[2]),
    "walk 0": lambda w: walk.walk(w, 0),
    "walk high": lambda w: walk.walk(w, (1 << 64) - 8),
    "tlb": hardware.tlb,
    "l1i": lambda w: hardware.cache(w, "l1i"),
    "l1d": lambda w: hardware.cache(w, "l1d"),
    "l2": lambda w: hardware.cache(w, "l2"),
    "llc": lambda w: hardware.cache(w, "llc"),
    "line": lambda w: coherence.line(w, 0x5000),
    "mesi": coherence.mesi,
    "vmmap": areas.vmmap,
    "pagetable": areas.pagetable,
    "frames": lambda w: frames.frames(w, True),
    "frame": lambda w: frame.frame(w, 5),
    "rmap": lambda w: frame.rmap(w, 3),
    "buddy": zones.buddy,
    "zone": zones.zone,
    "slab": zones.slab,
    "lru": lambda w: reclaim.lru(w, "inactive_anon"),
    "swap": lambda w: reclaim.swap(w, True),
    "pagecache": reclaim.pagecache,
    "ps": processes.ps,
    "task": processes.task,
    "fd": files.fd,
    "sched": sched.sched,
    "signals": signals.signals,
    "futex": signals.futex,
    "proc": proc.proc,
    "meminfo": lambda w: proc.proc(w, "meminfo"),
    "vmstat": lambda w: proc.proc(w, "vmstat"),
    "smaps": lambda w: proc.proc(w, "self/smaps"),
    "environ": lambda w: proc.proc(w, "self/environ"),
    "sysctl": lambda w: proc.proc(w, "sys/vm/swappiness"),
    "ledger": accounts.ledger,
    "counters": accounts.counters,
    "stat": accounts.stat,
    "why": lambda w: why.why_address(w, registers.registers_of(w).x[2]),
    "why write": lambda w: why.why_address(w, 0, "write"),
    "why next": why.why_next,
}
SWAPPED = {"knobs": {"ram": "4M"}, "swap": 32 << 20}
WORLDS: dict[str, Any] = {
    "at the start": ("hello.s", (), 0, {}),
    "rv32": ("demand.s", (), 70, {"xlen": 32}),
    "two harts": ("kernel/threads.s", (), 3000, {"knobs": {"harts": 2}}),
    "processes": ("kernel/cow.s", (), 900, {"xlen": 32}),
    "swapped": ("kernel/working_set.s", ("6",), 12_000, SWAPPED),
    "huge": ("kernel/working_set.s", ("8",), 3000, {"thp": "always"}),
    "untimed": ("fib.s", (), 100, {"knobs": {"timing": "off"}}),
    "simple": ("fib.s", (), 100, {"knobs": {"timing": "simple"}}),
    "killed": ("null_deref.s", (), None, {}),
    "ended": ("hello.s", (), None, {"xlen": 32}),
}


@pytest.mark.parametrize("name", WORLDS)
def test_looking_changes_nothing(name: str) -> None:
    """Every view, of every kind of system: its data is JSON, an error is an EmuError, and the state stays as it is."""
    program, args, insns, options = WORLDS[name]
    world = World(program, *args, **options)
    if insns != 0:
        world.run(insns)
    before, seen = world.digest(), 0
    for make in VIEWS.values():
        try:
            view = make(world)
        except EmuError as error:
            assert error.message
            continue
        json.dumps(view.data)
        assert isinstance(view, View) and view.name
        seen += 1
    assert world.digest() == before
    assert seen >= (20 if insns is None else 38 if name != "untimed" else 32)


@pytest.mark.parametrize("xlen", [32, 64])
@pytest.mark.parametrize("seed", range(3))
def test_page_tables_that_make_no_sense(xlen: int, seed: int) -> None:
    """Whatever a user (or a bug) has put into entries of any level: no view fails but by EmuError."""
    world, random = World("demand.s", xlen=xlen).run(70), Random(seed)
    mm = world.task.mm
    for frame_, _, _ in list(owners.tables_of(mm)):
        first = frame_ << mm.cell_shift
        for cell in range(first, first + (1 << mm.cell_shift)):
            if mm.cells[cell] and random.random() < 0.5:
                mm.cells[cell] = random.choice(
                    (random.getrandbits(xlen), frame_ << 10 | 1, mm.cells[cell] ^ 1 << random.randrange(xlen))
                )
    for make in VIEWS.values():
        try:
            json.dumps(make(world).data)
        except EmuError as error:
            assert error.message


def data(view: View) -> Any:
    """What --json prints, as it arrives."""
    return json.loads(json.dumps(view.data))


@pytest.fixture(scope="module")
def demand() -> World:
    """demand.s in the middle of touching its pages: eight are there."""
    return World("demand.s").run(50)


def test_registers(demand: World) -> None:
    """pc is in `touch`, changes are marked, one can be picked by any of its names, CSRs are decoded."""
    found = data(registers.registers(demand, None, {"a0": 1, "sp": registers.registers_of(demand).x[2]}))
    assert found["registers"]["pc"] == 0x1018A and len(found["registers"]) == 33
    assert "a0" in found["changed"] and "sp" not in found["changed"]
    assert list(data(registers.registers(demand, "x10"))["registers"]) == ["a0"]
    assert len(data(registers.registers(demand, "s*"))["registers"]) == 13
    csrs = data(registers.registers(demand, "csr"))["csrs"]
    assert csrs["satp"] == {"value": 0x9000100000000005, "fields": "Sv48, ASID 1, root table at 0x5000"}
    assert csrs["instret"]["value"] == 50 and "store/AMO page fault" in csrs["scause"]["fields"]
    with pytest.raises(EmuError, match="no register") as error:
        registers.registers(demand, "satpp")
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
    found = data(code.listing(demand))
    assert (found["file"], found["line"], found["lines"][0]["number"]) == ("programs/demand.s", 50, 45)


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
