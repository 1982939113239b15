"""Threads, calls, sources, disassembly, memory, expressions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from emu.debug.control import calls_view
from emu.debug.dap import console, raw, running
from emu.debug.dap.given import reference, whole
from emu.errors import EmuError
from emu.isa.disassemble import disassemble
from emu.kernel.siginfo import NAMES as SIGNAL_NAMES

if TYPE_CHECKING:
    from emu.debug.dap.adapter import Adapter

MOST_INSNS = 4096


def threads(adapter: Adapter, arguments: dict[str, Any]) -> dict[str, Any]:
    """Tasks that can run."""
    tasks = adapter.session.kernel.tasks.values()
    rows = [{"id": task.pid, "name": f"{task.comm} ({task.state})"} for task in tasks if task.mm is not None]
    return {"threads": rows or [{"id": adapter.session.pid, "name": "ended"}]}


def stack_trace(adapter: Adapter, arguments: dict[str, Any]) -> dict[str, Any]:
    """Calls, the innermost first; a frame's id holds its task and its number."""
    session, pid = adapter.session, arguments["threadId"]
    running.choose_thread(adapter, pid)
    found = session.frames()
    first, count = arguments.get("startFrame", 0), arguments.get("levels") or len(found)
    rows = [frame_row(adapter, frame) for frame in found[first : first + count]]
    return {"stackFrames": rows, "totalFrames": len(found)}


def frame_row(adapter: Adapter, frame: Any) -> dict[str, Any]:
    """One call."""
    session = adapter.session
    row = {"id": frame_id(session.pid, frame.number), "name": calls_view.title(session, frame)}
    row |= {"instructionPointerReference": hex(frame.pc), "line": 0, "column": 0}
    if (place := session.frame_source(frame)) is not None:
        row |= {"source": source_row(adapter, place[0]), "line": place[1], "column": 1}
    return row


def frame_id(pid: int, number: int) -> int:
    """Both in one number."""
    return pid << 12 | number


def choose_frame(adapter: Adapter, ident: int | None) -> None:
    """Select the frame that an id names; nothing without one."""
    if ident in (None, 0):
        return
    if type(ident) is not int or ident < 0:
        raise EmuError(f"there is no frame {ident!r}", hint="stackTrace gives their ids")
    if ident >> 12 != adapter.session.pid:
        adapter.session.select_task(ident >> 12)
    adapter.session.select_frame(ident & 0xFFF)


def source_row(adapter: Adapter, name: str) -> dict[str, Any]:
    """A source file: with its path on the host, if the session may read it there."""
    path = adapter.session.files.path(name)
    return {"name": Path(name).name, "path": str(path) if path is not None else name}


def source(adapter: Adapter, arguments: dict[str, Any]) -> dict[str, Any]:
    """The text of a source file."""
    name = (arguments.get("source") or {}).get("path", "")
    lines = adapter.session.source_lines(name)
    if lines is None:
        raise EmuError(f"the text of {name!r} is not to be had")
    return {"content": "\n".join(lines)}


def loaded_sources(adapter: Adapter, arguments: dict[str, Any]) -> dict[str, Any]:
    """The files of the line table."""
    return {"sources": [source_row(adapter, name) for name in adapter.session.program.lines.files]}


def evaluate(adapter: Adapter, arguments: dict[str, Any]) -> dict[str, Any]:
    """A value; in the debug console any line of the REPL."""
    choose_frame(adapter, arguments.get("frameId"))
    text = arguments["expression"]
    if arguments.get("context") == "repl":
        return console.line(adapter, text)
    return adapter.evaluated(text, arguments.get("frameId") or 0)


def disassembly(adapter: Adapter, arguments: dict[str, Any]) -> dict[str, Any]:
    """Instructions around an address. Backwards they are found by starting early and keeping what leads here."""
    base = reference(arguments)
    count, skip = min(whole(arguments, "instructionCount"), MOST_INSNS), whole(arguments, "instructionOffset", 0)
    at = base
    before: list[dict[str, Any]] = []
    if skip < 0:
        before = leading_to(adapter, base, -skip)[skip:]
        before = [invalid(base + 2 * k) for k in range(skip, -len(before))] + before
        before = before[:count]
    rows = list(before)
    while len(rows) < count + max(skip, 0):
        row, size = insn_row(adapter, at)
        rows.append(row)
        at += size
    return {"instructions": rows[max(skip, 0) :][:count]}


def leading_to(adapter: Adapter, base: int, count: int) -> list[dict[str, Any]]:
    """The instructions before an address: from the start of its function, or as many as fit."""
    symbol = adapter.session.function_symbol(base)
    start = symbol.start if symbol is not None and base - symbol.start < 4 * MOST_INSNS else base - 4 * count
    rows, at = [], start
    while at < base:
        row, size = insn_row(adapter, at)
        rows.append(row)
        at += size
    return rows


def insn_row(adapter: Adapter, at: int) -> tuple[dict[str, Any], int]:
    """(one instruction, its length)."""
    session = adapter.session
    low = session.read(at, 2)
    if low is None:
        return invalid(at), 2
    high = session.read(at + 2, 2) if low[0] & 3 == 3 else b""
    if high is None:
        return invalid(at), 2
    word = int.from_bytes(low + high, "little")
    text = disassemble(word, at, session.machine.xlen, symbols=None)
    row = {"address": hex(at), "instruction": text, "instructionBytes": (low + high).hex(" ")}
    if name := session.symbolize(at):
        row["symbol"] = name
    if (place := session.source(at)) is not None:
        row |= {"location": source_row(adapter, place[0]), "line": place[1]}
    return row, len(low + high)


def invalid(at: int) -> dict[str, Any]:
    """A place without an instruction."""
    return {"address": hex(max(at, 0)), "instruction": "??", "presentationHint": "invalid"}


def exception_info(adapter: Adapter, arguments: dict[str, Any]) -> dict[str, Any]:
    """What a stop at a signal was about."""
    stop = adapter.last
    detail = stop.detail if stop is not None else {}
    if stop is not None and stop.reason == "signal":
        return {"exceptionId": detail["signal"], "breakMode": "always", "description": detail["card"].headline}
    task = adapter.session.task
    pending = [*task.pending, *task.process.pending] if task is not None else []
    name = f"SIG{SIGNAL_NAMES[pending[0]]}" if pending else str(detail.get("kind", "event"))
    return {"exceptionId": name, "breakMode": "always"}


def completions(adapter: Adapter, arguments: dict[str, Any]) -> dict[str, Any]:
    """What the debug console's line may go on with: commands, options, symbols, registers."""
    choose_frame(adapter, arguments.get("frameId"))
    before = arguments["text"][: max(arguments["column"] - 1, 0)]
    return {
        "targets": [
            {"label": each.text, "start": len(before) - each.length, "length": each.length, "detail": each.meaning}
            for each in adapter.complete(before)
        ]
    }


REQUESTS = {
    "threads": threads,
    "stackTrace": stack_trace,
    "source": source,
    "loadedSources": loaded_sources,
    "evaluate": evaluate,
    "disassemble": disassembly,
    "readMemory": raw.read_memory,
    "writeMemory": raw.write_memory,
    "exceptionInfo": exception_info,
    "completions": completions,
}
