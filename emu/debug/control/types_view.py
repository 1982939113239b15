"""Documents about types: ptype, whatis, info types, info scope, info address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.debug import expr
from emu.debug.control.names_view import MOST_ROWS, matcher
from emu.debug.source.declare import definition
from emu.debug.source.types import Type
from emu.debug.source.variables import Variable
from emu.debug.view import Table, Text, View
from emu.errors import EmuError
from emu.isa.abi import F_NAMES, X_NAMES

if TYPE_CHECKING:
    from emu.debug.session import Session


def type_of(session: Session, text: str) -> Type:
    """What a text names or has. EmuError where nobody knows."""
    program = session.program
    name = text.strip()
    symbol = program.symbols.by_name.get(name)
    starts = [symbol.start] if symbol is not None else program.debug.functions.get(name) if program.dwarf else []
    function = program.debug.function_at(starts[0]) if starts and program.dwarf is not None else None
    if function is not None and function.low == starts[0]:
        kind = program.debug.type_of(function)
    else:
        kind = expr.type_of(text, session.scope)
    if kind is None:
        hint = "" if program.dwarf is not None else "the program has no debug information: compile with -g"
        raise EmuError(f"the type of {name!r} is not known", hint=hint or "a register or a number has none")
    return kind


def whatis(session: Session, text: str) -> View:
    """Its name."""
    kind = type_of(session, text)
    data = {"expression": text, "type": kind.name, "size": kind.size, "kind": kind.kind}
    return View("whatis", data, [Text([f"type = {kind.name}"])])


def ptype(session: Session, text: str, fmt: str) -> View:
    """What it consists of; /o: where each member lies."""
    if set(fmt) - {"o"}:
        raise EmuError(f"ptype takes no /{fmt}", hint="/o shows the offset and the size of each member")
    kind = type_of(session, text)
    lines = definition(kind, offsets="o" in fmt)
    if "o" in fmt and kind.members:
        lines.append(f"/* {kind.size} bytes */")
    members = [
        {"name": m.name, "offset": m.at, "size": m.type.size, "type": m.type.name, "bits": m.bits, "first_bit": m.first}
        for m in kind.members
    ]
    data = {"expression": text, "type": kind.name, "plain": kind.plain, "size": kind.size, "members": members}
    data["names"] = {name: value for value, name in kind.names.items()}
    return View("ptype", data, [Text([f"type = {lines[0]}", *lines[1:]])])


def info_types(session: Session, pattern: str | None) -> View:
    """Names of types."""
    program, fits = session.program, matcher(pattern)
    known = program.debug.names.types if program.dwarf is not None else {}
    found = sorted(name for name in known if fits(name))
    rows = [(name, program.debug.type_named(name)) for name in found[:MOST_ROWS]]
    data = [{"name": name, "size": kind.size, "plain": kind.plain} for name, kind in rows if kind is not None]
    cells = [[[(each["name"], "symbol")], str(each["size"]), each["plain"]] for each in data]
    view = View("info types", data, [Table(["type", "size", "is"], cells, right=(1,)) if cells else Text(["none"])])
    if not known:
        view.notes.append("the program has no debug information about types: compile with -g")
    if len(found) > MOST_ROWS:
        view.notes.append(f"{len(found) - MOST_ROWS} more: give a part of the name")
    return view


def info_address(session: Session, name: str) -> View:
    """Where a name's object is."""
    variable = session.scope.variable(name)
    if variable is not None:
        data = {"name": name, "type": variable.type.name, **place(session, variable)}
        return View("info address", data, [Text([f"{name} is {data['where']}"])])
    start = session.program.symbols.address(name)
    source = session.source(start)
    where = f" at {source[0]}:{source[1]}" if source else ""
    data = {"name": name, "type": "", "where": f"a symbol at {start:#x}{where}", "address": start}
    return View("info address", data, [Text([f"{name} is {data['where']}"])])


def place(session: Session, variable: Variable) -> dict[str, Any]:
    """Where a variable is now, in words and as an address."""
    found = session.scope.place(variable)
    if found is None:
        return {"where": "optimised away here", "address": None}
    if found.kind == "register":
        names = [*X_NAMES, *F_NAMES]
        name = names[found.at] if 0 <= found.at < len(names) else f"register {found.at}"
        return {"where": f"in ${name}", "address": None}
    if found.kind == "value":
        return {"where": "a value that is stored nowhere", "address": None}
    return {"where": f"at {found.at:#x}", "address": found.at}


def info_scope(session: Session, at: int | None) -> View:
    """The variables that the selected frame sees: arguments, then those of its blocks, and where they are.

    at: those that an address sees, wherever they may be when the program comes there.
    """
    if at is None:
        found = [{"name": each.name, "type": each.type.name, **place(session, each)} for each in session.locals()]
    else:
        seen = session.program.debug.locals_at(at)
        found = [{"name": each.name, "type": each.type.name, "where": "", "address": None} for each in seen]
    rows = [[[(each["name"], "symbol")], each["type"], each["where"]] for each in found]
    none = "no variables are known here"
    return View("info scope", found, [Table(["name", "type", "where"], rows) if rows else Text([none])])
