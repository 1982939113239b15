"""Is what stopped the engine what the user waits for? Matches a cause with the list of breaks and their conditions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from emu.debug.control import catches, frames, memory
from emu.debug.control.breaks import BREAK, CATCH, READ, WATCH, WRITE, Break
from emu.debug.control.endings import tgid_of
from emu.debug.control.planter import mappings, matches, runs
from emu.errors import EmuError
from emu.isa.abi import SP

if TYPE_CHECKING:
    from emu.debug.session import Session


class Verdict(NamedTuple):
    """The break that was met, and what there is to say about it."""

    row: Break
    detail: dict[str, Any]


@contextmanager
def looking_at(session: Session, hart: int, pid: int) -> Iterator[None]:
    """Evaluate something from the point of view of another hart and task."""
    before = session.hart, session.pid, session.frame, session.looked_at
    session.hart, session.pid, session.frame, session.looked_at = hart, pid, 0, None
    try:
        yield
    finally:
        session.hart, session.pid, session.frame, session.looked_at = before


def running(session: Session, hart: int) -> Any:
    """The task on a hart, or None."""
    return session.kernel.sched.running[hart]


def holds(session: Session, row: Break, hart: int, pid: int) -> str | bool:
    """Whether a condition is true now; the error's text when it can't be computed, which stops too."""
    if not row.condition:
        return True
    with looking_at(session, hart, pid):
        try:
            return session.value(row.condition).is_true
        except EmuError as error:
            return error.message


def at_breakpoint(session: Session, hart: int) -> Verdict | None:
    """The breakpoint that a hart stands at, if its condition holds; the user's own before the debugger's."""
    task = running(session, hart)
    if task is None or task.mm is None:
        return None
    pc = session.machine.harts[hart].pc & session.kernel.xlen_mask
    rows = [row for row in session.breaks.active(BREAK) if pc in row.addresses and runs(task.mm, row)]
    for row in sorted(rows, key=lambda row: (row.internal, not row.ends)):
        if matches(row, task.pid, task.tgid, hart) and deep_enough(session, row, hart):
            answer = holds(session, row, hart, task.pid)
            if answer:
                return Verdict(row, {"error": answer} if isinstance(answer, str) else {})
    return None


def deep_enough(session: Session, row: Break, hart: int) -> bool:
    """Whether the breakpoint's frame is the one that was meant."""
    sp = session.machine.harts[hart].x[SP] & session.kernel.xlen_mask
    if row.frame_cfa is not None:
        task = running(session, hart)
        with looking_at(session, hart, task.pid):
            return frames.cfa_of(session, frames.innermost(session)) in (row.frame_cfa, None)
    return row.frame_sp is None or sp >= row.frame_sp


def at_watchpoint(session: Session, hart: int, va: int, store: bool) -> Iterator[Break]:
    """The watchpoints that an access concerns, before it is made."""
    task = running(session, hart)
    va &= session.kernel.xlen_mask
    for row in session.breaks.active(WATCH):
        wanted = row.access & (WRITE if store else READ)
        if wanted and task is not None and matches(row, task.pid, task.tgid, hart) and touches(session, row, task, va):
            yield row


def touches(session: Session, row: Break, task: Any, va: int) -> bool:
    """Whether an access of at most eight bytes at `va` meets a watched range."""
    if not row.physical:
        return va < row.high and va + 8 > row.low
    return any(
        mm is task.mm and low < va + 8 and low + 4096 > va for mm, low in mappings(session.kernel, row.low >> 12)
    )


def watched_value(session: Session, row: Break) -> bytes | None:
    """What lies in a watched range now."""
    if row.physical:
        return session.read_physical(row.low, row.high - row.low)
    task = session.kernel.tasks.get(row.pid)
    return memory.read(session.kernel, task.mm if task is not None else None, row.low, row.high - row.low)


def kernel_wrote(session: Session, record: Any) -> bool:
    """Whether a system call that returns now has changed what is watched; what is there now is remembered."""
    tick, fresh = session.engine.tick, False
    behind, session.planter.last_tick = session.planter.last_tick, tick
    for row in session.planter.watches:
        now = watched_value(session, row)
        if row.access & WRITE and tick >= behind and None not in (row.value, now) and row.value != now:
            row.kernel = (row.value, now, record)
            fresh = True
        row.value = now
    return fresh


def by_kernel(session: Session, record: Any) -> Verdict | None:
    """The watchpoint whose place the kernel has written in the system call that ended."""
    for row in session.breaks.active(WATCH):
        told, row.kernel = row.kernel, None
        if told is None or told[2] is not record or not holds(session, row, record.hart, record.pid):
            continue
        old, new = (None if data is None else int.from_bytes(data, "little") for data in told[:2])
        who = f"the kernel, in {record.fields['name']}"
        return Verdict(row, {"access": "write", "address": row.low, "low": row.low, "old": old, "new": new, "by": who})
    return None


def at_record(session: Session, record: Any) -> Verdict | None:
    """The catchpoint that a record of the kernel satisfies."""
    for row in session.breaks.active(CATCH):
        if not matches(row, record.pid, tgid_of(session, record.pid), record.hart):
            continue
        if catches.wanted(row.catch, row.arguments, record.kind, record.fields):
            answer = holds(session, row, record.hart, record.pid)
            if answer:
                return Verdict(row, record_detail(record))
    return None


def record_detail(record: Any) -> dict[str, Any]:
    """What a record says, for people and JSON."""
    return {"kind": record.kind, "cycle": record.cycle, "pid": record.pid, **record.fields}


def at_event(session: Session, number: int, event: Any) -> Verdict | None:
    """The catchpoint whose filter of hardware events, by its place in the list, was met."""
    rows = [row for row in session.breaks.active(CATCH) for _ in catches.hardware(row.catch, row.arguments)]
    if not 0 <= number < len(rows):
        return None
    row = rows[number]
    hart = event.hart if event is not None else session.hart
    task = running(session, hart)
    pid = task.pid if task is not None else 0
    if row.hart not in (None, hart) or row.pid not in (None, pid, task.tgid if task is not None else None):
        return None
    if not holds(session, row, hart, pid):
        return None
    return Verdict(row, {} if event is None else event._asdict())
