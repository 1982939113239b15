"""How an address is found: page walk, TLBs, caches, coherence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.debug.command import Arg, Command
from emu.debug.look import coherence, hardware
from emu.debug.look import walk as look_walk
from emu.debug.look.options import pid_of, small
from emu.debug.look.words import LEVELS, UNITS
from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.session import Session
    from emu.debug.view import View


def walk(session: Session, address: int, pid: str | None) -> View:
    """In the selected task's page table, or another's."""
    return look_walk.walk(session, address, pid_of(pid))


def tlb(session: Session, hart: int | None, unit: str | None) -> View:
    """Of a hart, all three or one."""
    return hardware.tlb(session, hart, unit)


def cache(session: Session, level: str | None, hart: int | None, **options: Any) -> View:
    """One cache, or one set of it."""
    return hardware.cache(session, level or "l1d", hart, small(options.get("set"), "set"))


def line(session: Session, address: int, virtual: bool) -> View:
    """By physical address; --virtual translates first."""
    return coherence.line(session, to_physical(session, address) if virtual else address)


def to_physical(session: Session, address: int) -> int:
    """Through the selected task's page table. EmuError where nothing is mapped."""
    found = look_walk.walk(session, address).data
    if found["pa"] is None:
        raise EmuError(
            f"{address:#x} is {found['state']}: it has no physical address", hint=f"`walk {address:#x}` shows why"
        )
    return found["pa"]


def mesi(session: Session, shared: bool) -> View:
    """Every line that matters for coherence."""
    return coherence.mesi(session, shared)


COMMANDS = (
    Command(
        "walk",
        "How an address is translated: each table entry, the page, and what each access would meet.",
        walk,
        (Arg("address", "expression", help="a virtual address: $sp, buffer, 0x12000"),),
        aliases=("vtop",),
        options={"pid=": "in another process"},
        group="look",
        details="Nothing is touched: no A bit is set, no TLB entry made. `kernel`: a system call with the address.",
        example=("programs/hello.s", ("walk $sp",)),
    ),
    Command(
        "tlb",
        "The entries of a hart's TLBs.",
        tlb,
        (Arg("hart", "hart", optional=True), Arg("unit", "choice", optional=True, choices=UNITS)),
        aliases=("tlbd",),
        group="look",
        example=("programs/hello.s", ("stepi 5", "tlb")),
    ),
    Command(
        "cache",
        "The lines of a cache: set, way, tag, state, age, and whose they are.",
        cache,
        (Arg("level", "choice", optional=True, choices=LEVELS), Arg("hart", "hart", optional=True)),
        options={"set=": "only this set"},
        group="look",
        example=("programs/hello.s", ("stepi 5", "cache l1i")),
    ),
    Command(
        "line",
        "Every copy of the line at a physical address.",
        line,
        (Arg("address", "expression", help="a physical address; with --virtual a virtual one"),),
        options={"virtual": "the address is virtual"},
        group="look",
        example=("programs/hello.s", ("stepi 5", "line --virtual $pc")),
    ),
    Command(
        "mesi",
        "Lines that several harts have, or one has modified.",
        mesi,
        (),
        options={"shared": "only lines that several harts have"},
        group="look",
        example=("programs/bench/sharing.s", ("stepi 2000", "mesi")),
    ),
)
