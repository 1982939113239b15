"""Documents about calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.debug.control.frames import Frame
from emu.debug.source.spelling import LARGEST, spell
from emu.debug.source.types import Type
from emu.debug.source.variables import Variable
from emu.debug.view import Facts, Line, Table, Text, View
from emu.errors import EmuError
from emu.isa.abi import X_NAMES

if TYPE_CHECKING:
    from emu.debug.session import Session

HOW = {
    "innermost": "where the task stands", "cfi": "call frame information", "code": "the function's instructions",
    "fp": "a guess along the frame pointers", "signal": "the frame that the kernel made for a signal's handler",
}  # fmt: skip


def backtrace(session: Session, n: int | None = None, full: bool = False) -> View:
    """All frames, or the first n (the last -n); full: with their local variables."""
    found = session.frames()
    shown = found if n is None else found[:n] if n >= 0 else found[n:]
    rows = [row(session, frame) for frame in shown]
    lines = []
    for each, frame in zip(rows, shown, strict=True):
        lines.append(line(session, each))
        if full:
            each["locals"] = variables(session, frame, False)
            said = [f"        {local['name']} = {local['value']}" for local in each["locals"]]
            lines += said or ["        no locals"]
    view = View("backtrace", rows, [Text(lines)])
    if len(shown) < len(found):
        view.notes.append(f"{len(found) - len(shown)} more frames")
    return view


def row(session: Session, frame: Frame) -> dict[str, Any]:
    """One frame as data."""
    source, function = session.frame_source(frame), session.function_of(frame)
    symbol = session.symbolize(frame.lookup_pc)
    arguments = variables(session, frame, True)
    return {
        "number": frame.number, "pc": frame.pc, "symbol": session.symbolize(frame.pc), "cfa": frame.cfa,
        "how": frame.how,
        "function": function_name(session, frame, function.name if function is not None else symbol),
        "file": source[0] if source else None, "line": source[1] if source else None, "arguments": arguments,
        "selected": frame.number == session.frame, "inlined": frame.is_inlined,
    }  # fmt: skip


def function_name(session: Session, frame: Frame, name: str) -> str:
    """The name without its offset; of what a signal's handler returns to, as gdb calls it."""
    if session.mm is not None and frame.pc == session.mm.vdso:
        return "<signal handler called>"
    return name.partition("+")[0]


def title(session: Session, frame: Frame) -> str:
    """A frame in a word or two: `main`, `square (inlined)`, an address."""
    if frame.is_inlined:
        return f"{frame.function.name} (inlined)"
    return function_name(session, frame, session.symbolize(frame.lookup_pc)) or f"{frame.pc:#x}"


def line(session: Session, row: dict[str, Any]) -> Line:
    """One frame as text."""
    arguments = ", ".join(f"{each['name']}={each['value'] if each['brief'] else '…'}" for each in row["arguments"])
    where = f" at {row['file']}:{row['line']}" if row["file"] else ""
    name = row["function"] or "?"
    head = "=> " if row["selected"] and session.frame else "   " if session.frame else ""
    return [
        (f"{head}#{row['number']:<2} ", "head"), (f"{row['pc']:#x}", "addr"), (" in ", ""), (name, "symbol"),
        (f" ({arguments})" if row["arguments"] else "", ""), (where, "comment"),
    ]  # fmt: skip


def variables(session: Session, frame: Frame, arguments: bool) -> list[dict[str, Any]]:
    """Arguments, or the other variables, of a frame: name, type, value."""
    if session.program.dwarf is None:
        return []
    with session.at_frame(frame):
        found = [each for each in session.locals() if each.is_argument == arguments]
        return [
            {"name": each.name, "type": each.type.name, "value": value_of(session, each), "brief": is_brief(each.type)}
            for each in found
        ]


def is_brief(kind: Type) -> bool:
    """Whether a value of a type is short enough for the line of a call."""
    return kind.is_scalar and not (kind.is_reference and kind.target is not None and not kind.target.is_scalar)


def value_of(session: Session, variable: Variable) -> str:
    """A variable's value in C's manner."""
    try:
        value = session.scope.fetch(variable)
    except EmuError:
        return "<optimised away>"
    return typed(session, value)


def typed(session: Session, value: Any, letter: str = "") -> str:
    """A value of a known type in C's manner; letter: of a format."""
    kind = value.type
    if kind is None:
        return str(value.number)
    size = kind.size or session.machine.xlen // 8
    if kind.is_scalar and size <= 8:
        text = spell(kind, (value.number & (1 << 8 * size) - 1).to_bytes(size, "little"), session.read, letter)
        return text if not kind.is_reference else f"@{text}: {referred(session, value, letter)}"
    if value.address is None:
        return spell(kind, value.unsigned.to_bytes(max(size, value.bits // 8), "little"), session.read, letter)
    return spell(kind, session.read(value.address, min(kind.size, LARGEST)), session.read, letter)


def referred(session: Session, value: Any, letter: str) -> str:
    """What a reference of C++ stands for."""
    target = value.type.target
    return spell(target, session.read(value.unsigned, min(target.size, LARGEST)), session.read, letter)


def frame(session: Session) -> View:
    """The selected frame, with its source line."""
    selected = session.current_frame()
    data = row(session, selected)
    lines: list[Line] = [line(session, data)]
    text = session.source_lines(data["file"]) if data["file"] else None
    if text is not None and 0 < data["line"] <= len(text):
        lines.append([(f"{data['line']:>5}  ", "dim"), (text[data["line"] - 1].expandtabs(4).rstrip(), "")])
    return View("frame", data, [Text(lines)])


def info_frame(session: Session) -> View:
    """All that is known of it."""
    selected = session.current_frame()
    found = session.frames(selected.number + 2)
    caller = found[selected.number + 1] if len(found) > selected.number + 1 else None
    here = found[min(selected.number, len(found) - 1)]
    data = row(session, here)
    data["caller"] = caller.pc if caller is not None else None
    data["caller_how"] = caller.how if caller is not None else None
    data["registers"] = {X_NAMES[n]: value for n, value in sorted(here.registers.items()) if n}
    facts: list[tuple[str, Line]] = [("frame", str(here.number)), ("pc", f"{here.pc:#x} {session.symbolize(here.pc)}")]
    facts.append(("stack before the call", f"{here.cfa:#x}" if here.cfa is not None else "unknown"))
    facts.append(("sp", f"{here.registers[2]:#x}" if 2 in here.registers else "lost"))
    said = (
        f"{caller.pc:#x} {session.symbolize(caller.pc)}, found by {HOW[caller.how]}"
        if caller
        else "none: this is the outermost frame"
    )
    return View("info frame", data, [Facts([*facts, ("caller", said)])])


def info_locals(session: Session) -> View:
    """Variables that are no arguments."""
    return listing(session, "info locals", False, "no local variables")


def info_args(session: Session) -> View:
    """Arguments."""
    return listing(session, "info args", True, "no arguments")


def listing(session: Session, name: str, arguments: bool, none: str) -> View:
    """Variables with type and value."""
    found = variables(session, session.current_frame(), arguments)
    view = View(name, found)
    if found:
        rows = [[[(each["name"], "symbol")], each["type"], [(each["value"], "value")]] for each in found]
        view.blocks.append(Table(["name", "type", "value"], rows))
    else:
        view.blocks.append(Text([f"{none} are known here"]))
        if session.function_of(session.current_frame()) is None:
            view.notes.append(
                "this code has no debug information: emu cc compiles with it; info registers shows registers"
            )
    return view
