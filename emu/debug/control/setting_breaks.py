"""Making breaks from what a person wrote, checked before they are entered in the list; and describing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.debug.control import catches, judge, lifetime
from emu.debug.control.breaks import ACCESS, BREAK, CATCH, READ, WATCH, WRITE, Break
from emu.debug.control.conditions import checked_condition
from emu.debug.control.planter import MOST_WATCHED
from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.session import Session

LARGEST_WATCH = 1 << 20
NAMES = {READ: "read", WRITE: "write", ACCESS: "access"}


def add_break(
    session: Session, location: Any, condition: str | None, temporary: bool, options: dict[str, str | None]
) -> Break:
    """A breakpoint at a location; None: here. EmuError."""
    places = location if location is not None else session.resolve("")
    mask = session.kernel.xlen_mask
    addresses = sorted({place & mask for place in places.bodies})
    condition = checked_condition(session, condition or "", addresses)
    step = 2 if session.machine.config.values.get("isa.c", True) else 4
    if any(place % min(step, 2) for place in addresses):
        raise EmuError(f"{places.text} is at an odd address: no instruction begins there")
    task = session.task
    path = task.mm.exe_file.path if task is not None and task.mm is not None and places.text[:1] != "*" else ""
    row = session.breaks.add(
        BREAK, places.text, addresses=addresses, condition=condition, temporary=temporary, program=path
    )
    narrow(session, row, options)
    return row


def narrow(session: Session, row: Break, options: dict[str, str | None]) -> None:
    """--hart, --pid, --ignore. EmuError takes the row out again."""
    try:
        for name in ("hart", "pid", "ignore"):
            text = options.get(name)
            if text is not None:
                setattr(row, name, whole(name, text))
        if row.hart is not None and row.hart >= len(session.machine.harts):
            raise EmuError(f"there is no hart {row.hart}")
    except EmuError:
        session.breaks.remove(row)
        raise
    session.breaks.touch()


def whole(name: str, text: str) -> int:
    """A number of an option. EmuError."""
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise EmuError(f"--{name}={text}: a number is needed")
    return int(text)


def add_watch(
    session: Session,
    text: str,
    access: int,
    length: int | None,
    physical: bool,
    condition: str,
    options: dict[str, Any],
    stays: bool = False,
) -> Break:
    """A watchpoint on what an expression names in memory, or on `length` bytes at an address. EmuError.

    One that uses local variables ends with their call, unless it `stays`.
    """
    session.scope.uses_frame = False
    low, size = watched_range(session, text, length, physical)
    life = lifetime.of_frame(session) if session.scope.uses_frame and not (physical or stays) else None
    condition = checked_condition(session, condition)
    room_for(session, WATCH, 1)
    pid = None if physical else session.task_of().tgid
    row = session.breaks.add(
        WATCH, text, low=low, high=low + size, access=access, physical=physical, condition=condition, pid=pid
    )
    narrow(session, row, options)
    row.lifetime = life
    lifetime.begin(session, row)
    row.value = judge.watched_value(session, row)
    return row


def watched_range(session: Session, text: str, length: int | None, physical: bool) -> tuple[int, int]:
    """(first address, bytes)."""
    value = session.value(text)
    if physical:
        low, size = value.word(session.machine.xlen), length or 8
        if low + size > len(session.machine.ram):
            raise EmuError(f"physical memory ends at {len(session.machine.ram):#x}")
        if (low & 4095) + size > 4096:
            raise EmuError("a physical watchpoint must lie within a page")
        return low, size
    if value.register and value.address is None:
        raise EmuError(
            f"{text} is a register: watchpoints are for memory", hint=f"watch *{text} watches what it points at"
        )
    low = value.address if value.address is not None else value.word(session.machine.xlen)
    kind = value.type if value.address is not None else None
    size = length or (
        kind.size if kind is not None and kind.size else session.symbol_size(low) or session.machine.xlen // 8
    )
    if not 0 < size <= LARGEST_WATCH:
        raise EmuError(f"{size} bytes can't be watched", hint=f"1 to {LARGEST_WATCH}: watch --length=8 {text}")
    return low, size


def add_catch(
    session: Session, name: str, words: list[str], temporary: bool, condition: str, options: dict[str, Any]
) -> Break:
    """A catchpoint. EmuError."""
    full = catches.full_name(name)
    arguments = catches.parse(full, words, session.machine.xlen)
    condition = checked_condition(session, condition)
    room_for(session, CATCH, len(catches.hardware(full, arguments)))
    row = session.breaks.add(
        CATCH, " ".join([full, *words]), catch=full, arguments=arguments, condition=condition, temporary=temporary
    )
    narrow(session, row, options)
    return row


def room_for(session: Session, kind: str, more: int) -> None:
    """The machine watches so many places and waits for so many events at once. EmuError when they are all taken."""
    rows = [row for row in session.breaks.rows.values() if row.kind == kind]
    used = len(rows) if kind == WATCH else sum(len(catches.hardware(row.catch, row.arguments)) for row in rows)
    if used + more > MOST_WATCHED:
        raise EmuError(f"the machine has {MOST_WATCHED} {kind}s, and they are all taken", hint="delete some")


# -- in words ---------------------------------------------------------------------------------------------------------


def describe(session: Session, row: Break) -> str:
    """`fib at 0x10148, fib.s:28`, `write of 8 bytes at 0x11000 (counter)`, `catch syscall write`."""
    if row.kind == BREAK:
        places = []
        for address in row.addresses:
            source = session.source(address)
            places.append(f"{address:#x}" + (f", {source[0]}:{source[1]}" if source else ""))
        return f"{row.spec} at {' and '.join(places)}"
    if row.kind == WATCH:
        where = "physical " if row.physical else ""
        return f"{NAMES[row.access]} of {row.high - row.low} bytes at {where}{row.low:#x} ({row.spec})"
    return f"catch {row.spec}: {catches.CATCHES[row.catch].meaning}"


def limits(row: Break) -> str:
    """What narrows it."""
    parts = [f"if {row.condition}"] if row.condition else []
    parts += [f"pid {row.pid}"] if row.pid is not None else []
    parts += [f"hart {row.hart}"] if row.hart is not None else []
    parts += ["until its call ends"] if row.lifetime is not None else []
    parts += [f"after {row.ignore} more"] if row.ignore else []
    return ", ".join([*parts, "does commands"] if row.commands else parts)
