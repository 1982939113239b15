"""Tasks: who lives, what they hold and wait for; /proc."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.debug.command import Arg, Command
from emu.debug.look import files, processes
from emu.debug.look import proc as look_proc
from emu.debug.look import sched as look_sched
from emu.debug.look import signals as look_signals

if TYPE_CHECKING:
    from emu.debug.session import Session
    from emu.debug.view import View

PID = Arg("pid", "pid", optional=True)


def task(session: Session, pid: int | None) -> View:
    """One task."""
    return processes.task(session, pid)


def fd(session: Session, pid: int | None) -> View:
    """Open files."""
    return files.fd(session, pid)


def sched(session: Session) -> View:
    """Harts, queues, timers."""
    return look_sched.sched(session)


def signals(session: Session, pid: int | None) -> View:
    """Signal actions."""
    return look_signals.signals(session, pid)


def proc(session: Session, path: str | None) -> View:
    """A file of /proc."""
    return look_proc.proc(session, path or "")


COMMANDS = (
    Command(
        "ps",
        "All tasks and kernel threads.",
        processes.ps,
        (),
        aliases=("info tasks", "info threads", "info inferiors"),
        group="kernel",
        example=("programs/hello.s", ("ps",)),
    ),
    Command(
        "task",
        "Everything about one task.",
        task,
        (PID,),
        ("info proc",),
        group="kernel",
        example=("programs/hello.s", ("task",)),
    ),
    Command("fd", "The open files of a process.", fd, (PID,), group="kernel", example=("programs/hello.s", ("fd",))),
    Command(
        "sched",
        "What each hart runs, who is ready, who waits for what.",
        sched,
        (),
        group="kernel",
        example=("programs/hello.s", ("sched",)),
    ),
    Command(
        "signals",
        "What a process does about signals, and what is pending.",
        signals,
        (PID,),
        aliases=("info signals", "info handle"),
        group="kernel",
        example=("programs/hello.s", ("signals",)),
    ),
    Command(
        "futex",
        "Words that somebody waits on.",
        look_signals.futex,
        (),
        group="kernel",
        example=("programs/hello.s", ("futex",)),
    ),
    Command(
        "proc",
        "A file of /proc, as the program would read it now.",
        proc,
        (Arg("path", "procfile", optional=True, help="meminfo, self/maps, sys/vm/swappiness"),),
        group="kernel",
        example=("programs/hello.s", ("proc self/maps",)),
    ),
)
