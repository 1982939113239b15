"""qXfer: documents that gdb reads in portions: registers, memory map, auxiliary vector, executable, threads."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from emu.debug.gdb import target, threads
from emu.debug.gdb.packet import escape

if TYPE_CHECKING:
    from emu.debug.gdb.stub import Stub


def features(stub: Stub) -> bytes:
    """target.xml."""
    return target.target_xml(stub.session.machine.xlen, floats=True).encode()


def memory_map(stub: Stub) -> bytes:
    """Where reading and writing makes sense: everywhere."""
    return target.memory_map(stub.session.machine.xlen).encode()


def auxv(stub: Stub) -> bytes:
    """The auxiliary vector of the process, as its stack got it."""
    task = stub.session.kernel.tasks.get(stub.pid)
    return bytes(task.mm.auxv) if task and task.mm else b""


def exec_file(stub: Stub) -> bytes:
    """The path of the executable in the guest's file system."""
    task = stub.session.kernel.tasks.get(stub.pid)
    return task.mm.exe_file.path.encode() if task and task.mm and task.mm.exe_file else b""


def thread_list(stub: Stub) -> bytes:
    """All threads with name, state and hart."""
    tasks = stub.session.kernel.tasks
    rows = [
        f'<thread id="{threads.name_of(stub, pid).decode()}" core="{max(tasks[pid].loaded_on, 0)}" '
        f"name={quoteattr(tasks[pid].comm)}>{tasks[pid].state}</thread>"
        for pid in threads.living(stub)
    ]
    return ('<?xml version="1.0"?>\n<threads>\n' + "\n".join(rows) + "\n</threads>\n").encode()


DOCUMENTS = {
    b"features": features,
    b"memory-map": memory_map,
    b"auxv": auxv,
    b"exec-file": exec_file,
    b"threads": thread_list,
}


def read(stub: Stub, rest: bytes) -> bytes:
    """OBJECT:read:ANNEX:OFFSET,LENGTH -> m and a portion, l and the last one."""
    name, _, rest = rest.partition(b":read:")
    make = DOCUMENTS.get(name)
    if make is None:
        return b""
    offset, length = (int(word, 16) for word in rest.rpartition(b":")[2].split(b","))
    return portion(make(stub), offset, length)


def portion(document: bytes, offset: int, length: int) -> bytes:
    """What fits of a document from an offset on."""
    part = document[offset : offset + min(length, 0x1800)]
    return (b"m" if offset + len(part) < len(document) else b"l") + escape(part)


HANDLERS = {b"qXfer:": read}
