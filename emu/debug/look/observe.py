"""A stretch of time watched closely: each tick with its instruction, its chain, its cycles by cause, and its events.

The engine goes there, steps through it with every kind of event recorded, and comes back: nothing is left changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from emu.debug.engine.archive import Archive
from emu.debug.engine.mover import ENTRIES
from emu.debug.look import chain, turns
from emu.debug.look.links import Link
from emu.errors import EmuError
from emu.kernel.trace import Record, Tracer
from emu.machine.events import EV
from emu.machine.kinds import KINDS

MOST_TICKS = 200_000
INTERRUPTED = "interrupted: nothing has changed"
RUINED = "a change of yours broke what the kernel relies on, so this can't be lived through"


@dataclass(slots=True)
class Moment:
    """One tick: who did what, the links foretold, and what it really cost and caused. hart None: nobody could run."""

    tick: int
    cycle: int
    hart: int | None
    it: chain.Instruction | None
    links: list[Link]
    spent: dict[str, int]
    retired: int
    events: list[Any] = field(default_factory=list)
    records: list[Any] = field(default_factory=list)

    @property
    def cycles(self) -> int:
        """Of this hart."""
        return sum(self.spent.values())


@contextmanager
def travel(session: Any, tick: int) -> Iterator[None]:
    """Be at another tick for a while; then back, with the same task, hart and frame selected."""
    engine = session.engine
    here, end, stood, archive = engine.tick, engine.end_tick, engine.stood, engine.archive
    selected = session.hart, session.pid, session.frame
    stopped = False
    with engine.quietly():
        try:
            engine.archive, engine.end_tick = Archive(), max(end, here + 1)  # nothing is new, so no copies are made
            engine.goto(tick)
            yield
        except EmuError:
            raise
        except Exception as error:
            if not engine.changes:
                raise
            raise EmuError(f"{RUINED}: {error}", hint="goto end goes to where it still was") from None
        finally:
            stopped = calm(engine)
            engine.goto(max(engine.start_tick, here - 1))  # from a copy: whatever was done is undone
            engine.goto(here)
            engine.stood, engine.archive, engine.end_tick = stood, archive, end
            session.hart, session.pid, session.frame = selected
    if stopped:
        raise EmuError(INTERRUPTED)


def calm(engine: Any) -> bool:
    """Whether the user has interrupted; if so, the engine can run again."""
    stopped = engine._interrupted
    if stopped:
        engine._interrupted = False
        engine.machine.clear_stop()
    return stopped


@contextmanager
def listening(session: Any, sink: Callable[[Record], object], hardware: Iterable[str]) -> Iterator[None]:
    """While it lasts: the kernel's records go to `sink`, and hardware events of these kinds are recorded."""
    machine, kernel = session.machine, session.kernel
    mask, tracer = int(machine.state.event_mask), kernel.tracer
    kernel.tracer = Tracer(sink)
    machine.state.event_mask = mask | sum(1 << EV[kind] for kind in hardware)
    try:
        yield
    finally:
        machine.state.event_mask = mask
        if session.kernel is kernel:
            kernel.tracer = tracer


def forward(engine: Any, until: int) -> bool:
    """Run to a tick; False if it can't get that far. EmuError when the user interrupts."""
    if engine.tick < until and engine.run(until_tick=until).kind == "interrupted":
        raise EmuError(INTERRUPTED)
    return engine.tick >= until


def tick(engine: Any) -> bool:
    """One tick, inside `travel`; False at the end. As `forward`, with less ado where no change by the user is due."""
    if engine.changes:
        return forward(engine, engine.tick + 1)
    kernel = engine.kernel
    if kernel.exit is not None or engine._interrupted:
        return False
    before = kernel.tick
    kernel.advance(before + 1, ENTRIES)
    return kernel.tick > before


def watch(session: Any, ticks: int) -> list[Moment]:
    """The next ticks from where the engine stands, each on its own."""
    found: list[Moment] = []
    records: list[Record] = []
    with listening(session, records.append, KINDS):
        for _ in range(min(ticks, MOST_TICKS)):
            moment = one(session, records)
            if moment is None:
                break
            found.append(moment)
    return found


def one(session: Any, records: list[Any]) -> Moment | None:
    """One tick; None when the program can't go on."""
    engine, machine, kernel = session.engine, session.machine, session.kernel
    if kernel.exit is not None:
        return None
    hart = turns.next_hart(machine)
    task = kernel.sched.running[hart] if hart is not None else None
    it, links = None, []
    if task is not None:
        session.pid, session.hart = task.pid, hart
        it = chain.instruction_at(session, hart, task.pid)
        links = chain.foretell(session, it)
    before = [machine.ledger(k) for k in range(machine.hart_count)]
    retired, since, tick = machine.instructions, int(machine.state.event_count), engine.tick
    clock = machine.harts[hart or 0].cycle
    records.clear()
    if not forward(engine, tick + 1):
        return None
    at = hart if hart is not None else 0
    after = machine.ledger(at)
    spent = {cause: after[cause] - before[at][cause] for cause in after if after[cause] != before[at][cause]}
    done = machine.instructions - retired
    return Moment(tick, clock, hart, it, links, spent, done, machine.events(since), list(records))
