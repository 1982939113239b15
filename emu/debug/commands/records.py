"""What has happened: faults, system calls, events, the bus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.debug.command import Arg, Command
from emu.debug.look import events as look_events
from emu.debug.look import faults as look_faults
from emu.debug.look import syscalls as look_syscalls
from emu.debug.look.options import small

if TYPE_CHECKING:
    from emu.debug.session import Session
    from emu.debug.view import View

TICKS = {"ticks=": "how far to look back, in ticks"}
DEMAND = "programs/demand.s"


def faults(session: Session, kind: str | None) -> View:
    """All, or of one kind."""
    return look_faults.faults(session, kind)


def syscalls(session: Session, names: list[str]) -> View:
    """All, or some."""
    return look_syscalls.syscalls(session, names or None)


def events(session: Session, filter: str | None, ticks: str | None) -> View:
    """Of some kinds."""
    count = small(ticks, "ticks")
    return look_events.events(session, filter, look_events.WINDOW if count is None else max(1, count))


def bus(session: Session, ticks: str | None) -> View:
    """Transactions."""
    count = small(ticks, "ticks")
    return look_events.bus(session, look_events.WINDOW if count is None else max(1, count))


COMMANDS = (
    Command(
        "faults",
        "The log of page faults: kind, address, instruction, area, what the kernel did, and its cost.",
        faults,
        (Arg("kind", "choice", optional=True, choices=look_faults.TYPES),),
        group="kernel",
        example=(DEMAND, ("stepi 60", "faults")),
    ),
    Command(
        "syscalls",
        "System calls so far, as strace shows them.",
        syscalls,
        (Arg("names", "syscall", optional=True, many=True),),
        aliases=("strace",),
        group="kernel",
        example=("programs/hello.s", ("continue", "syscalls")),
    ),
    Command(
        "events",
        "What the hardware and the kernel did lately, on one clock.",
        events,
        (Arg("filter", "event", optional=True, help="kinds or groups: walk,fault,bus,kernel"),),
        options=TICKS,
        group="look",
        example=(DEMAND, ("stepi 20", "events tlb,fault")),
    ),
    Command(
        "bus",
        "Transactions between the caches and memory lately: BusRd, BusRdX, BusUpgr, interventions, write-backs.",
        bus,
        options=TICKS,
        group="look",
        example=(DEMAND, ("stepi 20", "bus")),
    ),
)
