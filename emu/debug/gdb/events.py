"""What gdb wants to hear of beside stops: signals, system calls, fork, vfork, execve, and the ends of processes.

gdb says at the beginning which of fork, vfork and exec it knows ("fork-events feature" in appendix E). It is then
attached to the processes that it was told of, and to no others: a child appears with its event, and goes with `D;PID`.
A gdb that knows none of them sees all processes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.debug.control.breaks import CATCH, Break
from emu.kernel.fork import CLONE_VFORK
from emu.kernel.siginfo import NAMES
from emu.kernel.syscall.numbers import NAMES as SYSCALL_NAMES

if TYPE_CHECKING:
    from emu.debug.control.stop import Stop
    from emu.debug.gdb.stub import Stub

TOLD = ("fork", "exec", "wakeup", "sys_enter", "sys_exit")
FORK, VFORK, EXEC = b"fork-events", b"vfork-events", b"exec-events"
# Linux's numbers to gdb's, where they differ ("Signals" in include/gdb/signals.def)
GDB_SIGNALS = {7: 10, 10: 30, 12: 31, 17: 20, 18: 19, 19: 17, 20: 18, 23: 16, 29: 23, 30: 32, 31: 12}


def supported(stub: Stub, rest: bytes) -> bytes:
    """qSupported: what gdb knows of these; what is answered about them."""
    told = {word.removesuffix(b"+") for word in rest.lstrip(b":").split(b";") if word.endswith(b"+")}
    stub.events = told & {FORK, VFORK, EXEC}
    stub.attached = {task.tgid for task in stub.session.kernel.tasks.values()} if FORK in told else None
    return b"".join(b";" + name + b"+" for name in (FORK, VFORK, EXEC))


def is_attached(stub: Stub, tgid: int) -> bool:
    """Whether gdb debugs a process."""
    return tgid not in stub.over and (stub.attached is None or tgid in stub.attached)


def catch_syscalls(stub: Stub, rest: bytes) -> bytes:
    """QCatchSyscalls:0, :1 or :1;NUMBER;NUMBER… in hexadecimal."""
    on, *numbers = rest.split(b";")
    known = SYSCALL_NAMES[stub.session.machine.xlen]
    names = [known.get(int(number, 16), f"syscall_{int(number, 16)}") for number in numbers]
    stub.syscalls = (names or [""]) if int(on, 16) else []
    return b"OK"


# -- while it runs ----------------------------------------------------------------------------------------------------
def plant(stub: Stub) -> list[Break]:
    """Catchpoints of the debugger's own for all that gdb wants to hear of."""
    wanted = [("signal", {}), *(("syscall", named(name)) for name in stub.syscalls)]
    wanted += [("sysret", named(name)) for name in stub.syscalls]
    wanted += [("fork", {})] * (FORK in stub.events) + [("exec", {})] * (EXEC in stub.events)
    processes = [None] if stub.attached is None else sorted(stub.attached - stub.over)
    rows = [(what, more, pid) for pid in processes for what, more in wanted]
    rows += [("exit", {}, pid) for pid in processes if pid not in (None, 1)]
    rows += [("wakeup", {}, None)] * bool(stub.vforks)
    return [
        stub.session.breaks.add(CATCH, what, catch=what, arguments=more, pid=pid, internal=True)
        for what, more, pid in rows
    ]


def named(name: str) -> dict[str, str]:
    """A filter of system calls; '' is any."""
    return {"syscall": name} if name else {}


def is_told(stub: Stub, stop: Stop) -> bool:
    """Whether gdb hears of a stop: not of signals that it lets pass, threads of a process, calls that it left out."""
    kind, pid = stop.detail.get("kind"), stop.detail.get("pid", stop.pid)
    if (number := signal_of(stop)) is not None:
        return GDB_SIGNALS.get(number, number) not in stub.passed
    if stop.breakpoint is not None or kind is None:
        return True
    if kind == "fork":
        return not stop.detail["thread"]
    if kind == "exit":
        return stub.session.endings[pid].code is not None
    if kind == "wakeup":
        return stop.detail["target"] in stub.vforks
    return kind not in ("sys_enter", "sys_exit") or bool({"", stop.detail["name"]} & set(stub.syscalls))


def signal_of(stop: Stop) -> int | None:
    """The signal that a stop is about: caught before its delivery, or about to kill."""
    if stop.reason == "signal":
        return NAMES.index(stop.detail["signal"].removeprefix("SIG"))
    return int(stop.detail["number"]) if stop.detail.get("kind") == "signal" else None


# -- what is told -----------------------------------------------------------------------------------------------------
def detail(stub: Stub, stop: Stop) -> bytes | None:
    """The part of a stop reply about one of these, which changes what gdb is attached to; None for other stops."""
    kind = stop.detail.get("kind")
    if stop.breakpoint is not None or kind not in TOLD:
        return None
    if kind == "fork":
        return forked(stub, stop)
    if kind == "exec":
        stub.forget(stub.tgid(stop.pid))
        return b"exec:%s;" % stop.detail["path"].encode().hex().encode()
    if kind == "wakeup":
        stub.vforks.discard(stop.detail["target"])
        stub.session.select_task(stop.detail["target"])
        return b"vforkdone:;"
    return b"syscall_%s:%x;" % (b"entry" if kind == "sys_enter" else b"return", stop.detail["nr"])


def forked(stub: Stub, stop: Stop) -> bytes:
    """A child: from now on it is one of gdb's, which lets go of it if it does not want it."""
    child, is_vfork = stop.detail["child"], bool(stop.detail["flags"] & CLONE_VFORK)
    if stub.attached is not None:
        stub.attached.add(child)
    stub.over.discard(child)
    if is_vfork:
        stub.vforks.add(stop.pid)
    return b"%s:p%x.%x;" % (b"vfork" if is_vfork and VFORK in stub.events else b"fork", child, child)


def ended(stub: Stub, stop: Stop) -> bytes | None:
    """W or X where a process other than the first has ended; None for other stops."""
    if stop.breakpoint is not None or stop.detail.get("kind") != "exit":
        return None
    tgid, code = stub.session.endings[stop.detail["pid"]]
    if code is None:
        return None
    stub.over.add(tgid)
    stub.forget(tgid)
    signal = code & 0x7F
    how = b"X%02x" % GDB_SIGNALS.get(signal, signal) if signal else b"W%02x" % (code >> 8 & 0xFF)
    return how + b";process:%x" % tgid


HANDLERS = {b"QCatchSyscalls:": catch_syscalls}
