"""What has happened: events of the hardware and records of the kernel, each with the tick that was about to pass.

Only what was listened to is here. What is lived through again is recorded once; a new future forgets the old one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Any, NamedTuple

MOST = 1 << 18


class Happening(NamedTuple):
    """`what` is an Event of the machine or a Record of the kernel; going to `tick` shows the moment before it."""

    tick: int
    kind: str
    what: Any

    @property
    def cycle(self) -> int:
        """When."""
        return self.what.cycle


class Archive:
    """Happenings in order of ticks, the newest MOST of them."""

    def __init__(self) -> None:
        self.hardware_rows: list[Happening] = []
        self.kernel_rows: list[Happening] = []

    def hardware(self, events: Iterable[Any], entries: int) -> None:
        """Events of a stretch in which the kernel had been entered so many times."""
        self._add(self.hardware_rows, [Happening(event.at + entries, event.kind, event) for event in events])

    def kernel(self, record: Any, tick: int) -> None:
        """A record of the kernel."""
        rows = self.kernel_rows
        row = Happening(tick, record.kind, record)
        if rows and rows[-1].tick >= tick and (rows[-1].tick > tick or _at_end(rows, row)):
            self._add(rows, [row])
            return
        rows.append(row)
        if len(rows) > 2 * MOST:
            del rows[: len(rows) - MOST]

    @staticmethod
    def _add(rows: list[Happening], new: list[Happening]) -> None:
        if new and rows and rows[-1].tick >= new[0].tick:
            low, high = (
                bisect(rows, tick, key=_tick)
                for bisect, tick in ((bisect_left, new[0].tick), (bisect_right, new[-1].tick))
            )
            part = rows[low:high]
            known = {_identity(row) for row in part}
            rows[low:high] = sorted([*part, *(row for row in new if _identity(row) not in known)], key=_tick)
        else:
            rows += new
        if len(rows) > 2 * MOST:
            del rows[: len(rows) - MOST]

    def select(self, kinds: frozenset[str], since: int, until: int) -> list[Happening]:
        """Those of some kinds (none given: all) at since <= tick < until."""
        found = []
        for rows in (self.hardware_rows, self.kernel_rows):
            part = rows[bisect_left(rows, since, key=_tick) : bisect_left(rows, until, key=_tick)]
            found += [row for row in part if not kinds or row.kind in kinds]
        return sorted(found, key=_tick)

    def cut(self, tick: int) -> None:
        """Forget what happened after a tick."""
        for rows in (self.hardware_rows, self.kernel_rows):
            del rows[bisect_right(rows, tick, key=_tick) :]

    def clear(self) -> None:
        """Forget everything."""
        self.hardware_rows.clear()
        self.kernel_rows.clear()


def _tick(row: Happening) -> int:
    return row.tick


def _at_end(rows: list[Happening], row: Happening) -> bool:
    """Whether a record is among those of the newest tick already."""
    for known in reversed(rows):
        if known.tick != row.tick:
            return False
        if known.what == row.what:
            return True
    return False


def _identity(row: Happening) -> Any:
    """What is the same for the same thing, lived through again."""
    what = row.what
    fields = getattr(what, "fields", None)
    return row if fields is None else (row.tick, row.kind, what.cycle, what.hart, what.pid, repr(fields))
