"""What the program is: registers, memory, instructions, source."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from emu.debug.command import Arg, Command
from emu.debug.look import code, formats, memory, stretch, structure
from emu.debug.look import registers as look_registers
from emu.debug.look.regfile import named, registers_of
from emu.debug.look.subject import machine_of
from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.debug.session import Session
    from emu.debug.value import Value
    from emu.debug.view import View

Snapshot = tuple[int, dict[str, int]]
SHOWN: WeakKeyDictionary[Session, tuple[Snapshot, Snapshot]] = WeakKeyDictionary()
LAST: WeakKeyDictionary[Session, tuple[int, formats.Format]] = WeakKeyDictionary()
LISTED: WeakKeyDictionary[Session, tuple[tuple[int, int, int], str, int, int]] = WeakKeyDictionary()


def registers(session: Session, what: list[str]) -> View:
    """Of the selected task; marked is what has changed since they were shown at another time."""
    now = session.engine.tick, named(registers_of(session))
    shown, before = SHOWN.get(session, (now, now))
    if shown[0] != now[0]:
        shown, before = now, shown
    SHOWN[session] = shown, before
    return look_registers.registers(session, what, before[1])


def examine(session: Session, fmt: str, address: Value | None, physical: bool = False) -> View:
    """From an address, or from where the last one ended; a structure without a format by its members."""
    kind = address.type if address is not None else None
    at = address.address if address is not None else None
    if kind is not None and at is not None and kind.members and not fmt.strip("0123456789") and not physical:
        return structure.structure(session, kind, at, min(int(fmt[:4] or 1), 100))
    return numbers(session, fmt, None if address is None else address.word(machine_of(session).xlen), physical)


def numbers(session: Session, fmt: str, address: int | None, physical: bool) -> View:
    """Memory in a format."""
    at, last = LAST.get(session, (registers_of(session).x[2], None))
    shape = formats.parse(fmt, machine_of(session).xlen, last)
    view = memory.memory(session, at if address is None else address, fmt, physical, last)
    LAST[session] = (view.data["next"], shape)
    size = next((letter for letter, size in formats.SIZES.items() if size == shape.size), "")
    view.again = f"{'xp' if physical else 'x'}/{shape.count}{shape.letter}{size}"
    return view


def examine_physical(session: Session, fmt: str, address: Value | None) -> View:
    """The same by physical address."""
    return examine(session, fmt, address, physical=True)


def disassemble(session: Session, where: str | None, fmt: str, **options: bool) -> View:
    """From a location, or from pc."""
    if set(fmt) - set("srm"):
        raise EmuError(f"disassemble takes no /{fmt}", hint="source and raw bytes are shown anyhow; --no-source")
    first, end, count = stretch.addresses(session, where or "")
    return code.disassemble(session, first, end, count, source=not options.get("no-source"))


def list_(session: Session, where: str | None) -> View:
    """Around a place; again: the lines that follow."""
    now = session.engine.tick, session.pid, session.frame
    told, file, first, end = LISTED.get(session, (None, "", 0, 0))
    view = stretch.source(session, where or "", (file, first, end) if told == now else None)
    lines = view.data["lines"]
    LISTED[session] = now, view.data["file"], view.data["first"], view.data["first"] + len(lines)
    return view


FMT = """FMT is a count, a letter for how and a letter for how large, each may be left out: 16gx, 4i, 2s, 8dw.
x hexadecimal, d decimal, u unsigned, o octal, t binary, c characters, a addresses, f floating point, s strings,
i instructions; b h w g are 1, 2, 4, 8 bytes. Without an address it goes on where the last one ended."""
START = ("stepi 5",)

COMMANDS = (
    Command(
        "registers",
        "Integer registers with what they point at; f, csr, all, or a name or pattern.",
        registers,
        (Arg("what", "register", optional=True, many=True, help="x, f, csr, all, names, or patterns like s*"),),
        aliases=("info registers", "regs", "ir"),
        group="look",
        repeats=True,
        details="What has changed since they were shown last, at another time, is marked with *.",
        example=("programs/hello.s", (*START, "registers a*")),
    ),
    Command(
        "x",
        "Memory at an address: numbers, strings or instructions.",
        examine,
        (Arg("address", "value", optional=True, help="an address: $sp, buffer+8, 0x12000; a structure: *pointer"),),
        slash=True,
        repeats=True,
        group="memory",
        details=FMT,
        example=("programs/hello.s", ("x/3i $pc", "x/4xw $sp")),
    ),
    Command(
        "xp",
        "Physical memory at an address.",
        examine_physical,
        (Arg("address", "value", optional=True, help="a physical address"),),
        slash=True,
        repeats=True,
        group="memory",
        details=FMT,
        example=("programs/hello.s", ("xp/4gx 0x5000",)),
    ),
    Command(
        "disassemble",
        "Instructions with the source lines they come from.",
        disassemble,
        (Arg("where", "rest", optional=True, help="LOCATION; LOCATION COUNT; FROM,TO or FROM,+BYTES; default: pc"),),
        aliases=("dis",),
        slash=True,
        details="A location is a symbol, file:line or *address. gdb's /s and /r are what it does anyhow.",
        options={"no-source": "instructions only"},
        group="look",
        example=("programs/hello.s", ("disassemble _start 4",)),
    ),
    Command(
        "list",
        "Source lines around a place.",
        list_,
        (Arg("where", "rest", optional=True, help="LOCATION; LOCATION COUNT; FIRST,LAST; -: what stands before"),),
        aliases=("l",),
        repeats=True,
        details="Around a line, symbol, file:line or *address; without one, around pc, then what follows.",
        group="look",
        example=("programs/hello.s", ("list",)),
    ),
)
