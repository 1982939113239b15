"""What the kernel has told so far, by living through the time again; what was told before is remembered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from weakref import WeakKeyDictionary

from emu.debug.look.relive import Lived, relive
from emu.debug.look.subject import machine_of

Known = dict[frozenset[str], tuple[Any, int, list[Lived]]]
REMEMBERED: WeakKeyDictionary[Any, Known] = WeakKeyDictionary()


def log(session: Any, kinds: Iterable[str]) -> list[Lived]:
    """The records of these kinds from the start up to now."""
    machine_of(session)
    engine, wanted = session.engine, frozenset(kinds)
    known = REMEMBERED.setdefault(session, {})
    life = id(engine.streams), len(engine.changes)
    last, upto, rows = known.get(wanted, (None, 0, []))
    if last != life:
        upto, rows = engine.start_tick, []
    if upto < engine.tick:
        rows = rows + relive(session, upto, wanted)
        known[wanted] = life, engine.tick, rows
    return [row for row in rows if row.tick < engine.tick]
