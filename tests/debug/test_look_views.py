"""Every view of every kind of system: looking changes nothing, and nothing that is there is too odd to be looked at."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from look_helpers import SWAPPED
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
    listing,
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
    "registers": lambda w: registers.registers(w, ["all"]),
    "x": lambda w: memory.memory(w, registers.registers_of(w).x[2], "8xg"),
    "xi": lambda w: memory.memory(w, registers.registers_of(w).pc, "4i"),
    "xp": lambda w: memory.memory(w, 0x5000, "4gx", physical=True),
    "disassemble": code.disassemble,
    "list": listing.around,
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
