"""Running: ?, vCont, c, s, bs, bc. Their reply is the stop that ends them.

A signal stops before it is delivered, so that the program can be looked at where it went wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.debug.control.breaks import CATCH
from emu.debug.gdb import points, threads
from emu.kernel.siginfo import NAMES

if TYPE_CHECKING:
    from emu.debug.control.stop import Stop
    from emu.debug.gdb.stub import Stub

SIGINT, SIGTRAP = 2, 5
# Linux's numbers to gdb's, where they differ ("Signals" in include/gdb/signals.def)
GDB_SIGNALS = {7: 10, 10: 30, 12: 31, 17: 20, 18: 19, 19: 17, 20: 18, 23: 16, 29: 23, 30: 32, 31: 12}


def signal_name(number: int) -> int:
    """gdb's number of a signal."""
    return GDB_SIGNALS.get(number, number)


def why(stub: Stub, rest: bytes) -> bytes:
    """?: how it stopped last."""
    return ended(stub) or stopped(stub, SIGTRAP, b"")


def resume(stub: Stub, rest: bytes) -> bytes:
    """vCont;ACTION[:THREAD]…: a step of one thread, or everybody goes on."""
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
    return with_signals(stub, stub.session.stepi)


def forward(stub: Stub) -> Stop:
    """On to the next stop."""
    return with_signals(stub, stub.session.cont)


def step_range(stub: Stub, rest: bytes) -> Stop:
    """rSTART,END: steps until the thread leaves a range."""
    start, end = (int(word, 16) for word in rest.split(b","))
    return with_signals(stub, lambda: stub.session.step_within(start, end))


def with_signals(stub: Stub, go: Any) -> Stop:
    """Run with a catchpoint on signals: the engine stops where a signal is about to be delivered."""
    breaks = stub.session.breaks
    row = breaks.add(CATCH, "signal", catch="signal", internal=True)
    try:
        while True:
            stop = go()
            if signal_of(stop) is None or signal_name(signal_of(stop)) not in stub.passed:
                return stop
    finally:
        breaks.remove(row)


def signal_of(stop: Stop) -> int | None:
    """The signal that a stop is about: caught before its delivery, or about to kill."""
    if stop.reason == "signal":
        return NAMES.index(stop.detail["signal"].removeprefix("SIG"))
    return int(stop.detail["number"]) if stop.detail.get("kind") == "signal" else None


def reply(stub: Stub, stop: Stop) -> bytes:
    """The stop reply."""
    stub.general = None
    if stop.reason == "exit":
        return ended(stub) or stopped(stub, SIGTRAP, b"")
    if (number := signal_of(stop)) is not None:
        return stopped(stub, signal_name(number), b"")
    if stop.reason == "interrupted":
        return stopped(stub, SIGINT, b"")
    return stopped(stub, SIGTRAP, detail(stub, stop))


def detail(stub: Stub, stop: Stop) -> bytes:
    """What the stop reply says beside the thread."""
    if stop.reason == "start":
        return b"replaylog:begin;"
    row = stub.session.breaks.rows.get(stop.breakpoint) if stop.breakpoint is not None else None
    if stop.reason == "watchpoint" and row is not None:
        return b"%s:%x;" % (points.WORDS[row.access], stop.detail.get("address", row.low))
    return b"swbreak:;" if stop.reason == "breakpoint" else b""


def stopped(stub: Stub, signal: int, more: bytes) -> bytes:
    """T: signal, thread, hart."""
    core = max(stub.session.hart, 0)
    return b"T%02x%sthread:%s;core:%x;" % (signal, more, threads.name_of(stub, stub.session.pid), core)


def ended(stub: Stub) -> bytes | None:
    """W or X when the program has ended, else None."""
    exit = stub.session.kernel.exit
    if exit is None:
        return None
    if exit.signal:
        return b"X%02x;process:1" % signal_name(exit.signal)
    return b"W%02x;process:1" % (exit.status & 0xFF)


def backward(stub: Stub, go: Any) -> bytes:
    """bs and bc."""
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
