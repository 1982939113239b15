"""A stretch of time lived through again at full speed, with a listener on the kernel and some hardware events recorded.

For what single steps would be too slow for: a biography, a log. The ring of events holds EVENTS of them, so the run is
cut into pieces short enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from emu.debug.look.observe import forward, travel
from emu.kernel.trace import KINDS, Record, Tracer
from emu.machine.events import EV
from emu.machine.state import EVENTS

PIECE = 50_000  # ticks between two looks at the ring
MOST_TICKS = 100_000_000


class Lived(NamedTuple):
    """A kernel record or a hardware event, with the instructions that had completed before it."""

    insn: int
    what: Any

    @property
    def cycle(self) -> int:
        """When."""
        return self.what.cycle


def relive(
    session: Any,
    begin: int,
    kinds: Iterable[str] = KINDS,
    hardware: Iterable[str] = (),
    keep: Callable[[Any], bool] = lambda what: True,
    poll: Callable[[Record], None] | None = None,
) -> list[Lived]:
    """From tick `begin` to now. `keep` chooses among records and events; `poll` is called at every kernel record, in
    the middle of its work: it may look, and change nothing.
    """
    engine, end = session.engine, session.engine.tick
    found: list[Lived] = []

    def sink(record: Record) -> None:
        if poll is not None:
            poll(record)
        if record.kind in wanted and keep(record):
            found.append(Lived(session.machine.instructions, record))

    wanted, piece = frozenset(kinds), PIECE
    with travel(session, begin), listening(session, sink, hardware):
        while engine.tick < end:
            before, since, kept = engine.tick, int(session.machine.state.event_count), len(found)
            forward(engine, min(end, before + piece))
            lost = int(session.machine.state.event_count) - since - EVENTS
            if hardware and lost > 0 and min(end, before + piece) - before > 1:  # too many for the ring: shorter pieces
                del found[kept:]
                engine.goto(before)
                piece = max(1, piece // 4)
                continue
            events = session.machine.events(since) if hardware else []
            found += [Lived(event.at, event) for event in events if keep(event)]
            if engine.tick == before:
                break
    return sorted(found, key=lambda lived: (lived.insn, lived.what.cycle))


class listening:
    """While it lasts: the kernel's records go to `sink`, and hardware events of these kinds are recorded."""

    def __init__(self, session: Any, sink: Callable[[Record], None], hardware: Iterable[str]) -> None:
        self.session, self.sink = session, sink
        self.mask = sum(1 << EV[kind] for kind in hardware)

    def __enter__(self) -> None:
        machine, kernel = self.session.machine, self.session.kernel
        self.kernel, self.tracer, self.old = kernel, kernel.tracer, int(machine.state.event_mask)
        kernel.tracer = Tracer(self.sink)
        machine.state.event_mask = self.old | self.mask

    def __exit__(self, *exc: object) -> None:
        self.session.machine.state.event_mask = self.old
        if self.session.kernel is self.kernel:
            self.kernel.tracer = self.tracer
