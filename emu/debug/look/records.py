"""What the kernel has told so far: from the engine's archive, or by living through the time again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from emu.debug.look.relive import relive
from emu.debug.look.subject import machine_of


class Row(NamedTuple):
    """A record, and the tick in which it appeared."""

    tick: int
    record: Any


def log(session: Any, kinds: Iterable[str]) -> tuple[list[Row], int]:
    """The records of these kinds up to now, and how many older ones are lost."""
    machine_of(session)
    lived = relive(session, session.engine.start_tick, kinds)
    return [Row(each.insn, each.what) for each in lived], 0
