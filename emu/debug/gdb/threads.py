"""Threads: gdb's processes and threads are the kernel's (tgid and pid), written pPID.TID in hexadecimal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.debug.gdb.events import is_attached

if TYPE_CHECKING:
    from emu.debug.gdb.stub import Stub


def name_of(stub: Stub, pid: int) -> bytes:
    """pPID.TID of a task."""
    task = stub.session.kernel.tasks.get(pid)
    return b"p%x.%x" % (task.tgid if task else pid, pid)


def parse(text: bytes) -> tuple[int | None, int | None]:
    """(process, thread) of pP.T, T, -1 or 0; None means any."""
    if text.startswith(b"p"):
        process, _, thread = text[1:].partition(b".")
        return number(process), number(thread or b"-1")
    return None, number(text)


def number(text: bytes) -> int | None:
    """A thread number; -1 and 0 are any."""
    value = int(text, 16)
    return value if value > 0 else None


def living(stub: Stub) -> list[int]:
    """The tasks that have registers and memory to look at, of the processes that gdb debugs."""
    tasks = stub.session.kernel.tasks.items()
    return [pid for pid, task in tasks if task.mm is not None and is_attached(stub, task.tgid)]


def choose(stub: Stub, rest: bytes) -> bytes:
    """Hg and Hc: the thread that the next packets mean."""
    process, thread = parse(rest)
    pids = living(stub)
    if thread is not None and thread not in pids:
        return b"E01"
    if thread is None and process is not None:
        thread = next((pid for pid in pids if stub.session.kernel.tasks[pid].tgid == process), None)
    stub.general = thread
    return b"OK"


def alive(stub: Stub, rest: bytes) -> bytes:
    """T: does it still live?"""
    return b"OK" if parse(rest)[1] in living(stub) else b"E01"


def current(stub: Stub, rest: bytes) -> bytes:
    """qC: the thread chosen."""
    return b"QC" + name_of(stub, stub.pid)


def first_list(stub: Stub, rest: bytes) -> bytes:
    """qfThreadInfo: all of them at once."""
    names = [name_of(stub, pid) for pid in living(stub)]
    return b"m" + b",".join(names) if names else b"l"


def extra_info(stub: Stub, rest: bytes) -> bytes:
    """qThreadExtraInfo: name, state and hart, for `info threads`."""
    task = stub.session.kernel.tasks[parse(rest)[1]]
    hart = f" on hart {task.loaded_on}" if task.loaded_on >= 0 else ""
    return f"{task.comm} {task.state}{hart}".encode().hex().encode()


HANDLERS = {
    b"Hg": choose,
    b"Hc": lambda stub, rest: b"OK",
    b"T": alive,
    b"qC": current,
    b"qfThreadInfo": first_list,
    b"qsThreadInfo": lambda stub, rest: b"l",
    b"qThreadExtraInfo,": extra_info,
}
