"""What the program is: registers, memory, instructions, source."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from emu.debug.command import Arg, Command
from emu.debug.look import code, formats, memory
from emu.debug.look import registers as look_registers
from emu.debug.look.regfile import named, registers_of
from emu.debug.look.subject import machine_of

if TYPE_CHECKING:
    from emu.debug.session import Session
    from emu.debug.view import View

Snapshot = tuple[int, dict[str, int]]
SHOWN: WeakKeyDictionary[Session, tuple[Snapshot, Snapshot]] = WeakKeyDictionary()
LAST: WeakKeyDictionary[Session, tuple[int, formats.Format]] = WeakKeyDictionary()


def registers(session: Session, what: str | None) -> View:
    """Of the selected task; marked is what has changed since they were shown at another time."""
    now = session.engine.tick, named(registers_of(session))
    shown, before = SHOWN.get(session, (now, now))
    if shown[0] != now[0]:
        shown, before = now, shown
    SHOWN[session] = shown, before
    return look_registers.registers(session, what, before[1])


def examine(session: Session, fmt: str, address: int | None, physical: bool = False) -> View:
    """From an address, or from where the last one ended."""
    at, last = LAST.get(session, (registers_of(session).x[2], None))
    shape = formats.parse(fmt, machine_of(session).xlen, last)
    view = memory.memory(session, at if address is None else address, fmt, physical, last)
    LAST[session] = (view.data["next"], shape)
    size = next((letter for letter, size in formats.SIZES.items() if size == shape.size), "")
    view.again = f"{'xp' if physical else 'x'}/{shape.count}{shape.letter}{size}"
    return view


def examine_physical(session: Session, fmt: str, address: int | None) -> View:
    """The same by physical address."""
    return examine(session, fmt, address, physical=True)


def disassemble(session: Session, where: list[int] | None, count: int | None, no_source: str | bool = False) -> View:
    """From a location, or from pc."""
    return code.disassemble(session, where[0] if where else None, count=count or 20, source=not no_source)


def disassemble_(session: Session, where: list[int] | None, count: int | None, **options: bool) -> View:
    """Options have dashes."""
    return disassemble(session, where, count, options.get("no-source", False))


def list_(session: Session, where: list[int] | None, count: int | None) -> View:
    """Around a location, or around pc."""
    return code.listing(session, where[0] if where else None, count or code.LIST_LINES)


FMT = """FMT is a count, a letter for how and a letter for how large, each may be left out: 16gx, 4i, 2s, 8dw.
x hexadecimal, d decimal, u unsigned, o octal, t binary, c characters, a addresses, f floating point, s strings,
i instructions; b h w g are 1, 2, 4, 8 bytes. Without an address it goes on where the last one ended."""
START = ("stepi 5",)

COMMANDS = (
    Command(
        "registers",
        "Integer registers with what they point at; f, csr, all, or a name or pattern.",
        registers,
        (Arg("what", "register", optional=True, help="x, f, csr, all, a name, or a pattern like s*"),),
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
        (Arg("address", "expression", optional=True, help="an address: $sp, buffer+8, 0x12000"),),
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
        (Arg("address", "expression", optional=True, help="a physical address"),),
        slash=True,
        repeats=True,
        group="memory",
        details=FMT,
        example=("programs/hello.s", ("xp/4gx 0x5000",)),
    ),
    Command(
        "disassemble",
        "Instructions with the source lines they come from.",
        disassemble_,
        (
            Arg("where", "location", optional=True, help="a symbol, *address or file:line; default: pc"),
            Arg("count", "number", optional=True),
        ),
        aliases=("dis",),
        options={"no-source": "instructions only"},
        group="look",
        example=("programs/hello.s", ("disassemble _start 4",)),
    ),
    Command(
        "list",
        "Source lines around a place.",
        list_,
        (
            Arg("where", "location", optional=True, help="a symbol, *address or file:line; default: pc"),
            Arg("count", "number", optional=True),
        ),
        aliases=("l",),
        group="look",
        example=("programs/hello.s", ("list",)),
    ),
)
