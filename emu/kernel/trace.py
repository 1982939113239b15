"""A timeline of what the kernel did to memory: kswapd's turns, direct reclaim, kills. The newest events are kept."""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple

KEPT = 4096


class Event(NamedTuple):
    """At which cycle, on which hart, what, and its figures."""

    cycle: int
    cpu: int
    kind: str
    fields: dict[str, int]


class Trace:
    """The ring of events, and how many there were of each kind."""

    def __init__(self) -> None:
        self.ring: deque[Event] = deque(maxlen=KEPT)
        self.counts: dict[str, int] = {}

    def add(self, cycle: int, cpu: int, kind: str, fields: dict[str, int]) -> None:
        self.ring.append(Event(cycle, cpu, kind, fields))
        self.counts[kind] = self.counts.get(kind, 0) + 1

    def as_dicts(self) -> list[dict[str, Any]]:
        """For JSON."""
        return [{"cycle": event.cycle, "hart": event.cpu, "kind": event.kind, **event.fields} for event in self.ring]
