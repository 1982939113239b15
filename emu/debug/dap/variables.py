"""Scopes and variables: locals with their members, registers, what the hart's clock says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.debug import expr
from emu.debug.control import alter
from emu.debug.control.calls_view import typed
from emu.debug.dap.looking import choose_frame
from emu.debug.source.spelling import LARGEST, MOST_ELEMENTS, cut, spell
from emu.debug.source.types import Member, Type
from emu.debug.value import Value
from emu.errors import EmuError
from emu.isa.abi import F_NAMES, X_NAMES

if TYPE_CHECKING:
    from emu.debug.dap.adapter import Adapter

LOCALS, REGISTERS, FLOATS, MACHINE = "Locals", "Registers", "Floating point", "Machine"
INSIDE = "inside"  # of a structured value


class Handles:
    """The numbers by which the editor asks for what is inside; they hold until the guest runs."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, int, Any]] = []

    def clear(self) -> None:
        """The guest ran: none is valid."""
        self.rows.clear()

    def add(self, kind: str, frame: int, what: Any = None) -> int:
        """A number for a scope of a frame, or (type, address) of a structured value."""
        self.rows.append((kind, frame, what))
        return len(self.rows)

    def get(self, number: int) -> tuple[str, int, Any]:
        """What a number stands for."""
        if not 0 < number <= len(self.rows):
            raise EmuError("these variables are of an earlier stop")
        return self.rows[number - 1]


def scopes(adapter: Adapter, arguments: dict[str, Any]) -> dict[str, Any]:
    """What a frame has to show."""
    frame = arguments["frameId"]
    choose_frame(adapter, frame)
    names = [LOCALS] if adapter.session.program.dwarf is not None else []
    names += [REGISTERS, FLOATS, MACHINE]
    rows = [
        {"name": name, "variablesReference": adapter.handles.add(name, frame), "expensive": False} for name in names
    ]
    return {"scopes": rows}


def variables(adapter: Adapter, arguments: dict[str, Any]) -> dict[str, Any]:
    """What is inside a scope or a value."""
    kind, frame, what = adapter.handles.get(arguments["variablesReference"])
    choose_frame(adapter, frame)
    if kind == LOCALS:
        rows = [local_row(adapter, frame, variable) for variable in adapter.session.locals()]
    elif kind == REGISTERS:
        rows = [register_row(adapter, name) for name in (*X_NAMES, "pc")]
    elif kind == FLOATS:
        rows = [
            plain(name, f"{value:#018x}") for name, value in zip(F_NAMES, adapter.session.registers().f, strict=True)
        ]
    elif kind == MACHINE:
        rows = [
            plain(name, str(adapter.session.value(f"${name}").number))
            for name in ("hart", "pid", "cycle", "instret", "tick")
        ]
    else:
        rows = members(adapter, frame, *what)
    return {"variables": rows}


def plain(name: str, value: str) -> dict[str, Any]:
    """A variable with nothing inside."""
    return {"name": name, "value": value, "variablesReference": 0}


def register_row(adapter: Adapter, name: str) -> dict[str, Any]:
    """A register of the frame, with the symbol it points to."""
    try:
        value = adapter.session.value(f"${name}")
    except EmuError:
        return plain(name, "<not saved>")
    symbol = adapter.session.symbolize(value.unsigned)
    text = f"{value.unsigned:#x}" + (f" <{symbol}>" if symbol else "")
    return plain(name, text) | {"memoryReference": hex(value.unsigned), "evaluateName": f"${name}"}


def evaluated(adapter: Adapter, text: str, frame: int) -> dict[str, Any]:
    """An expression's value: C's way where its type is known, and to be opened; else a number, in hexadecimal too."""
    session = adapter.session
    value = session.value(text)
    if value.type is None:
        return {"result": f"{value.number} = {value.unsigned:#x}", "variablesReference": 0}
    if value.address is None or value.field is not None:
        return {"result": typed(session, value), "variablesReference": 0, "type": value.type.name}
    row = typed_row(adapter, frame, text, value.type, value.address)
    return {"result": row["value"], **{key: row[key] for key in ("variablesReference", "type", "memoryReference")}}


def local_row(adapter: Adapter, frame: int, variable: Any) -> dict[str, Any]:
    """A local variable."""
    session = adapter.session
    try:
        value = session.scope.fetch(variable)
    except EmuError as error:
        return plain(variable.name, f"<{error.message}>")
    if value.address is None:
        return plain(variable.name, typed(session, value)) | {"type": variable.type.name, "evaluateName": variable.name}
    return typed_row(adapter, frame, variable.name, variable.type, value.address) | {"evaluateName": variable.name}


def typed_row(adapter: Adapter, frame: int, name: str, kind: Type, address: int) -> dict[str, Any]:
    """A value in memory; structures, arrays and pointers can be opened."""
    session = adapter.session
    data = session.read(address, min(kind.size, LARGEST))
    row = plain(name, spell(kind, data, session.read)) | {"type": kind.name, "memoryReference": hex(address)}
    if kind.kind in ("struct", "union", "array") or (kind.kind == "pointer" and kind.target and kind.target.size):
        row["variablesReference"] = adapter.handles.add(INSIDE, frame, (kind, address))
    return row


def members(adapter: Adapter, frame: int, kind: Type, address: int) -> list[dict[str, Any]]:
    """Members, elements, or what a pointer points at."""
    if kind.kind == "pointer":
        target = adapter.session.load_word(address)
        return [typed_row(adapter, frame, "*", kind.target, target)] if target else []
    if kind.kind == "array" and kind.target:
        count = min(kind.count, MOST_ELEMENTS * 8)
        return [typed_row(adapter, frame, f"[{k}]", kind.target, address + k * kind.target.size) for k in range(count)]
    return [member_row(adapter, frame, kind, member, address) for member in kind.members]


def member_row(adapter: Adapter, frame: int, kind: Type, member: Member, address: int) -> dict[str, Any]:
    """A member of a structure; a base class in angle brackets, as gdb writes it."""
    name = f"<{member.name}>" if member.is_base else member.name or "(anonymous)"
    if not member.bits:
        return typed_row(adapter, frame, name, member.type, address + member.at)
    session = adapter.session
    data = session.read(address, min(kind.size, LARGEST))
    value = spell(member.type, cut(member, data) if data is not None else None, session.read)
    return plain(name, value) | {"type": f"{member.type.name} : {member.bits}"}


def set_variable(adapter: Adapter, arguments: dict[str, Any]) -> dict[str, Any]:
    """Give a register or a scalar variable a value."""
    kind, frame, what = adapter.handles.get(arguments["variablesReference"])
    choose_frame(adapter, frame)
    if kind == MACHINE:
        raise EmuError("what the machine counts can't be changed")
    if kind == INSIDE:
        return assign_inside(adapter, *what, arguments["name"], arguments["value"])
    prefix = "$" if kind in (REGISTERS, FLOATS) else ""
    return assign(adapter, prefix + arguments["name"], arguments["value"])


def assign_inside(adapter: Adapter, kind: Type, address: int, name: str, text: str) -> dict[str, Any]:
    """Change a member, an element, or what a pointer points at."""
    target = part(adapter, kind, address, name)
    alter.put_value(adapter.session, target, adapter.session.value(text), name)
    return answer(adapter, part(adapter, kind, address, name))


def part(adapter: Adapter, kind: Type, address: int, name: str) -> Value:
    """A row of `members` as a value."""
    whole, scope = Value(address, 64, False, address, type=kind), adapter.session.scope
    if kind.kind in ("struct", "union"):
        return expr.member_of(whole, name[1:-1] if name.startswith("<") else name, scope)
    return (
        expr.element_of(whole, int(name.strip("[]")), scope) if kind.kind == "array" else expr.target_of(whole, scope)
    )


def set_expression(adapter: Adapter, arguments: dict[str, Any]) -> dict[str, Any]:
    """Assign to what an expression names."""
    choose_frame(adapter, arguments.get("frameId"))
    return assign(adapter, arguments["expression"], arguments["value"])


def assign(adapter: Adapter, target: str, text: str) -> dict[str, Any]:
    """Store a value where an expression says, as an act of the user's."""
    alter.assign(adapter.session, f"{target} = {text}")
    return answer(adapter, adapter.session.value(target))


def answer(adapter: Adapter, value: Value) -> dict[str, Any]:
    """What something has got."""
    is_bits = value.type is None or bool(value.register)
    return {"value": f"{value.unsigned:#x}" if is_bits else typed(adapter.session, value)}


REQUESTS = {"scopes": scopes, "variables": variables, "setVariable": set_variable, "setExpression": set_expression}
