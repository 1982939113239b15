"""What panes show. Most are the answer to a command line, asked anew at every stop; a few are drawn to fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from emu.debug import draw
from emu.debug.draw import Spans
from emu.debug.look.memory import memory
from emu.debug.look.regfile import registers_of
from emu.debug.parse import Parser
from emu.debug.tui import code, grid
from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.tui.screen import Screen


@dataclass(slots=True)
class Drawn:
    """Lines, and the one that must be in sight (None: stay where the user has scrolled; -1: the end)."""

    lines: list[Spans] = field(default_factory=list)
    focus: int | None = None


class Pane(NamedTuple):
    """A command line to ask, or a function that draws; and what it is for.

    log     its end is in sight
    costly  it may live through everything again: it is asked in the background, as any unknown line is
    """

    line: str
    meaning: str
    draw: Callable[[Screen, int], Drawn] | None = None
    log: bool = False
    costly: bool = False


def answer(screen: Screen, width: int) -> Drawn:
    """Commands and their answers."""
    return Drawn(screen.transcript(width), -1)


def output(screen: Screen, width: int) -> Drawn:
    """What the program wrote, folded."""
    lines = screen.output.split("\n")[-2000:]
    return Drawn([part for line in lines for part in draw.wrap([(line, "guest")], max(width, 1))], -1)


def walk(screen: Screen, width: int) -> Drawn:
    """The walk of the address that the instruction at pc is about to touch, else of pc."""
    return ask(screen, f"walk {code.data_address(screen.session):#x}", width)


def stack(screen: Screen, width: int) -> Drawn:
    """Words at sp, and what they point at."""
    return Drawn(draw.lines(memory(screen.session, registers_of(screen.session).x[2], "32a"), width))


PANES: dict[str, Pane] = {
    "source": Pane("", "the source around pc", lambda screen, width: Drawn(*code.source(screen.session))),
    "code": Pane("", "the instructions around pc", lambda screen, width: Drawn(*code.code(screen.session, width))),
    "registers": Pane("", "registers, changed ones marked", lambda screen, width: Drawn(grid.registers(screen, width))),
    "stack": Pane("", "words from sp on", stack),
    "memory": Pane(
        "", "the bytes where the last x command looked", lambda screen, width: Drawn(grid.memory(screen, width))
    ),
    "answers": Pane("", "commands and their answers", answer),
    "output": Pane("", "what the program wrote", output),
    "walk": Pane("", "the walk of the address that the next instruction touches", walk),
    "tlb": Pane("tlb", "the TLBs"),
    "l1d": Pane("cache l1d", "the data cache with MESI states"),
    "l1i": Pane("cache l1i", "the instruction cache"),
    "l2": Pane("cache l2", "the second-level cache"),
    "mesi": Pane("mesi", "lines that several harts hold"),
    "faults": Pane("faults", "the log of page faults", log=True, costly=True),
    "processes": Pane("ps", "processes and threads"),
    "areas": Pane("vmmap", "memory areas"),
    "syscalls": Pane("syscalls", "system calls", log=True, costly=True),
    "cycles": Pane("ledger", "where the cycles went"),
    "frames": Pane("frames", "physical memory by owner"),
    "calls": Pane("backtrace", "who called whom"),
    "stops": Pane("info breakpoints", "breakpoints, watchpoints, catchpoints"),
}


def pane_of(name: str) -> Pane:
    """A pane by name, or for a command line."""
    return PANES.get(name) or Pane(name, "", costly=True)


def drawn(screen: Screen, name: str, width: int) -> Drawn:
    """A pane's lines; any command line is a pane, too. What can't be had says why."""
    pane = pane_of(name)
    try:
        if pane.draw:
            return pane.draw(screen, width)
        found = ask(screen, pane.line, width)
        return Drawn(found.lines, -1) if pane.log else found
    except EmuError as error:
        return Drawn([[(error.message, "dim")], [(error.hint, "dim")]])
    except Exception as error:  # a view's bug must not take the screen down
        return Drawn([[(f"internal error: {type(error).__name__}: {error}", "bad")]])


def ask(screen: Screen, line: str, width: int) -> Drawn:
    """The answer to a command line."""
    call = Parser(screen.shell.registry, lambda: screen.session, line).call()
    view: Any = screen.shell.perform(call)
    return Drawn(draw.lines(view, width, gently=True))
