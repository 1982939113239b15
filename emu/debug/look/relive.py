"""A stretch of time lived through again at full speed, with a listener on the kernel and some hardware events recorded.

For what single steps would be too slow for: a biography, a log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from emu.debug.look.observe import forward, listening, travel
from emu.kernel.trace import KINDS, Record

PIECE = 10_000  # ticks between two looks at the events, which are many
LONG_PIECE = 1_000_000


MOST = 200_000  # records and events that are kept: the newest


class Past(list["Lived"]):
    """What was lived through, in order; `lost` older ones are no longer known."""

    lost = 0

    def note(self, new: list[Lived]) -> None:
        """Some more."""
        self += new
        if len(self) > 2 * MOST:
            self.lost += len(self) - MOST
            del self[:-MOST]


class Lived(NamedTuple):
    """A kernel record or a hardware event; going to `tick` shows the moment before it. insn: completed before it."""

    tick: int
    insn: int
    what: Any


def relive(
    session: Any,
    begin: int,
    kinds: Iterable[str] = KINDS,
    hardware: Iterable[str] = (),
    keep: Callable[[Any], bool] = lambda what: True,
    poll: Callable[[Record], None] | None = None,
) -> Past:
    """From tick `begin` to now. `keep` chooses among records and events; `poll` is called at every kernel record, in
    the middle of its work: it may look, and change nothing.
    """
    engine, end, wanted = session.engine, session.engine.tick, frozenset(kinds)
    found = Past()

    def sink(record: Record) -> None:
        if poll is not None:
            poll(record)
        if record.kind in wanted and keep(record):
            found.note([Lived(max(0, engine.tick - 1), engine.insns, record)])

    with travel(session, begin), listening(session, sink, hardware):
        while engine.tick < end:
            reached = forward(engine, min(end, engine.tick + (PIECE if hardware else LONG_PIECE)))
            if hardware:
                events = engine.archive.select(frozenset(hardware), 0, end)
                found.note([Lived(row.tick, row.what.at, row.what) for row in events if keep(row.what)])
                engine.archive.clear()
            if not reached:
                break
    found.sort(key=lambda lived: (lived.tick, lived.what.cycle))
    return found
