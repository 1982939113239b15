"""One command for several threads or harts: thread apply, hart apply."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from emu.debug.command import Arg, Command
from emu.debug.parse import Parser
from emu.debug.view import Text, View
from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.session import Session
    from emu.debug.shell import Shell

NUMBERS = re.compile(r"(?:(?P<group>\d{1,9})\.)?(?:(?P<first>\d{1,9})(?:-(?P<last>\d{1,9}))?|\*)")
FLAGS = {"-q", "-c", "-s", "-ascending"}
MOST = 64  # threads that one command is run for
THREADS = "programs/kernel/threads.s"


def threads(session: Session) -> dict[int, int]:
    """pid: the process it belongs to, of all that have registers."""
    return {pid: task.tgid for pid, task in session.kernel.tasks.items() if task.mm is not None}


def harts(session: Session) -> dict[int, int]:
    """Those that run something."""
    running = session.kernel.sched.running
    return {number: 0 for number in range(len(session.machine.harts)) if running[number] is not None}


def chosen(known: dict[int, int], words: list[str], what: str) -> list[int]:
    """The numbers that words at the beginning mean; the words are taken off. EmuError if there are none of them."""
    if words and words[0] == "all":
        del words[0]
        return sorted(known, reverse=True)
    found: list[int] = []
    while words and (match := NUMBERS.fullmatch(words[0])):
        first, last = int(match["first"] or 0), int(match["last"] or match["first"] or 1 << 30)
        group = match["group"] and int(match["group"])
        mine = [each for each in sorted(known) if first <= each <= last and group in (None, known[each])]
        if not mine:
            there = ", ".join(map(str, sorted(known)[:20])) or f"no {what} runs"
            raise EmuError(f"there is no {what} {words[0]}", hint=f"there are: {there}")
        found += [each for each in mine if each not in found]
        del words[0]
    if not found:
        raise EmuError(f"which {what}s?", hint=f"{what} apply all COMMAND, or {what} apply 1 2-3 COMMAND")
    return found


def apply(shell: Shell, what: str, text: str) -> View:
    """The command's answer for each of them, one after the other; the selection is afterwards what it was."""
    session, words = shell.session, text.split(" ")
    words = [word for word in words if word]
    numbers = chosen(threads(session) if what == "thread" else harts(session), words, what)[:MOST]
    flags: set[str] = set()
    while words and words[0] in FLAGS:
        flags.add(words.pop(0))
    if not words:
        raise EmuError("the command is missing", hint=f"{what} apply all backtrace")
    if "-ascending" in flags:
        numbers.sort()
    view, before = View(f"{what} apply", []), (session.hart, session.pid, session.frame)
    try:
        for number in numbers:
            one(shell, view, what, number, " ".join(words), flags)
    finally:
        restore(session, *before)
    return view


def one(shell: Shell, view: View, what: str, number: int, line: str, flags: set[str]) -> None:
    """Add what the command answers for one of them."""
    session = shell.session
    row: dict[str, Any] = {what: number}
    try:
        (session.select_task if what == "thread" else session.select_hart)(number)
        task = session.task
        name = f" {task.comm}" if task is not None else ""
        answer = answered(shell, line)
        row["answer"] = answer.data if answer is not None else None
    except EmuError as error:
        if not flags & {"-c", "-s"}:
            raise
        if "-s" in flags:
            return
        row["error"], answer, name = error.message, View("error", None, [Text([error.message])]), ""
    if "-q" not in flags:
        view.blocks.append(Text([[(f"{what} {number}{name}", "head")]], plain=[f"{what} {number}"]))
    view.blocks += answer.blocks if answer is not None else []
    view.notes += [note for note in (answer.notes if answer is not None else ()) if note not in view.notes]
    view.data.append(row)


def answered(shell: Shell, line: str) -> View | None:
    """What a line leads to."""
    call = Parser(shell.registry, lambda: shell.session, shell.expand(line)).call()
    if {"shell", "block"} & set((call.command.extra or "").split()):
        raise EmuError(f"{call.command.name} can't be applied to several", hint="it is about the debugger itself")
    return shell.perform(call)


def restore(session: Session, hart: int, pid: int, frame: int) -> None:
    """Select what was selected, as far as it is still there."""
    session.hart = hart
    if pid in session.kernel.tasks:
        session.pid, session.frame = pid, frame
    else:
        session.choose(pid)


def handler(what: str) -> Callable[..., View]:
    """For threads or harts."""
    return lambda shell, text: apply(shell, what, text)


WHICH = "all, or numbers and ranges; then a command"
FLAGS_HELP = "As in gdb, -q leaves the headings out, -c goes on after a mistake, -s is silent about mistakes."
COMMANDS = (
    Command(
        "thread apply", "Run a command for several threads, the highest number first.", handler("thread"),
        (Arg("text", "rest", help=WHICH),), details=f"1.* is all threads of process 1. {FLAGS_HELP}",
        example=(THREADS, ("catch fork", "continue", "thread apply all print $pc")), group="run", extra="shell line",
    ),
    Command(
        "hart apply", "Run a command for several harts, each with the task that it runs.", handler("hart"),
        (Arg("text", "rest", help=WHICH),), details=f"Harts that are idle are left out. {FLAGS_HELP}",
        example=(THREADS, ("stepi 5", "hart apply all print $pc")), group="run", extra="shell line",
    ),
)  # fmt: skip
