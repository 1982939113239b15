"""Against time: back, reverse-step and its kin, goto, save, load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.debug.command import Arg, Command
from emu.debug.control import hung
from emu.debug.control.report import stopped
from emu.debug.control.travel import POINTS
from emu.debug.view import Facts, View
from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.session import Session

COUNT = (Arg("n", "number", optional=True, help="how many times"),)
FIB = "programs/fib.s"
MOST = 1_000_000
FOREVER = 1 << 60


def reversed_(name: str, most: int = MOST) -> Any:
    """The handler of a step backwards."""

    def handler(session: Session, n: int | None) -> View:
        if n is not None and not 0 < n <= most:
            raise EmuError(
                f"{n:,} steps back: give a count from 1 to {most:,}", hint="goto insn N goes to any point at once"
            )
        return stopped(session, getattr(session, name)(1 if n is None else n, reverse=True), f"reverse-{name}")

    return handler


def reverse_finish(session: Session) -> View:
    """To the call."""
    return stopped(session, session.finish(reverse=True), "reverse-finish")


def reverse_continue(session: Session, n: int | None) -> View:
    """To the last stop; n: pass the breakpoint that stands here n - 1 times more."""
    if n is not None and n < 1:
        raise EmuError(f"{n} hits: give a count from 1 on", hint="continue goes forwards")
    number = session.break_here().number if n is not None and n > 1 else None
    stop = session.cont(reverse=True)
    for _ in range((n or 1) - 1):
        if stop.breakpoint != number:
            break
        stop = session.cont(reverse=True)
    return stopped(session, stop, "reverse-continue")


def goto(session: Session, point: str, n: int | None) -> View:
    """A point in time."""
    if n is None and point not in ("start", "end"):
        raise EmuError(f"goto {point} needs a number", hint=f"goto {point} 1000")
    if n is not None and point in ("start", "end"):
        raise EmuError(f"goto {point} takes no number", hint=f"goto {point}, or goto tick {n}")
    if n is not None and n < 0:
        raise EmuError(f"there is no {point} {n}", hint="back N goes N instructions back")
    return stopped(session, session.goto(point, n or 0), "goto")


def save(session: Session, file: str) -> View:
    """All of it into a file."""
    session.save(file)
    data = {"file": file, "tick": session.engine.tick}
    return View("save", data, [Facts([("saved", file), ("at tick", f"{session.engine.tick:,}")])])


def load(session: Session, file: str) -> View:
    """All of it from a file."""
    view = stopped(session, session.load(file), "load")
    view.blocks += hung.listed(session.breaks)
    return view


def info_time(session: Session) -> View:
    """Where we are in time."""
    engine = session.engine
    data = {
        "tick": engine.tick,
        "start": engine.start_tick,
        "end": engine.end_tick,
        "cycle": engine.cycle,
        "insns": engine.insns,
    }
    names = {"tick": "tick", "start": "first tick", "end": "furthest tick", "cycle": "cycle", "insns": "instructions"}
    return View("info time", data, [Facts([(text, f"{data[key]:,}") for key, text in names.items()])])


COMMANDS = (
    Command(
        "back", "Undo the selected task's last instruction, or the last n.", reversed_("stepi", FOREVER), COUNT,
        ("reverse-stepi", "rsi", "bs"),
        details="Machine, kernel, files, timers, random numbers and output go back together.",
        example=(FIB, ("stepi 5", "back 2")), repeats=True, group="time",
    ),
    Command(
        "reverse-nexti", "Undo one instruction; a call with all that it called.", reversed_("nexti"), COUNT, ("rni",),
        example=(FIB, ("stepi 3", "nexti", "reverse-nexti")), repeats=True, group="time",
    ),
    Command(
        "reverse-step", "Back to the beginning of the line before, into functions that were called.", reversed_("step"),
        COUNT, ("rs",), example=(FIB, ("break fib", "continue", "reverse-step")), repeats=True, group="time",
    ),
    Command(
        "reverse-next", "Back to the beginning of the line before; calls count as part of it.", reversed_("next"),
        COUNT,
        ("rn",), example=(FIB, ("next 5", "reverse-next 2")), repeats=True, group="time",
    ),
    Command(
        "reverse-finish", "Back to the call of the selected frame's function.", reverse_finish, (), ("rfin",),
        example=(FIB, ("break fib", "continue", "step 4", "reverse-finish")), repeats=True, group="time",
    ),
    Command(
        "reverse-continue", "Back to the last time that a breakpoint, watchpoint or catchpoint was met.",
        reverse_continue,
        (Arg("n", "number", optional=True, help="stop only at the n-th hit of the breakpoint that stands here"),),
        ("rc", "bc"), details="Also after the program has ended or crashed. Without any, to the start.",
        example=(FIB, ("break fib", "continue", "continue", "continue", "reverse-continue")), repeats=True,
        group="time",
    ),
    Command(
        "goto", "Go to a tick, cycle, instruction, event, fault or system call by number, to the start or the end.",
        goto,
        (Arg("point", "choice", choices=POINTS), Arg("n", "number", optional=True)),
        details="A tick is an instruction of any hart or an entry of the kernel. The end: the furthest one reached. "
        "A point beyond the end of the program is refused.",
        example=(FIB, ("goto insn 100", "goto start", "goto end")), group="time",
    ),
    Command(
        "save", "Save the whole system, as it is now, to a file.", save, (Arg("file", "file"),),
        details="The file holds what was typed and changed, not the memory: to load it is to live through it again. "
        "Breakpoints, watchpoints, catchpoints, displays and $names are in it, and replace those of who loads it.",
        example=(FIB, ("stepi 5", "save /dev/null")), group="time",
    ),
    Command(
        "load", "Go on from a saved file. What was recorded before is lost.", load, (Arg("file", "file"),),
        details="The commands of its breakpoints are shown, and run only after `enable commands`.",
        example=(FIB, ("stepi 5",)), group="time",
    ),
    Command(
        "info time", "Where in time we are: ticks, cycles and instructions.", info_time, (),
        example=(FIB, ("stepi 5", "info time")), group="time",
    ),
)  # fmt: skip
