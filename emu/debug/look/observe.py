"""A stretch of time watched closely: each tick with its instruction, its chain, its cycles by cause, and its events.

The engine goes there, steps through it with every kind of event recorded, and comes back: nothing is left changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from emu.debug.look import chain, turns
from emu.debug.look.links import Link
from emu.kernel.trace import Tracer
from emu.machine.kinds import KINDS

MOST_TICKS = 200_000


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
    engine, here = session.engine, session.engine.tick
    selected = session.hart, session.pid, session.frame
    hooks = {name: getattr(engine, name) for name in ("plant", "wanted", "output_callback") if hasattr(engine, name)}
    try:
        engine.goto(tick)
        yield
    finally:
        engine.goto(here)
        session.hart, session.pid, session.frame = selected
        for name, hook in hooks.items():
            setattr(engine, name, hook)


@contextmanager
def recording(session: Any) -> Iterator[list[Any]]:
    """Every kind of hardware event on; the list fills with the kernel's records. As before afterwards."""
    machine, records = session.machine, []
    mask = int(machine.state.event_mask)
    machine.state.event_mask = (1 << len(KINDS)) - 1
    kernel, tracer = session.kernel, session.kernel.tracer
    kernel.tracer = Tracer(records.append)
    try:
        yield records
    finally:
        machine.state.event_mask = mask
        if session.kernel is kernel:
            kernel.tracer = tracer


def forward(engine: Any, until: int) -> bool:
    """Run to a tick, past whatever breakpoints stand there; False if it can't get that far."""
    idle = 0
    while engine.tick < until and idle < 3:
        before = engine.tick
        engine.run(until_tick=until)
        idle = idle + 1 if engine.tick == before else 0
    return engine.tick >= until


def watch(session: Any, ticks: int) -> list[Moment]:
    """The next ticks from where the engine stands, each on its own."""
    found: list[Moment] = []
    with recording(session) as records:
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
    return Moment(
        tick, clock, hart, it, links, spent, machine.instructions - retired, machine.events(since), list(records)
    )
