"""Running: ?, vCont, c, s, bs, bc. Their reply is the stop that ends them.

A signal stops before it is delivered, so that the program can be looked at where it went wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.debug.gdb import events, points, threads
from emu.debug.gdb.events import GDB_SIGNALS, signal_of

if TYPE_CHECKING:
    from emu.debug.control.stop import Stop
    from emu.debug.gdb.stub import Stub

SIGINT, SIGTRAP, SIGKILL = 2, 5, 9


def signal_name(number: int) -> int:
    """gdb's number of a signal."""
    return GDB_SIGNALS.get(number, number)


def why(stub: Stub, rest: bytes) -> bytes:
    """?: how it stopped last."""
    return ended(stub) or stopped(stub, SIGTRAP, b"")


def resume(stub: Stub, rest: bytes) -> bytes:
    """vCont;ACTION[:THREAD]…: a step of one thread, or everybody goes on."""
    if stub.session.kernel.exit is not None and stub.attached and stub.attached - stub.over:
        return the_end(stub)
    for action in rest.split(b";"):
        verb, _, thread = action.partition(b":")
        pid = threads.parse(thread)[1] if thread else None
        if verb[:1] in b"sSr" and verb:
            if pid in threads.living(stub):
                stub.session.select_task(pid)
            return reply(stub, step_range(stub, verb[1:]) if verb[:1] == b"r" else step(stub))
    return reply(stub, forward(stub))


def step(stub: Stub) -> Stop:
    """One instruction of the selected thread."""
    return with_events(stub, stub.session.stepi)


def forward(stub: Stub) -> Stop:
    """On to the next stop."""
    return with_events(stub, stub.session.cont)


def step_range(stub: Stub, rest: bytes) -> Stop:
    """rSTART,END: steps until the thread leaves a range."""
    start, end = (int(word, 16) for word in rest.split(b","))
    return with_events(stub, lambda: stub.session.step_within(start, end))


def with_events(stub: Stub, go: Any) -> Stop:
    """Run with catchpoints on what gdb wants to hear of; a signal stops where it is about to be delivered."""
    session, rows = stub.session, events.plant(stub)
    pid = session.pid
    try:
        while not events.is_told(stub, stop := go()):
            if pid in threads.living(stub):
                session.select_task(pid)
        return stop
    finally:
        for row in rows:
            session.breaks.remove(row)


def reply(stub: Stub, stop: Stop) -> bytes:
    """The stop reply."""
    stub.general = None
    if (told := events.ended(stub, stop) or (the_end(stub) if stop.reason == "exit" else None)) is not None:
        return told
    if (number := signal_of(stop)) is not None:
        return stopped(stub, signal_name(number), b"")
    if stop.reason == "interrupted":
        return stopped(stub, SIGINT, b"")
    return stopped(stub, SIGTRAP, detail(stub, stop))


def detail(stub: Stub, stop: Stop) -> bytes:
    """What the stop reply says beside the thread."""
    if stop.reason == "start":
        return b"replaylog:begin;"
    if (event := events.detail(stub, stop)) is not None:
        return event
    row = stub.session.breaks.rows.get(stop.breakpoint) if stop.breakpoint is not None else None
    if stop.reason == "watchpoint" and row is not None:
        return b"%s:%x;" % (points.WORDS[row.access], stop.detail.get("address", row.low))
    return b"swbreak:;" if stop.reason == "breakpoint" else b""


def stopped(stub: Stub, signal: int, more: bytes) -> bytes:
    """T: signal, thread, hart."""
    core = max(stub.session.hart, 0)
    return b"T%02x%sthread:%s;core:%x;" % (signal, more, threads.name_of(stub, stub.session.pid), core)


def ended(stub: Stub) -> bytes | None:
    """W or X when the program has ended, else None. With the first process all others end."""
    exit = stub.session.kernel.exit
    if exit is None:
        return None
    if (tgid := last(stub)) != 1:
        return b"X%02x;process:%x" % (SIGKILL, tgid)
    if exit.signal:
        return b"X%02x;process:1" % signal_name(exit.signal)
    return b"W%02x;process:1" % (exit.status & 0xFF)


def last(stub: Stub) -> int:
    """The process whose end is to be told next."""
    return min((stub.attached or {1}) - stub.over, default=1)


def the_end(stub: Stub) -> bytes | None:
    """The same; it is not told again."""
    tgid, told = last(stub), ended(stub)
    if told is not None and stub.attached is not None:
        stub.over.add(tgid)
    return told


def backward(stub: Stub, go: Any) -> bytes:
    """bs and bc. What had ended may live again."""
    stub.over.clear()
    stub.vforks.clear()
    return reply(stub, go(reverse=True))


HANDLERS = {
    b"?": why,
    b"vCont?": lambda stub, rest: b"vCont;c;C;s;S;r",
    b"vCont;": resume,
    b"c": lambda stub, rest: reply(stub, forward(stub)),
    b"C": lambda stub, rest: reply(stub, forward(stub)),
    b"s": lambda stub, rest: reply(stub, step(stub)),
    b"S": lambda stub, rest: reply(stub, step(stub)),
    b"bs": lambda stub, rest: backward(stub, lambda **how: stub.session.stepi(1, **how)),
    b"bc": lambda stub, rest: backward(stub, stub.session.cont),
}
