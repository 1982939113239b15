"""Kinds of arguments that point to structures of time and of signals (section 2 man pages, asm-generic)."""

from __future__ import annotations

import struct as packing
import time
from typing import TYPE_CHECKING

from emu.isa.abi import SP
from emu.kernel.siginfo import name_of
from emu.kernel.strace import flags
from emu.kernel.strace.siginfo import origin
from emu.kernel.strace.text import address, listed, struct
from emu.kernel.strace.values import Kind, kind

if TYPE_CHECKING:
    from emu.kernel.strace.call import Call

SIZEOF_SIGINFO = 128
POINTERS: set[str] = {"path", "str", "bytes", "noise", "argv", "envp"}
"""Kinds whose value is an address: NULL is written as such, and what a failed call would have written is not shown."""


def pointer(function: Kind) -> Kind:
    """Enter a kind that reads memory."""
    POINTERS.add(function.__name__)
    return kind(function)


def fields(call: Call, addr: int, code: str) -> tuple[int, ...] | None:
    """Numbers in memory; `P` in the code is a word of the register's width, `L` a signed one."""
    code = "<" + code.replace("P", "Q" if call.xlen == 64 else "I").replace("L", "q" if call.xlen == 64 else "i")
    data = call.peek(addr, packing.calcsize(code))
    return None if data is None else packing.unpack(code, data)


# -- time -------------------------------------------------------------------------------------------------------------
@pointer
def timespec(call: Call, value: int) -> str | None:
    found = fields(call, value, "qq")
    return None if found is None else struct(tv_sec=found[0], tv_nsec=found[1])


@pointer
def timespecs(call: Call, value: int) -> str | None:
    """utimensat's two times."""
    found = fields(call, value, "4q")
    if found is None:
        return None
    special = {(1 << 30) - 1: "UTIME_NOW", (1 << 30) - 2: "UTIME_OMIT"}
    pairs = zip(found[::2], found[1::2], strict=True)
    return listed(special.get(nsec) or struct(tv_sec=sec, tv_nsec=nsec) + date(sec, nsec) for sec, nsec in pairs)


def date(sec: int, nsec: int) -> str:
    """What a time is called, as a comment; nothing for 0 and for what no calendar has."""
    if not 0 <= sec < 1 << 37 or sec == nsec == 0:
        return ""
    fraction = f".{nsec:09}" if nsec else ""
    return f" /* {time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(sec))}{fraction}+0000 */"


@pointer
def timeval(call: Call, value: int) -> str | None:
    found = fields(call, value, "qq")
    return None if found is None else struct(tv_sec=found[0], tv_usec=found[1])


@pointer
def itimerval(call: Call, value: int) -> str | None:
    found = fields(call, value, "4L")
    return None if found is None else interval(found, "tv_usec")


@pointer
def itimerspec(call: Call, value: int) -> str | None:
    found = fields(call, value, "4q")
    return None if found is None else interval(found, "tv_nsec")


def interval(found: tuple[int, ...], fraction: str) -> str:
    """A timer's interval and value."""
    every, first = ({"tv_sec": found[n], fraction: found[n + 1]} for n in (0, 2))
    return struct(it_interval=struct(**every), it_value=struct(**first))


# -- signals ----------------------------------------------------------------------------------------------------------
def set_of_signals(mask: int) -> str:
    """`[INT CHLD]`; `~[...]` for all but a few."""
    inverse = mask.bit_count() > 32
    numbers = [n for n in range(1, 65) if bool(mask >> (n - 1) & 1) != inverse]
    return ("~" if inverse else "") + "[" + " ".join(name_of(n).removeprefix("SIG") for n in numbers) + "]"


@pointer
def sigset(call: Call, value: int) -> str | None:
    found = fields(call, value, "Q")
    return None if found is None else set_of_signals(found[0])


@pointer
def sigaction(call: Call, value: int) -> str | None:
    found = fields(call, value, "PPQ")
    if found is None:
        return None
    handler = {0: "SIG_DFL", 1: "SIG_IGN"}.get(found[0], address(found[0]))
    return struct(sa_handler=handler, sa_mask=set_of_signals(found[2]), sa_flags=flags.names("SA", found[1]))


@pointer
def altstack(call: Call, value: int) -> str | None:
    found = fields(call, value, "QiiQ" if call.xlen == 64 else "IiI")
    return (
        None
        if found is None
        else struct(ss_sp=address(found[0]), ss_flags=flags.names("SS", found[1]), ss_size=found[-1])
    )


@pointer
def siginfo(call: Call, value: int) -> str | None:
    found = fields(call, value, "iii4xiIi" if call.xlen == 64 else "iiiiIi")
    if found is None:
        return None
    number, _, code, pid, uid, status = found
    sent = fields(call, value + (24 if call.xlen == 64 else 20), "P") or (0,)
    return origin(
        {"number": number, "code": code, "sender": pid, "uid": uid, "status": status, "address": 0, "value": sent[0]}
    )


@pointer
def sigreturn(call: Call, value: int) -> str | None:
    """The mask in the frame that the stack pointer shows: rt_sigreturn has no arguments."""
    task = call.task
    sp = (call.kernel.harts[task.loaded_on].x if task.loaded_on >= 0 else task.regs)[SP] & call.kernel.xlen_mask
    found = fields(call, sp + SIZEOF_SIGINFO + 5 * call.word_size, "Q")
    return None if found is None else struct(mask=set_of_signals(found[0]))


@pointer
def wstatus(call: Call, value: int) -> str | None:
    """wait4's answer, in the words of the macros."""
    found = fields(call, value, "I")
    if found is None or not call.result:
        return None if found is None else address(value)
    status = found[0]
    if status & 0x7F == 0:
        return f"[{{WIFEXITED(s) && WEXITSTATUS(s) == {status >> 8 & 0xFF}}}]"
    if status & 0xFF == 0x7F:
        return f"[{{WIFSTOPPED(s) && WSTOPSIG(s) == {name_of(status >> 8 & 0xFF)}}}]"
    return (
        "[{WIFCONTINUED(s)}]"
        if status == 0xFFFF
        else f"[{{WIFSIGNALED(s) && WTERMSIG(s) == {name_of(status & 0x7F)}}}]"
    )
