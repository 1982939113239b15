"""Values: print, set, getphys, pagemap bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.debug.command import Arg, Command
from emu.debug.control import alter, alter_raw, values_view
from emu.debug.view import View

if TYPE_CHECKING:
    from emu.debug.session import Session

FIB = "programs/fib.s"


def print_(session: Session, expression: str, fmt: str) -> View:
    """The value of an expression, which may call functions of the program."""
    with session.scope.calls_allowed():
        return values_view.print_value(session, expression, fmt)


def set_(session: Session, assignment: str, pid: int | None = None) -> View:
    """Change something."""
    return alter.assign(session, assignment)


def set_pte(session: Session, address: int, change: str) -> View:
    """Change bits of a page-table entry."""
    return alter_raw.set_pte(session, address, change)


def set_line(session: Session, address: int, change: str) -> View:
    """Change the state of a cache line."""
    return alter_raw.set_line(session, address, change)


def set_memory(session: Session, pid: int, address: int, data: str) -> View:
    """Write to any process."""
    return alter_raw.set_memory(session, pid, address, data)


def set_physical(session: Session, address: int, data: str) -> View:
    """Write to physical memory."""
    return alter_raw.set_physical(session, address, data)


def set_locking(session: Session, mode: str) -> View:
    """Who runs during steps."""
    return alter.set_locking(session, mode)


def getphys(session: Session, address: int, pid: int | None) -> View:
    """Virtual to physical."""
    return values_view.getphys(session, address, pid)


COMMANDS = (
    Command(
        "print", "The value of an expression.", print_, (Arg("expression", "rest"),), ("p",), slash=True,
        details="C's operators over numbers, $registers, variables and memory: *(u8 *) 0x11000, p->next, &x, a[3]; "
        "first@4 is an array that begins there, sizeof and casts know the program's types, place = value assigns. "
        "/x hexadecimal, /d signed, /u unsigned, /t binary, /c character, /s string, /f floating point, /a address.",
        example=(FIB, ("break fib", "continue", "print $a0 * 2", "print/x $sp")), group="look",
    ),
    Command(
        "call", "Call a function of the program, and print what it returns.", print_, (Arg("expression", "rest"),),
        slash=True, details="As print does it: on the selected task's stack; then its registers are what they were. "
        "What the function does to memory stays, and what was recorded as the future is lost. Breakpoints do not stop "
        "it. A function that a signal ends or stops (handlers are let run), or that does not return within 50 million "
        "instructions, has not been called: time goes back to before it. Up to eight numbers or pointers are passed, "
        "converted to the types of its parameters where those are known.",
        example=(FIB, ("advance fib", "call fib(10)", "print fib(20) + 1")), group="memory",
    ),
    Command(
        "set", "Change a register, memory, a $name, or a tunable of the kernel.", set_, (Arg("assignment", "assignment",
        help="$a0 = 3; *(u32 *) 0x11000 = 7; kernel.vm.swappiness = 0"),),
        (), details="A change of what would have happened: kept in the history from here on. The debugger's "
        "own settings are `set colour` and others: see show.",
        example=(FIB, ("break fib", "continue", "set $a0 = 3", "finish")), group="memory",
    ),
    Command(
        "set pte", "Change bits of the page-table entry of an address: +W -D =0x….", set_pte,
        (Arg("address", "expression"), Arg("change", "rest", help="+W, -R, +A -D or =VALUE")),
        details="TLB entries of the page are dropped, as sfence.vma would; the kernel does not learn of it.",
        example=("programs/fib.s", ("advance print_decimal", "set pte $sp -W", "walk $sp", "catch fault",
        "continue")), group="memory",
    ),
    Command(
        "set line", "Change the MESI state of this hart's copies of a cache line.", set_line,
        (Arg("address", "expression", help="a physical address: pa(VIRTUAL) gives one"), Arg("change", "word",
        help="M, E, S or I")),
        details="I drops the copies of the selected hart's private caches. M and E need that nobody else has the line.",
        example=("programs/sum_array.s", ("advance sum", "stepi 50", "set line pa(numbers) S", "line pa(numbers)")),
        group="memory",
    ),
    Command(
        "set memory", "Write to the memory of any process, through its page table.", set_memory,
        (Arg("pid", "pid"), Arg("address", "expression"), Arg("data", "rest",
        help='bytes (01 02 ff), a number with its size (4:1234) or "text"')),
        details="As a debugger writes: read-only pages too, and shared ones are copied first.",
        example=("programs/hello.s", ("stepi 2", 'set memory 1 $sp-16 "hi"', "x/s $sp-16")), group="memory",
    ),
    Command(
        "set physical", "Write to physical memory.", set_physical,
        (Arg("address", "expression"), Arg("data", "rest",
        help='bytes (01 02 ff), a number with its size (4:1234) or "text"')),
        example=("programs/hello.s", ("stepi 2", "set physical 0x100000 4:7", "xp/4xb 0x100000")), group="memory",
    ),
    Command(
        "set scheduler-locking", "on: steps and continue let only the selected task's hart run; off: all.", set_locking,
        (Arg("mode", "choice", choices=("on", "off")),), example=("programs/hello.s", ("set scheduler-locking off",)),
        group="run",
    ),
    Command(
        "getphys", "The physical address behind a virtual one, as a program reads it from /proc/PID/pagemap.", getphys,
        (Arg("address", "expression"), Arg("pid", "pid", optional=True)),
        details="Bits 0 to 54 of the entry are the frame, 56 exclusive, 61 of a file, 62 swapped, 63 present.",
        example=("programs/hello.s", ("stepi", "getphys $sp")), group="memory",
    ),
)  # fmt: skip
