"""Backwards to breakpoints, watchpoints, events and tracepoints: what was met forwards is met again, last first."""

from __future__ import annotations

import pytest
from engine_world import engine

from emu.debug.engine import Engine


def at(machine, kernel, va):
    """The physical address of a virtual one of the first process, if its page is there."""
    task = kernel.tasks.get(1)
    if task is None or task.mm is None:
        return None
    return machine.walk((task.mm.scheme.mode, task.mm.pgd), va).pa


def plant(it: Engine, *addresses):
    """Breakpoints at virtual addresses."""

    def put(machine, kernel):
        found = [at(machine, kernel, va) for va in addresses]
        machine.set_breakpoints([pa for pa in found if pa is not None])

    it.plant, it.closely = put, True


def forwards(it: Engine):
    """The ticks of all stops from the start, and what they were."""
    it.goto(it.start_tick)
    it.stood = None
    found = []
    while (cause := it.run()).kind not in ("exit", "deadlock"):
        found.append((it.tick, cause.kind))
    return found


def backwards(it: Engine, most):
    """The same from where it is, the last first."""
    found = []
    while len(found) < most and (cause := it.reverse()) is not None:
        found.append((it.tick, cause.kind))
    return found


@pytest.mark.parametrize(
    ("program", "options", "insn"),
    [("fib.s", {}, 700), ("fib.s", {}, 1201), ("kernel/threads.s", {"harts": 3}, 5000), ("kernel/signal.s", {}, 300)],
)
def test_breakpoints(program, options, insn):
    """A breakpoint on some instruction of the run, in a loop or a function."""
    it = engine(program, **options)
    it.run(max_insns=insn)
    va = it.machine.harts[it.next_hart()].pc
    plant(it, va)
    stops = forwards(it)
    assert stops
    assert all(kind == "breakpoint" for _, kind in stops)
    assert backwards(it, 30) == stops[::-1][:30]
    if len(stops) < 30:
        assert it.reverse() is None
        assert it.tick == it.start_tick


def test_the_last_one_only():
    """`accept` chooses; the engine stands at the stop, with its registers."""
    it = engine("fib.s")
    it.run(max_insns=700)
    va = it.machine.harts[0].pc
    plant(it, va)
    stops = forwards(it)
    wanted = stops[len(stops) // 2][0]
    cause = it.reverse(lambda cause: cause.tick <= wanted)
    assert (it.tick, cause.tick) == (wanted, wanted)
    assert it.machine.harts[0].pc == va
    assert it.reverse(lambda cause: False) is None
    assert it.tick == it.start_tick


def test_a_crowded_past():
    """Thousands of stops between two copies: the last is found without looking at all of them."""
    it = engine("kernel/threads.s")
    it.run(until_tick=50_000)
    va = it.machine.harts[0].pc
    plant(it, va)
    met = []
    it.run()
    it.goto(60_000)
    cause = it.reverse(lambda cause: met.append(cause.tick) or True)
    assert cause is not None
    assert len(met) < 2000
    tick = it.tick
    it.goto(60_000)
    assert it.reverse().tick == tick


def test_watchpoints():
    """Stores to a word: stopped before each of them, forwards and backwards."""
    it = engine("fib.s")
    it.begin()
    it.run(max_insns=300)
    sp = it.machine.harts[0].x[2]

    def put(machine, kernel):
        machine.set_watchpoints([(sp - 64, sp + 256, 2)])

    it.plant = put
    stops = forwards(it)
    assert stops
    assert {kind for _, kind in stops} == {"watchpoint"}
    assert backwards(it, 20) == stops[::-1][:20]
    assert sp - 72 < it.machine.harts[0].watch_va < sp + 256


def test_hardware_events():
    """After instructions that missed the L1 data cache."""
    it = engine("sum_array.s")
    it.begin()
    it.machine.set_catches([("cache_miss", 0, 1 << 40, 15, 1)])
    stops = forwards(it)
    assert len(stops) > 50
    assert {kind for _, kind in stops} == {"event"}
    it.goto(stops[-1][0])
    assert backwards(it, 25) == stops[:-1][::-1][:25]


def test_tracepoints():
    """After entries of the kernel that a listener asked to stop at."""
    it = engine("kernel/pipe.s", harts=2)
    it.begin()
    it.plant = lambda machine, kernel: it.listen({"sys_enter", "fault"})
    it.wanted = lambda record: record.kind == "sys_enter"
    stops = forwards(it)
    assert len(stops) > 5
    assert {kind for _, kind in stops} == {"catch"}
    it.goto(stops[-1][0])
    assert backwards(it, 25) == stops[:-1][::-1][:25]


def test_archive():
    """Records carry the tick that was about to pass; they are there once, however often it was lived through."""
    it = engine("kernel/pipe.s")
    it.begin()
    it.plant = lambda machine, kernel: it.listen({"sys_enter", "fault"})
    it.wanted = lambda record: False
    it.machine.trace("walk")
    it.run()
    everything = it.events()
    assert {row.kind for row in everything} == {"sys_enter", "fault", "walk"}
    assert [row.tick for row in everything] == sorted(row.tick for row in everything)
    for row in everything[:: len(everything) // 7]:
        it.goto(row.tick)
        assert it.cycle <= row.what.cycle
        it.run(until_tick=row.tick + 1)
        assert it.cycle >= row.what.cycle
    it.goto(it.start_tick)
    it.run()
    assert it.events() == everything
    assert it.events({"walk"}, 10, 60) == [row for row in everything if row.kind == "walk" and 10 <= row.tick < 60]


def test_interrupt():
    """A request to stop is served soon, forwards and backwards, and leaves a state like any other."""
    it = engine("spin.s")
    it.begin()
    it.run(max_insns=100_000)
    it.interrupt()
    assert it.run().kind == "interrupted"
    digest, tick = it.state_hash(), it.tick
    plant(it, 0x10)

    def accept(cause):
        return False

    it.plant = lambda machine, kernel: it.interrupt()
    assert it.reverse(accept).kind == "interrupted"
    it.plant = lambda machine, kernel: None
    assert (it.tick, it.state_hash()) == (tick, digest)
