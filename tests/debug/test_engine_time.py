"""Time travel: the state at a tick is the same however one came there."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from engine_world import engine, random_program, to_the_end

from emu.kernel.check import check_all
from emu.machine import check as hardware

SMALL = {"ram": 16 << 20, "swap": 16 << 20}
PROGRAMS = [
    ("hello.s", {}),
    ("self_modify.s", {}),
    ("null_deref.s", {}),
    ("brk_heap.s", {"xlen": 32}),
    ("kernel/signal.s", {"harts": 2}),
    ("kernel/alarm.s", {}),
    ("kernel/pipe.s", {"harts": 2, "timing": "simple"}),
    ("kernel/exec.s", {}),
    ("kernel/shared.s", {"harts": 3}),
    ("kernel/threads.s", {"harts": 4, "timing": "off"}),
    ("kernel/threads.s", {"harts": 3, "xlen": 32}),
    ("kernel/kswapd.s", SMALL),
    ("kernel/oom.s", {"harts": 2, **SMALL}),
]
RANDOM = [(seed, {"harts": seed % 4 + 1, "timing": ("full", "off", "simple")[seed % 3]}) for seed in range(6)]


def reference(program, options, rng, most=60_000):
    """Digests at some ticks of one straight run without copies; the last tick; how it ended."""
    it = engine(program, **options)
    it.begin()
    it.checkpoint_if_due = lambda: None
    hashes = {it.tick: it.state_hash()}
    cause = "limit"
    for tick in sorted({1, 2, *(rng.randrange(1, most) for _ in range(7))}):
        cause = it.run(until_tick=tick).kind
        hashes[it.tick] = it.state_hash()
        if cause != "limit":
            break
    return hashes, it.tick, cause


def walk(program, options, seed, steps=9):
    """Anywhere from anywhere, by leaps, pieces and single steps."""
    rng = random.Random(seed)
    hashes, end, _ = reference(program, options, rng)
    it = engine(program, **options)
    copies = random.Random(seed)
    it.checkpoint_if_due = lambda: copies.random() < 0.3 and it.checkpoint()  # else as the host's clock has it
    it.run(until_tick=end)
    assert it.state_hash() == hashes[end]
    for _ in range(steps):
        tick = rng.choice(sorted(hashes))
        way = rng.randrange(4)
        if way == 1:
            it.goto(tick - rng.randrange(400))
            while it.tick < tick:
                it.run(until_tick=min(tick, it.tick + rng.choice((1, 1, 1, 7, 100))))
        elif way == 2:
            it.goto(rng.randrange(end + 1))
            it.checkpoint()
        elif way == 3:
            it.goto(tick)
            it.goto(tick - 1)
            it.run(until_tick=max(tick, it.tick))
        it.goto(tick)
        assert it.tick == tick
        assert it.state_hash() == hashes[tick], (way, tick)
    hardware.check_all(it.machine)
    check_all(it.kernel)


@pytest.mark.parametrize(("program", "options"), PROGRAMS, ids=[f"{p}-{n}" for n, (p, _) in enumerate(PROGRAMS)])
def test_programs_walk(program, options):
    """Programs with forks, threads, signals, timers, files, swap and kills, on one to four harts."""
    walk(program, options, program)


@pytest.mark.parametrize(("seed", "options"), RANDOM)
def test_random_programs_walk(seed, options):
    """Random programs."""
    walk(random_program(seed), options, seed)


@pytest.mark.parametrize("options", [{}, {"harts": 3}])
def test_engine_is_kernel_run(options):
    """The engine's way of running leads where Kernel.run leads: the same cycles, counters and output."""
    it = engine("kernel/threads.s", **options)
    it.begin()
    other = engine("kernel/threads.s", **options)
    other.machine.warm()
    other.kernel.run()
    assert to_the_end(it, 777) == "exit"
    assert [h.cycle for h in it.machine.harts] == [h.cycle for h in other.machine.harts]
    assert it.machine.counters() == other.machine.counters()
    assert it.output == other.output


def test_after_the_end():
    """A program that crashed can be gone back in, and crashes again."""
    it = engine("null_deref.s")
    assert it.run().kind == "exit"
    end, digest = it.tick, it.state_hash()
    assert it.kernel.exit.signal == 11
    it.goto(end - 1)
    assert it.kernel.exit is None
    assert it.run().kind == "exit"
    assert (it.tick, it.state_hash()) == (end, digest)
    it.goto(10**9)
    assert it.tick == end
    it.goto(-5)
    assert it.tick == it.start_tick


def test_a_tick_is_one_thing():
    """Each tick completes one instruction or enters the kernel once."""
    it = engine("kernel/pipe.s", harts=2)
    it.begin()
    for _ in range(300):
        before = it.insns, it.kernel.entries
        it.run(until_tick=it.tick + 1)
        after = it.insns, it.kernel.entries
        assert sum(after) == sum(before) + 1
        assert it.tick == sum(after)


def test_limits():
    """By instructions and by cycles, to the first tick that satisfies them."""
    it = engine("fib.s")
    assert it.run(max_insns=500).kind == "limit"
    assert it.insns == 500
    goal = it.cycle + 5000
    it.run(until_cycle=goal)
    assert it.cycle >= goal
    it.goto(it.tick - 1)
    assert it.cycle < goal


def test_little_memory_for_copies():
    """With hardly any room there are few copies, and every tick can still be reached."""
    it = engine("kernel/threads.s", memory=4 << 20)
    it.begin()
    it.run(until_tick=40_000)
    middle = it.state_hash()
    for _ in range(40):
        it.run(until_tick=it.tick + 500)
        it.checkpoint()
    assert it.system.size(it.checkpoints.copies) <= 4 << 20
    it.goto(40_000)
    assert it.state_hash() == middle


def test_copies_thin_out():
    """The more a copy is past the fewer are kept; the first one stays."""
    it = engine("kernel/threads.s")
    it.begin()
    for _ in range(400):
        it.run(until_tick=it.tick + 100)
        it.checkpoint()
    ticks = [copy.tick for copy in it.checkpoints.copies]
    assert len(ticks) <= 256
    assert ticks[0] == it.start_tick
    assert ticks[-1] == it.tick
    gaps = [b - a for a, b in pairwise(ticks)]
    assert max(gaps[-20:]) < max(gaps[:20])


def test_what_is_dear_to_copy_is_copied_at_last(monkeypatch):
    """A copy that costs more than is ever saved up for cheap ones is waited for, and then made; swap counts, too."""
    seconds = iter(range(1 << 30))
    for module in ("keeper", "mover"):
        monkeypatch.setattr(f"emu.debug.engine.{module}.process_time", lambda: next(seconds) / 100)
    monkeypatch.setattr("emu.debug.engine.keeper.PAGE_PRICE", 1e-4)
    monkeypatch.setattr("emu.debug.engine.keeper.MOST_CREDIT", 0.02)
    it = engine("kernel/kswapd.s", **SMALL)
    it.begin()
    copied, checkpoint, it.prepare_return = [], it.checkpoint, lambda: None
    it.checkpoint = lambda: copied.append(it.system.fresh_pages()) or checkpoint()
    while it.run(until_tick=it.tick + 50).kind == "limit":
        pass
    assert max(copied, default=0) > 400


def test_restart():
    """From the beginning, and it comes out the same."""
    it = engine("kernel/threads.s", harts=2)
    it.run()
    first = it.tick, it.state_hash()
    it.restart()
    assert it.tick == it.start_tick
    it.run()
    assert (it.tick, it.state_hash()) == first
