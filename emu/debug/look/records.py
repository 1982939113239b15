"""What the kernel has told so far, by living through the time again; what was told before is remembered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from weakref import WeakKeyDictionary

from emu.debug.look.relive import Past, relive
from emu.debug.look.subject import machine_of

Known = dict[frozenset[str], tuple[Any, int, Past]]
REMEMBERED: WeakKeyDictionary[Any, Known] = WeakKeyDictionary()


def log(session: Any, kinds: Iterable[str]) -> Past:
    """The records of these kinds from the start up to now."""
    machine_of(session)
    engine, wanted = session.engine, frozenset(kinds)
    known = REMEMBERED.setdefault(session, {})
    life = id(engine.streams), len(engine.changes)
    last, upto, rows = known.get(wanted, (None, 0, Past()))
    if last != life:
        upto, rows = engine.start_tick, Past()
    if upto < engine.tick:
        new = relive(session, upto, wanted)
        rows.lost += new.lost
        rows.note(new)
        known[wanted] = life, engine.tick, rows
    upto_now = Past(row for row in rows if row.tick < engine.tick)
    upto_now.lost = rows.lost
    return upto_now
