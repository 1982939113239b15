"""Breakpoints of every kind. The editor sends whole lists; what it had sent for the same place before goes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from emu.debug.control import setting_breaks
from emu.debug.control.breaks import ACCESS, BREAK, CATCH, READ, WATCH, WRITE, Break
from emu.debug.dap import variables
from emu.debug.dap.given import address, whole
from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.dap.adapter import Adapter
    from emu.debug.value import Value

FILTERS = [
    {"filter": "signal", "label": "Signals", "default": True, "description": "Stop before a signal is delivered"},
    {"filter": "fault", "label": "Page faults", "default": False, "description": "Stop at each page fault"},
    {"filter": "syscall", "label": "System calls", "default": False, "description": "Stop at each system call"},
    {"filter": "fork", "label": "New tasks", "default": False, "description": "Stop at fork and clone"},
    {"filter": "exec", "label": "execve", "default": False, "description": "Stop when a program is replaced"},
    {"filter": "oom", "label": "Out of memory", "default": False, "description": "Stop when the kernel kills"},
]
ACCESSES = {"read": READ, "write": WRITE, "readWrite": ACCESS}
HITS = re.compile(r"\s*(?P<sign>>=|>|)\s*(?P<count>\d{0,9})\s*")
Wanted = list[dict[str, Any]]


def replace(adapter: Adapter, place: str, wanted: Wanted, make: Callable[[dict[str, Any]], Break]) -> dict[str, Any]:
    """Take out what stood there, put in what is wanted; one answer for each."""
    rows = adapter.session.breaks
    for number in adapter.numbers.pop(place, []):
        if number in rows.rows:
            rows.remove(rows.rows[number])
    made: list[int] = []
    answers = []
    for request in wanted:
        try:
            ignored = passes(str(request.get("hitCondition") or ""))
            row = conditioned(adapter, make(request), str(request.get("condition") or ""))
        except EmuError as error:
            answers.append({"verified": False, "message": error.message})
            continue
        row.ignore = ignored
        made.append(row.number)
        answers.append({"id": row.number, "verified": True, **located(adapter, row)})
    adapter.numbers[place] = made
    return {"breakpoints": answers}


def conditioned(adapter: Adapter, row: Break, text: str) -> Break:
    """The break with its condition. EmuError takes it out again."""
    try:
        row.condition = setting_breaks.checked_condition(adapter.session, text, row.addresses)
    except EmuError:
        adapter.session.breaks.remove(row)
        raise
    return row


def passes(text: str) -> int:
    """How many hits a hit condition passes over: 5, >= 5, > 5. EmuError for others."""
    found = HITS.fullmatch(text)
    if found is None:
        raise EmuError(f"{text!r} is no number of hits", hint="5, >= 5 or > 5")
    return max(int(found["count"] or 0) - (found["sign"] != ">"), 0)


def located(adapter: Adapter, row: Break) -> dict[str, Any]:
    """Where a breakpoint came to stand."""
    if not row.addresses:
        return {}
    # the line that was asked for, or the next with code: not where its prologue ends
    line = row.spec.rpartition(":")[2]
    found = int(line) if line.isdigit() else (adapter.session.source(row.addresses[0]) or ("", 0))[1]
    return {"instructionReference": hex(row.addresses[0])} | ({"line": found} if found else {})


def at(adapter: Adapter, text: str) -> Break:
    """A breakpoint at a location."""
    places = adapter.session.resolve(text)
    program = adapter.session.mm.exe_file.path if adapter.session.mm else ""
    return adapter.session.breaks.add(BREAK, places.text, addresses=list(places.bodies), program=program)


def set_breakpoints(adapter: Adapter, arguments: dict[str, Any]) -> dict[str, Any]:
    """All those of one source file."""
    path = arguments["source"]["path"]
    lines = adapter.session.program.lines
    names = [name for name in lines.files if path.endswith(name.lstrip("./"))] or lines.matching(
        path.rsplit("/", 1)[-1]
    )
    name = max(names, key=len, default=path)
    return replace(
        adapter, f"source:{path}", arguments.get("breakpoints", []), lambda r: at(adapter, f"{name}:{r['line']}")
    )


def set_function_breakpoints(adapter: Adapter, arguments: dict[str, Any]) -> dict[str, Any]:
    """By symbol."""
    return replace(adapter, "function", arguments["breakpoints"], lambda request: at(adapter, request["name"]))


def set_instruction_breakpoints(adapter: Adapter, arguments: dict[str, Any]) -> dict[str, Any]:
    """By address."""

    def make(request: dict[str, Any]) -> Break:
        base = address(request.get("instructionReference"), "instructionReference")
        return at(adapter, f"*{base + whole(request, 'offset', 0):#x}")

    return replace(adapter, "instruction", arguments["breakpoints"], make)


def data_breakpoint_info(adapter: Adapter, arguments: dict[str, Any]) -> dict[str, Any]:
    """Whether something can be watched: variables in memory, and any expression with an address."""
    name = arguments["name"]
    try:
        value = inside(adapter, arguments.get("variablesReference"), name) or adapter.session.value(name)
    except EmuError as error:
        return {"dataId": None, "description": error.message}
    if value.address is None:
        return {"dataId": None, "description": f"{name} is not in memory"}
    size = value.type.size if value.type is not None and value.type.size else value.bits // 8
    return {"dataId": f"{value.address:#x},{size}", "description": name, "accessTypes": list(ACCESSES)}


def inside(adapter: Adapter, reference: int | None, name: str) -> Value | None:
    """A member or an element of what the editor shows; None for a name of its own."""
    kind, _, what = adapter.handles.get(reference) if reference else ("", 0, None)
    return variables.part(adapter, *what, name) if kind == variables.INSIDE else None


def watched(ident: Any) -> tuple[int, int]:
    """The address and the size that a dataId holds. EmuError."""
    low, _, size = str(ident).partition(",")
    if not size.isdecimal() or not 0 < int(size[:9]) <= setting_breaks.LARGEST_WATCH:
        raise EmuError(f"{ident!r} is no dataId", hint="dataBreakpointInfo gives them")
    return address(low, "dataId"), int(size[:9])


def set_data_breakpoints(adapter: Adapter, arguments: dict[str, Any]) -> dict[str, Any]:
    """Watchpoints."""

    def make(request: dict[str, Any]) -> Break:
        low, size = watched(request.get("dataId"))
        access = ACCESSES.get(str(request.get("accessType", "write")))
        if access is None:
            raise EmuError(f"{request['accessType']!r} is no kind of access", hint=", ".join(ACCESSES))
        pid = adapter.session.task_of().tgid
        setting_breaks.room_for(adapter.session, WATCH, 1)
        return adapter.session.breaks.add(WATCH, f"*{low:#x}", low=low, high=low + size, access=access, pid=pid)

    return replace(adapter, "data", arguments["breakpoints"], make)


def set_exception_breakpoints(adapter: Adapter, arguments: dict[str, Any]) -> dict[str, Any]:
    """Events of the kernel."""
    known = {row["filter"] for row in FILTERS}

    def make(request: dict[str, Any]) -> Break:
        if request["filter"] not in known:
            raise EmuError(f"no filter is called {request['filter']!r}")
        return adapter.session.breaks.add(CATCH, request["filter"], catch=request["filter"], arguments={})

    return replace(adapter, "exception", [{"filter": name} for name in arguments["filters"]], make)


def breakpoint_locations(adapter: Adapter, arguments: dict[str, Any]) -> dict[str, Any]:
    """The lines that have code."""
    path, first = arguments["source"]["path"], arguments["line"]
    lines = adapter.session.program.lines
    names = set(lines.matching(path) or lines.matching(path.rsplit("/", 1)[-1]))
    last = arguments.get("endLine", first)
    found = {row.line for row in lines.rows if row.file in names and first <= row.line <= last and row.is_stmt}
    return {"breakpoints": [{"line": line} for line in sorted(found)]}


REQUESTS = {
    "setBreakpoints": set_breakpoints,
    "setFunctionBreakpoints": set_function_breakpoints,
    "setInstructionBreakpoints": set_instruction_breakpoints,
    "dataBreakpointInfo": data_breakpoint_info,
    "setDataBreakpoints": set_data_breakpoints,
    "setExceptionBreakpoints": set_exception_breakpoints,
    "breakpointLocations": breakpoint_locations,
}
