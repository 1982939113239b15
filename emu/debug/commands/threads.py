"""Who there is: harts and tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.debug.command import Arg, Command
from emu.debug.control.report import stopped
from emu.debug.control.spans import line
from emu.debug.view import Table, View

if TYPE_CHECKING:
    from emu.debug.session import Session

COW = "programs/kernel/cow.s"


def hart(session: Session, number: int | None) -> View:
    """Select a hart, or show which one is."""
    if number is not None:
        session.select_hart(number)
    view = stopped(session, session.stop_here(), "hart")
    if session.kernel.sched.running[session.hart] is None:
        view.notes.append(f"hart {session.hart} is idle; pid {session.pid} is shown: info harts, ps say who runs where")
    return view


def info_harts(session: Session) -> View:
    """All harts."""
    rows, cells = [], []
    for number, each in enumerate(session.machine.harts):
        task = session.kernel.sched.running[number]
        pc = each.pc & session.kernel.xlen_mask
        row = {"hart": number, "pid": task.pid if task else None, "name": task.comm if task else "", "pc": pc}
        row |= {"symbol": session.symbolize(pc) if task else "", "cycle": each.cycle, "insns": each.instret}
        row["selected"] = number == session.hart
        rows.append(row)
        mark = ">" if row["selected"] else ""
        who = f"{task.pid} {task.comm}" if task else line(("idle", "dim"))
        where = line((f"{pc:#x}", "addr"), (f" <{row['symbol']}>" if row["symbol"] else "", "symbol"))
        cells.append([mark, str(number), who, where if task else "", f"{each.cycle:,}", f"{each.instret:,}"])
    return View(
        "info harts", rows, [Table(["", "hart", "runs", "pc", "cycle", "instructions"], cells, right=(1, 4, 5))]
    )


def thread(session: Session, pid: int | None) -> View:
    """Select a thread, or show which one is."""
    if pid is not None:
        session.select_task(pid)
    return stopped(session, session.stop_here(), "thread")


COMMANDS = (
    Command(
        "thread", "Select a thread by its pid, or show which one is.", thread, (Arg("pid", "pid", optional=True),),
        example=(COW, ("catch fork", "continue", "thread 2", "thread")), group="run",
    ),
    Command(
        "hart", "Select a hart, and the task that it runs.", hart, (Arg("number", "hart", optional=True),),
        example=(COW, ("stepi", "hart 0")), group="run",
    ),
    Command(
        "info harts", "All harts: what they run, where, and their clocks.", info_harts, (),
        details="Tasks are shown by ps.", example=(COW, ("stepi 5", "info harts")), group="run",
    ),
)  # fmt: skip
