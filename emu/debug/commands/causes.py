"""Why: chains of causes, what things cost, biographies, differences between two points in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.debug.command import Arg, Command
from emu.debug.look import compare, faults, history, replay
from emu.debug.look import explain as look_explain
from emu.debug.look import why as look_why
from emu.debug.look.options import small

if TYPE_CHECKING:
    from emu.debug.session import Session
    from emu.debug.view import View

TICKS = {"ticks=": "how far to look back, in ticks"}
PA = Arg("address", "expression", help="a physical address")
DEMAND = "programs/demand.s"


def why(session: Session, address: int | None, write: bool, execute: bool) -> View:
    """Of an access that might be made, or of the instruction just executed."""
    if address is None:
        return replay.why_last(session)
    return look_why.why_address(session, address, "write" if write else "execute" if execute else "read")


def why_fault(session: Session, n: int | None) -> View:
    """Of a fault of the log, lived through again."""
    return faults.why(session, n)


def back(ticks: str | None, otherwise: int) -> int:
    """--ticks."""
    found = small(ticks, "ticks")
    return otherwise if found is None else max(1, found)


def explain(session: Session, where: Any, ticks: str | None) -> View:
    """Of a place, or of the whole program."""
    count = back(ticks, look_explain.TICKS)
    if where is None:
        return look_explain.explain(session, lambda pc: True, "the whole program", count, dearest=True)
    return look_explain.explain(session, look_explain.place_of(session, where), getattr(where, "text", ""), count)


def history_line(session: Session, address: int, ticks: str | None) -> View:
    """Of a cache line."""
    return history.line(session, address, back(ticks, history.WINDOW))


def history_frame(session: Session, pfn: int, ticks: str | None) -> View:
    """Of a frame."""
    return history.frame(session, pfn, back(ticks, history.WINDOW))


def history_page(session: Session, address: int, pid: str | None, ticks: str | None) -> View:
    """Of a page, which is that of its entry in the page table."""
    return history.page(session, address, small(pid, "pid"), back(ticks, history.WINDOW))


def diff(session: Session, first: str, second: str | None) -> View:
    """Of two points."""
    return compare.diff(session, first, second)


CHAIN = """One chain over all layers: the address cut into table indices, each TLB, each page-table entry with the cache
that held it, the cache line and its MESI messages, the fault with its area, path and frame; the cycles of each link
add up. `why ADDRESS` foretells a load by the selected task (--write a store, --execute a fetch); nothing is touched.
`why` alone lives once more through the instruction just executed, and adds what the pipeline and the kernel took."""

COMMANDS = (
    Command(
        "why",
        "Why an access costs what it costs: one chain over all layers, with the cycles of each link.",
        why,
        (Arg("address", "expression", optional=True, help="a virtual address; without one the last instruction"),),
        options={"write": "a store instead of a load", "execute": "a fetch instead of a load"},
        details=CHAIN,
        group="look",
        example=(DEMAND, ("stepi 50", "why $sp")),
    ),
    Command(
        "why fault",
        "Why a page fault happened, and where its cycles went.",
        why_fault,
        (Arg("n", "number", optional=True, help="its number in `faults`; the last one without"),),
        group="look",
        example=(DEMAND, ("stepi 50", "why fault")),
    ),
    Command(
        "why cycle",
        "Where the cycles of the instruction just executed went.",
        replay.why_last,
        group="look",
        example=(DEMAND, ("stepi 50", "why cycle")),
    ),
    Command(
        "why next",
        "What the next instruction will meet.",
        look_why.why_next,
        group="look",
        example=(DEMAND, ("stepi 48", "why next")),
    ),
    Command(
        "explain cycles",
        "What a function, a line or an address cost: by cause, by line and by instruction, exactly.",
        explain,
        (Arg("where", "location", optional=True, help="a symbol, file:line or *address; the whole program without"),),
        options=TICKS,
        details="The last 100,000 ticks are lived through again step by step; --ticks=N looks further back.",
        group="look",
        example=(DEMAND, ("stepi 200", "explain cycles touch")),
    ),
    Command(
        "history line",
        "What happened to the cache line at a physical address.",
        history_line,
        (PA,),
        options=TICKS,
        group="look",
        example=(DEMAND, ("stepi 50", "history line 0x3180")),
    ),
    Command(
        "history frame",
        "Who had a frame of memory, and what the kernel did with it.",
        history_frame,
        (Arg("pfn", "expression", help="a frame number"),),
        options=TICKS,
        group="look",
        example=(DEMAND, ("stepi 50", "history frame 16")),
    ),
    Command(
        "history page",
        "What became of the page at an address: mapped, copied, swapped, its bits.",
        history_page,
        (Arg("address", "expression", help="a virtual address"),),
        aliases=("history pte",),
        options={"pid=": "of another process", **TICKS},
        group="look",
        example=(DEMAND, ("stepi 50", "history page $s0")),
    ),
    Command(
        "diff",
        "What is different at two points in time: registers, memory, page tables, counters, cycles.",
        diff,
        (Arg("first", "moment", help="a tick, -100, start, end or now"), Arg("second", "moment", optional=True)),
        details="A point is a tick, -100 (ticks before now), start, end or now; without a second one it is now.",
        group="time",
        example=(DEMAND, ("stepi 20", "diff start")),
    ),
)
