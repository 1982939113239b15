"""Going forwards: step, next, stepi, nexti, finish, until, advance, continue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.debug.command import Arg, Command
from emu.debug.control.report import stopped
from emu.debug.view import View
from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.session import Session

COUNT = (Arg("n", "number", optional=True, help="how many times; negative goes back"),)
MOST = 10_000_000
ASM = "programs/fib.s"


def counted(name: str) -> Any:
    """The handler of a step that takes a count."""

    def handler(session: Session, n: int | None) -> View:
        count = 1 if n is None else n
        if abs(count) > MOST:
            raise EmuError(f"{count:,} steps would take too long", hint="goto insn N goes to any point at once")
        return stopped(session, getattr(session, name)(count), name)

    return handler


def step(session: Session, n: int | None, stages: bool) -> View:
    """A line; with --stages one instruction, and what each stage of the pipeline did."""
    if stages:
        if n not in (None, 1):
            raise EmuError("--stages shows one instruction at a time", hint="step --stages, then Enter for the next")
        from emu.debug.look.stages import stages as show_stages

        return show_stages(session)
    return counted("step")(session, n)


def finish(session: Session) -> View:
    """Out of the selected frame."""
    return stopped(session, session.finish(), "finish")


def until(session: Session, location: Any) -> View:
    """Past this line, or to a place."""
    return stopped(session, session.until(location), "until")


def advance(session: Session, location: Any) -> View:
    """To a place."""
    return stopped(session, session.advance(location), "advance")


def go_on(session: Session, n: int | None, hart: str | None) -> View:
    """Go on; n: pass the breakpoint that stands here n - 1 times more."""
    if n is not None and n < 1:
        raise EmuError(f"{n} hits: give a count from 1 on", hint="reverse-continue goes back")
    if n is not None and n > 1:
        session.ignore_here(n - 1)
    if hart is not None:
        return stopped(session, session.cont_alone(hart), "continue")
    return stopped(session, session.cont(), "continue")


COMMANDS = (
    Command(
        "step", "Run to the beginning of another source line, into functions that are called.", step, COUNT, ("s",),
        {"stages": "one instruction, stage by stage: fetch, decode, execute, memory, write-back"},
        details="Functions whose source is not at hand are stepped over. Other tasks and harts run as they would.",
        example=(ASM, ("break fib", "continue", "step")), repeats=True, group="run",
    ),
    Command(
        "next", "Run to the next source line; calls count as part of the line.", counted("next"), COUNT, ("n",),
        example=(ASM, ("next 3",)), repeats=True, group="run",
    ),
    Command(
        "stepi", "Run one instruction of the selected task.", counted("stepi"), COUNT, ("si",),
        details="A system call counts as one instruction, however long it waits. A page fault costs time but no step.",
        example=(ASM, ("stepi 2",)), repeats=True, group="run",
    ),
    Command(
        "nexti", "Run one instruction; a call counts with all that it calls.", counted("nexti"), COUNT, ("ni",),
        example=(ASM, ("stepi 3", "nexti")), repeats=True, group="run",
    ),
    Command(
        "finish", "Run until the selected frame's function returns, and show what it returned.", finish, (), ("fin",),
        example=(ASM, ("break fib", "continue", "finish")), repeats=True, group="run",
    ),
    Command(
        "until", "As next, but never back in a loop; with a location, run there or until the function returns.", until,
        (Arg("location", "location", optional=True),), ("u",),
        example=(ASM, ("break fib", "continue", "until 36")), repeats=True, group="run",
    ),
    Command(
        "advance", "Run until the selected task comes to a location, or its function returns.", advance,
        (Arg("location", "location"),), example=(ASM, ("advance fib",)), group="run",
    ),
    Command(
        "continue", "Go on until a breakpoint, watchpoint or catchpoint is met, or the program ends.", go_on,
        (Arg("n", "number", optional=True, help="stop only at the n-th hit of the breakpoint that stands here"),),
        ("c", "cont"), {"hart=": "let only this hart run"},
        details="With --hart=1 all other harts stand still: a change of what would have happened, not a way to look.",
        example=(ASM, ("break fib", "continue", "continue 2")), repeats=True, group="run",
    ),
)  # fmt: skip
