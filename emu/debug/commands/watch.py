"""Watchpoints and catchpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.debug.command import Arg, Command
from emu.debug.commands.breaks import described
from emu.debug.control import setting_breaks
from emu.debug.control.breaks import ACCESS, READ, WRITE
from emu.debug.control.catches import CATCHES
from emu.debug.view import Table, View

if TYPE_CHECKING:
    from emu.debug.session import Session

OPTIONS = {
    "location": "the place as it is now: it stays when the call ends whose variables it names; -l as in gdb",
    "length=": "so many bytes", "physical": "the expression is a physical address, whoever maps it",
    "hart=": "only by this hart",
    "ignore=": "do not stop the first N times",
}  # fmt: skip
WHAT = (
    Arg("expression", "rest", help="what is in memory: a variable, *ADDRESS, a symbol; then perhaps `if` CONDITION"),
)


def watcher(access: int) -> Any:
    """The handler of one of the three."""

    def handler(
        session: Session, expression: str, length: str | None, physical: bool, location: bool, **options: str | None
    ) -> View:
        text, condition = split_condition(expression)
        head, _, rest = text.partition(" ")
        text, location = (rest.strip(), True) if head in ("-l", "-location") else (text, location)
        count = None if length is None else setting_breaks.whole("length", length)
        row = setting_breaks.add_watch(session, text, access, count, physical, condition, options, location)
        return described(session, row)

    return handler


def split_condition(text: str) -> tuple[str, str]:
    """What stands before and behind ` if `."""
    head, _, tail = f" {text} ".partition(" if ")
    return head.strip(), tail.strip()


def catch(session: Session, what: str | None, arguments: str | None, **options: str | None) -> View:
    """One that stays; without anything, what there is to catch."""
    if what is None:
        rows = [[[(name, "insn")], each.argument, each.meaning] for name, each in CATCHES.items()]
        data = {name: {"argument": each.argument, "meaning": each.meaning} for name, each in CATCHES.items()}
        return View("catch", data, [Table(["catch", "argument", "what"], rows)])
    words, condition = split_condition(arguments or "")
    row = setting_breaks.add_catch(session, what, words.split(), False, condition, options)
    return described(session, row)


def tcatch(session: Session, what: str, arguments: str | None, **options: str | None) -> View:
    """One that goes when it is met."""
    words, condition = split_condition(arguments or "")
    return described(session, setting_breaks.add_catch(session, what, words.split(), True, condition, options))


DETAILS = (
    "It stops behind the access and shows the old and the new value. Writes by the kernel (a system call's buffer) are "
    "noticed when it returns. Other processes have other memory: the watchpoint is of the selected one. One that names "
    "local variables is deleted when their call ends, or when time goes back to before it."
)
CATCH_ARGS = (
    Arg("what", "choice", optional=True, choices=tuple(CATCHES)),
    Arg("arguments", "caught", optional=True, help="what narrows it; then perhaps `if` CONDITION"),
)
NARROW = {"hart=": "only on this hart", "pid=": "only in this process", "ignore=": "do not stop the first N times"}

COMMANDS = (
    Command(
        "watch", "Stop when the value of something in memory changes.", watcher(WRITE), WHAT, (), OPTIONS,
        details=DETAILS,
        example=("programs/fib.s", ("watch *($sp - 8)", "continue")), group="stop",
    ),
    Command(
        "rwatch", "Stop when something in memory is read.", watcher(READ), WHAT, (), OPTIONS,
        example=("programs/args.s", ("rwatch *$sp", "continue")), group="stop",
    ),
    Command(
        "awatch", "Stop when something in memory is read or written.", watcher(ACCESS), WHAT, (), OPTIONS,
        example=("programs/demand.s", ("awatch *($sp - 8)", "continue", "continue")), group="stop",
    ),
    Command(
        "catch", "Stop at an event of the kernel or of the hardware; alone, list what there is.", catch, CATCH_ARGS, (),
        NARROW, details="The hardware's events stop behind the instruction, the kernel's when it has done "
        "its work; a system call before it is made.",
        example=("programs/null_deref.s", ("catch fault invalid", "continue")), group="stop",
    ),
    Command(
        "tcatch", "As catch, once.", tcatch, (Arg("what", "choice", choices=tuple(CATCHES)), CATCH_ARGS[1]), (), NARROW,
        example=("programs/hello.s", ("tcatch syscall write", "continue")), group="stop",
    ),
)  # fmt: skip
