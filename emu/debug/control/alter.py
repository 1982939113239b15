"""Changes by the user: registers, memory, tunables of the kernel. Each is an intervention of the engine."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from emu.debug.control import memory, registers
from emu.debug.expr import as_type, as_whole, whole
from emu.debug.habits import advice
from emu.debug.settings import SETTINGS
from emu.debug.value import Value, make, make_float
from emu.debug.view import Text, View
from emu.errors import EmuError, did_you_mean
from emu.kernel.proc.sysctl import KERNEL, VM, attribute

if TYPE_CHECKING:
    from emu.debug.session import Session

LARGEST = 1 << 20
SET_NAMES = (*SETTINGS, "scheduler-locking", "line", "memory", "physical", "pte")
ASSIGN = re.compile(r"(?<![=!<>])=(?!=)")


def assign(session: Session, text: str) -> View:
    """`left = expression`. EmuError."""
    parts = ASSIGN.split(text.strip(), maxsplit=1)
    if len(parts) != 2:
        left, _, right = text.strip().partition(" ")
        if not left.startswith("kernel."):
            usual = "set $a0 = 3, set *(u32 *) 0x11000 = 7, set kernel.vm.swappiness = 0"
            hint = advice(["set", left]) or did_you_mean(left, SET_NAMES) or usual
            raise EmuError("an assignment needs =", hint=hint)
        parts = [left, right]
    left, right = parts[0].strip(), parts[1].strip()
    left = re.sub(r"^(var|variable)\s+", "", left)
    if left.startswith("kernel."):
        return tunable(session, left, right)
    value = session.value(right)
    if left.startswith("$"):
        return set_register(session, left[1:].strip(), value)
    return set_place(session, left, value)


def changed(name: str, what: str, old: Any, new: Any) -> View:
    """What was done."""
    spelled = [f"{each:#x}" if isinstance(each, int) else str(each) for each in (old, new)]
    line: list[tuple[str, str]] = [
        (what, "symbol"),
        (": ", ""),
        (spelled[0], "dim"),
        (" → ", ""),
        (spelled[1], "changed"),
    ]
    return View(
        name, {"what": what, "old": old, "new": new}, [Text([line], plain=[f"{what} {spelled[0]} {spelled[1]}"])]
    )


def set_register(session: Session, name: str, value: Value) -> View:
    """A register of the selected task, or a $name of the user's."""
    known = registers.number_of(name) is not None or registers.float_number(name) is not None or name in ("pc", "fcsr")
    if not known:
        if not re.fullmatch(r"[A-Za-z_]\w*", name):
            raise EmuError(f"${name} can't be set", hint="a register, or a name of letters and digits")
        session.scope.check_new(name)
        session.scope.convenience[name] = replace(value, via=None)
        return changed("set", f"${name}", "", value.number)
    if session.frame:
        raise EmuError("registers can be set in frame 0 only", hint="select-frame 0")
    old = session.scope.register(name).unsigned
    if name == "pc" and value.unsigned & 1:
        raise EmuError("an odd address holds no instruction")
    pid, hart = session.pid, session.hart

    bits = as_bits(name, value)

    def action() -> None:
        registers.put(session.kernel, session.kernel.tasks.get(pid), hart, name, bits)

    intervene(session, action)
    return changed("set", f"${name}", old, session.scope.register(name).unsigned)


def as_bits(name: str, value: Value) -> int:
    """What a register holds for a value: of whole numbers their bits, a float boxed in an f register."""
    if not value.is_float:
        return value.word(64)
    if registers.float_number(name) is None:
        return whole(value.real)
    return value.unsigned | (0xFFFFFFFF << 32 if value.bits == 32 else 0)


def intervene(session: Session, action: Callable[[], None]) -> None:
    """Do something to the debugged system; it invalidates what was known of it."""
    session.change(action)
    session.breaks.touch()
    for row in session.breaks:
        session.remember_value(row)


def set_place(session: Session, left: str, value: Value) -> View:
    """A variable, *pointer, or any expression that has an address."""
    return put_value(session, session.value(left), value, left)


def put_value(session: Session, target: Value, value: Value, left: str) -> View:
    """Store a value where another came from; left: how that is called."""
    if target.register and target.address is None:
        if target.type is not None and target.type.is_scalar:
            value = as_type(target.type, value, session.machine.xlen)
            if registers.float_number(target.register) is None:
                value = make(value.register_bits)
        return set_register(session, target.register, value)
    if target.address is None:
        raise EmuError(f"{left} can't be assigned to", hint="registers are written $a0, memory *(u32 *) 0x11000")
    size = target.bits // 8
    if target.type is not None and not target.type.is_scalar:
        raise EmuError(f"{left} is a {target.type.name}: assign to its parts")
    if target.type is None and session.program.symbols.by_name.get(left):
        size = session.symbol_size(target.address) or session.machine.xlen // 8
        size = size if size in (1, 2, 4, 8) else session.machine.xlen // 8
    old = session.read(target.address, size)
    data = stored(target, value, old or bytes(size))
    write(session, session.pid, target.address, data)
    before = int.from_bytes(old, "little") if old is not None else 0
    return changed("set", f"{size} bytes at {target.address:#x}", before, int.from_bytes(data, "little"))


def stored(target: Value, value: Value, old: bytes) -> bytes:
    """The bytes that an assignment leaves: in the target's own form, a bit-field among the bits beside it."""
    kind, size = target.type, len(old)
    if kind is not None and kind.is_float:
        number = make_float(value.real, kind).unsigned
    else:
        number = as_whole(kind, value) if kind is not None else value.number
    if target.field is not None:
        first, bits = target.field
        mask = (1 << bits) - 1 << first
        number = int.from_bytes(old, "little") & ~mask | number << first & mask
    return (number & (1 << 8 * size) - 1).to_bytes(size, "little")


def write(session: Session, pid: int, address: int, data: bytes) -> None:
    """Memory of a process."""
    session.task_of(pid)

    def action() -> None:
        memory.write(session.kernel, session.kernel.tasks[pid].mm, address, data)

    intervene(session, action)


def tunable(session: Session, name: str, text: str) -> View:
    """kernel.vm.swappiness = 0, through the kernel's own bounds."""
    group, _, key = name.removeprefix("kernel.").partition(".")
    table = {"vm": VM, "kernel": KERNEL}.get(group)
    if table is None or key not in table:
        known = [f"kernel.{each}.{name}" for each, rows in (("vm", VM), ("kernel", KERNEL)) for name in rows]
        raise EmuError(
            f"the kernel has no tunable {name!r}", hint=did_you_mean(name, known) or ", ".join(known[:6]) + " …"
        )
    least, most = table[key]
    value = session.value(text).number
    if not least <= value <= most:
        raise EmuError(f"{name} is {least} to {most}, not {value}")
    old = getattr(session.kernel.sysctl, attribute(key))
    intervene(session, lambda: setattr(session.kernel.sysctl, attribute(key), value))
    return changed("set", name, old, value)


def set_locking(session: Session, mode: str) -> View:
    """scheduler-locking."""
    old, session.settings["scheduler-locking"] = session.settings["scheduler-locking"], mode
    return changed("set scheduler-locking", "scheduler-locking", old, mode)
