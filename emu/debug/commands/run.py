"""Beginning and ending: run, restart, kill, attach, detach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.debug.command import Arg, Command
from emu.debug.control.report import stopped
from emu.debug.view import View

if TYPE_CHECKING:
    from emu.debug.session import Session


def run(session: Session) -> View:
    """Go on from the start; from the beginning anew if it has moved."""
    return stopped(session, session.run(), "run")


def start(session: Session) -> View:
    """To where the program's own code begins."""
    if session.engine.tick != session.engine.start_tick:
        session.restart()
    if "main" not in session.symbols.by_name:
        return stopped(session, session.stop_here(), "start")
    return stopped(session, session.advance(session.resolve("main")), "start")


def restart(session: Session) -> View:
    """A fresh machine, before the first instruction."""
    return stopped(session, session.restart(), "restart")


def kill(session: Session, pid: int | None) -> View:
    """SIGKILL to a process."""
    return stopped(session, session.kill(pid), "kill")


def attach(session: Session, pid: int) -> View:
    """Select a task."""
    session.select_task(pid)
    return stopped(session, session.stop_here(), "attach")


COMMANDS = (
    Command(
        "run", "Run the program from its beginning until something is met.", run, (), ("r",),
        details="If it has run already, it is started anew first; breakpoints stay.",
        example=("programs/hello.s", ("run",)), group="run",
    ),
    Command(
        "start", "Run from the beginning to main; without one, stand at the program's first instruction.", start,
        example=("programs/hello.s", ("run", "start")), group="run",
    ),
    Command(
        "restart", "Start anew: a fresh machine and kernel, standing before the program's first instruction.", restart,
        example=("programs/hello.s", ("run", "restart")), group="run",
    ),
    Command(
        "kill", "Kill a process: it gets SIGKILL at once.", kill,
        (Arg("pid", "pid", optional=True, help="the selected one if not given"),),
        details="A change of what would have happened: the recorded future is lost; back goes to before it.",
        example=("programs/spin.s", ("stepi 10", "kill")), group="run",
    ),
    Command(
        "attach", "Select a task by its pid: registers, memory, frames and steps are that task's.", attach,
        (Arg("pid", "pid"),), ("task select", "inferior"),
        example=("programs/kernel/cow.s", ("catch fork", "continue", "attach 2")), group="run",
    ),
)  # fmt: skip
