"""Changes by the user: registers, memory, page-table entries, cache lines, tunables. Each is an intervention of the engine."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from emu.debug.control import memory, registers
from emu.debug.value import Value
from emu.debug.view import Text, View
from emu.errors import EmuError, did_you_mean
from emu.isa.paging import PTE_V, pte_flags
from emu.kernel.proc.sysctl import KERNEL, VM, attribute

if TYPE_CHECKING:
    from emu.debug.session import Session

LARGEST = 1 << 20
ASSIGN = re.compile(r"(?<![=!<>])=(?!=)")


def assign(session: Session, text: str) -> View:
    """`left = expression`. EmuError."""
    parts = ASSIGN.split(text.strip(), maxsplit=1)
    if len(parts) != 2:
        left, _, right = text.strip().partition(" ")
        if not left.startswith("kernel."):
            raise EmuError(
                "an assignment needs =", hint="set $a0 = 3, set *(u32 *) 0x11000 = 7, set kernel.vm.swappiness = 0"
            )
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
        session.scope.convenience[name] = value
        return changed("set", f"${name}", "", value.number)
    if session.frame:
        raise EmuError("registers can be set in frame 0 only", hint="select-frame 0")
    old = session.scope.register(name).unsigned
    if name == "pc" and value.unsigned & 1:
        raise EmuError("an odd address holds no instruction")
    pid, hart = session.pid, session.hart

    def action() -> None:
        registers.put(session.kernel, session.kernel.tasks.get(pid), hart, name, value.unsigned)

    intervene(session, action)
    return changed("set", f"${name}", old, session.scope.register(name).unsigned)


def intervene(session: Session, action: Callable[[], None]) -> None:
    """Do something to the debugged system; it invalidates what was known of it."""
    session.engine.intervene(action)
    session.breaks.touch()
    for row in session.breaks:
        session.remember_value(row)


def set_place(session: Session, left: str, value: Value) -> View:
    """A variable, *pointer, or any expression that has an address."""
    target = session.value(left)
    if target.register and target.address is None:
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
    data = (value.unsigned & (1 << 8 * size) - 1).to_bytes(size, "little")
    write(session, session.pid, target.address, data)
    before = int.from_bytes(old, "little") if old is not None else 0
    return changed("set", f"{size} bytes at {target.address:#x}", before, int.from_bytes(data, "little"))


def write(session: Session, pid: int, address: int, data: bytes) -> None:
    """Memory of a process."""
    session.task_of(pid)

    def action() -> None:
        memory.write(session.kernel, session.kernel.tasks[pid].mm, address, data)

    intervene(session, action)


def set_memory(session: Session, pid: int, address: int, text: str) -> View:
    """T3: another process's memory, through its page table."""
    data = parse_bytes(text)
    old = session.read(address, len(data), pid)
    write(session, pid, address, data)
    return changed(
        "set memory", f"pid {pid}, {len(data)} bytes at {address:#x}", old.hex(" ") if old else "", data.hex(" ")
    )


def set_physical(session: Session, address: int, text: str) -> View:
    """Physical memory, as it is."""
    data = parse_bytes(text)
    old = session.read_physical(address, len(data))
    if old is None:
        raise EmuError(f"physical memory ends at {len(session.machine.ram):#x}")

    def action() -> None:
        session.machine.ram[address : address + len(data)] = data
        for pfn in range(address >> 12, (address + len(data) - 1 >> 12) + 1):
            session.machine.code_changed(pfn)
        for hart in session.machine.harts:  # the bytes may be page-table entries
            hart.sfence()

    intervene(session, action)
    return changed("set physical", f"{len(data)} bytes at {address:#x}", old.hex(" "), data.hex(" "))


def parse_bytes(text: str) -> bytes:
    """`01 02 ff`, `4:1234` (a number of so many bytes) or `"text"`. EmuError."""
    text = text.strip()
    if len(text) > LARGEST:
        raise EmuError(f"more than {LARGEST:,} characters")
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return (
            text[1:-1].encode("latin-1", "backslashreplace").decode("unicode_escape").encode("latin-1", "replace")
            + b"\0"
        )
    sized = re.fullmatch(r"([1248]):(-?\w+)", text)
    try:
        if sized:
            return (int(sized[2], 0) & (1 << 8 * int(sized[1])) - 1).to_bytes(int(sized[1]), "little")
        data = bytes.fromhex(text.replace("0x", " "))
    except ValueError:
        data = b""
    if not data:
        raise EmuError(f"{text!r} are no bytes", hint='01 02 ff, 4:1234 (a number of four bytes) or "text"')
    return data


def set_pte(session: Session, address: int, change: str) -> View:
    """Bits of the leaf entry of an address."""
    address &= session.kernel.xlen_mask
    task = session.task_of()
    walk = session.machine.walk((task.mm.scheme.mode, task.mm.pgd), address)
    if not walk.steps or (len(walk.steps) < len(task.mm.scheme.levels) and walk.pa is None):
        raise EmuError(
            f"there is no page-table entry for {address:#x}: a table above it is missing", hint=f"walk {address:#x}"
        )
    step = walk.steps[-1]
    new = changed_bits(step.pte, change)
    size, pid = task.mm.scheme.pte_size, session.pid

    def action() -> None:
        cells = session.machine.ram64 if size == 8 else session.machine.ram32
        cells[step.pte_address // size] = new & (1 << 8 * size) - 1
        for hart in session.machine.harts:
            hart.sfence(address, session.kernel.tasks[pid].mm.asid)
        pfn = new >> 10
        if new & PTE_V and pfn < session.machine.page_count:
            session.machine.code_changed(pfn)

    intervene(session, action)
    view = changed("set pte", f"{step.level}[{step.index}] of {address:#x}", step.pte, new)
    view.notes.append(f"{pte_flags(step.pte)} became {pte_flags(new)}; the kernel was not told")
    return view


def changed_bits(pte: int, change: str) -> int:
    """+W -D … or =value. EmuError."""
    for word in change.split():
        if word[0] == "=" or word[:2].lower() == "0x":
            try:
                pte = int(word.lstrip("="), 0) & (1 << 64) - 1
            except ValueError:
                raise EmuError(f"{word!r} is no value") from None
            continue
        letters = word[1:].upper()
        if word[0] not in "+-" or not letters or any(letter not in LETTERS for letter in letters):
            raise EmuError(f"{word!r} changes no bit", hint="+W, -R, +A-D …: letters are V R W X U G A D; or =VALUE")
        for letter in letters:
            pte = pte | LETTERS[letter] if word[0] == "+" else pte & ~LETTERS[letter]
    return pte


LETTERS = {letter: 1 << n for n, letter in enumerate("VRWXUGAD")}


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


def set_line(session: Session, address: int, change: str) -> View:
    """The state of a line in the selected hart's private caches."""
    from emu.debug.control import cachelines

    state = change.upper()
    if state not in ("M", "E", "S", "I"):
        raise EmuError(f"{change!r} is no state of a line", hint="M, E, S or I")
    old = cachelines.states(session, address)
    if not old:
        raise EmuError(
            f"hart {session.hart} has no copy of the line at {address:#x}", hint=f"mesi {address:#x} shows who has one"
        )
    intervene(session, lambda: cachelines.set_state(session, address, state))
    return changed(
        "set line",
        f"line {address:#x} of hart {session.hart}",
        " ".join(old),
        " ".join(cachelines.states(session, address)) or "gone",
    )
