"""Where the cycles went, and what was counted."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from emu.debug.command import Arg, Command
from emu.debug.look import accounts
from emu.debug.look import misses as look_misses
from emu.debug.look.options import small

if TYPE_CHECKING:
    from emu.debug.session import Session
    from emu.debug.view import View

LAST: WeakKeyDictionary[Session, dict[str, int]] = WeakKeyDictionary()
HART = Arg("hart", "hart", optional=True)
AFTER = ("programs/sum_array.s", ("stepi 2000",))


def ledger(session: Session, hart: int | None) -> View:
    """Of one hart, or of all."""
    return accounts.ledger(session, hart)


def counters(session: Session, pattern: str | None, since: bool) -> View:
    """All harts together."""
    view = accounts.counters(session, pattern, since=LAST.get(session) if since else None)
    LAST[session] = view.data.pop("values")
    return view


def misses(session: Session, ticks: str | None) -> View:
    """Of the last ticks."""
    count = small(ticks, "ticks")
    return look_misses.misses(session, look_misses.WINDOW if count is None else max(1, count))


COMMANDS = (
    Command(
        "misses",
        "Misses of data caches and TLBs by class: cold, capacity, conflict, true and false sharing, flushed.",
        misses,
        options={"ticks=": "how far to look back, in ticks"},
        details="The time is lived through again step by step. False sharing is told with both symbols.",
        group="look",
        example=("programs/kernel/threads.s", ("stepi 3000", "misses")),
    ),
    Command(
        "ledger",
        "Every cycle under its cause; they add up to the clock.",
        ledger,
        (HART,),
        group="look",
        example=(AFTER[0], (*AFTER[1], "ledger")),
    ),
    Command(
        "counters",
        "What the hardware counted.",
        counters,
        (Arg("pattern", "counter", optional=True, help="a name, a unit, or a pattern: dtlb, *miss*"),),
        options={"since": "only what was counted since `counters` was asked last"},
        group="look",
        example=(AFTER[0], (*AFTER[1], "counters dtlb")),
    ),
    Command(
        "stat",
        "The run so far in figures.",
        accounts.stat,
        aliases=("info stat",),
        group="look",
        example=(AFTER[0], (*AFTER[1], "stat")),
    ),
)
