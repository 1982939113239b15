"""How long a watchpoint on a local variable is valid: as long as the call lives whose frame holds the variable.

As in gdb ("Setting Watchpoints"): when the program leaves the block in which the expression is valid, forwards by
returning, backwards to before the call, the watchpoint is deleted, and that is a stop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from emu.debug.control import calls, frames
from emu.debug.control.breaks import BREAK, CATCH, WATCH, Break
from emu.debug.control.judge import looking_at
from emu.isa.abi import SP

if TYPE_CHECKING:
    from emu.debug.control.frames import Frame
    from emu.debug.control.stop import Stop
    from emu.debug.session import Session


class Lifetime(NamedTuple):
    """A call of `function` (its first address) by a task: its frame's end, and where its caller is then.

    edges: where the caller goes on, and the call itself; sp: the stack of the caller there.
    """

    pid: int
    cfa: int
    function: int
    sp: int
    edges: tuple[int, ...]


def of_frame(session: Session) -> Lifetime | None:
    """Of the selected frame; None where nobody will ever return: the watchpoint stays until the program ends."""
    caller = session.returns_to()
    frame = session.current_frame()
    cfa, symbol = frames.cfa_of(session, frame), session.function_symbol(frame.lookup_pc)
    if caller is None or cfa is None or symbol is None:
        return None
    edges = (caller.pc, *calls.call_sites(session, caller.pc))
    return Lifetime(session.pid, cfa, symbol.start, caller.registers.get(SP, 0), edges)


def begin(session: Session, row: Break) -> None:
    """Stop where the watchpoint's block is left."""
    life = row.lifetime
    if life is not None:
        edge = session.breaks.add(BREAK, "", addresses=list(life.edges), pid=life.pid, internal=True)
        edge.frame_sp, edge.ends = life.sp, row.number
        session.breaks.touch()


def is_over(session: Session, row: Break) -> bool:
    """Whether the call is not among the task's frames; a lost trail, or the end of the task, proves nothing."""
    life = row.lifetime
    task = session.kernel.tasks.get(life.pid) if life is not None else None
    if life is None or task is None or task.mm is None:
        return False
    with looking_at(session, session.hart, life.pid):
        for frame in frames.returning(session):
            if is_same(session, frame, life):
                return False
            if frame.cfa is not None and frame.cfa > life.cfa:
                return True
        return frames.innermost(session).registers[SP] >= life.sp


def is_same(session: Session, frame: Frame, life: Lifetime) -> bool:
    """Whether a frame is that call."""
    symbol = session.function_symbol(frame.lookup_pc)
    return frame.cfa == life.cfa and symbol is not None and symbol.start == life.function


def expire(session: Session) -> list[Break]:
    """Take out the watchpoints whose block has been left."""
    gone = [row for row in session.breaks if row.lifetime is not None and is_over(session, row)]
    for row in gone:
        session.breaks.remove(row)
    return gone


class Lifetimes:
    """The part of a Session that says what kind of stop a break makes, and ends watchpoints."""

    def reason_of(self: Any, row: Break) -> str:
        """What kind of stop a break makes."""
        if row.ends or is_over(self, row):
            return "scope"
        return "location" if row.internal else {WATCH: "watchpoint", CATCH: "catch"}.get(row.kind, "breakpoint")

    def last_look(self: Any, stop: Stop) -> Stop:
        """A stop that the user will see: watchpoints whose block has been left end here."""
        self.met_last = stop.tick, stop.breakpoint
        gone = [{"number": row.number, "expression": row.spec} for row in expire(self)]
        if gone:
            stop.detail["ended"] = gone
            stop.breakpoint = None if stop.reason == "scope" else stop.breakpoint
        return stop
