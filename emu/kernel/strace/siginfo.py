"""siginfo_t as strace writes it: which of its fields a signal has (sigaction(2))."""

from __future__ import annotations

from collections.abc import Mapping

from emu.kernel.siginfo import (
    CLD_EXITED,
    SI_KERNEL,
    SI_QUEUE,
    SI_TIMER,
    SIGBUS,
    SIGCHLD,
    SIGFPE,
    SIGILL,
    SIGSEGV,
    SIGTRAP,
    name_of,
)
from emu.kernel.strace import flags
from emu.kernel.strace.text import address, struct

FAULTS = frozenset((SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV))
SPECIFIC = {SIGILL: "ILL", SIGTRAP: "TRAP", SIGBUS: "BUS", SIGFPE: "FPE", SIGSEGV: "SEGV", SIGCHLD: "CLD"}


def code_name(number: int, code: int) -> str:
    """si_code: general, or as the signal has it."""
    general = flags.CHOICES["SI"].get(code)
    if code <= 0 or code == SI_KERNEL:
        return general or str(code)
    return flags.CHOICES.get(SPECIFIC.get(number, ""), {}).get(code, str(code))


def origin(of: Mapping[str, int]) -> str:
    """The fields of the tracepoint `signal`: number, code, address, sender, uid, status, value."""
    number, code = of["number"], of["code"]
    head = {"si_signo": name_of(number), "si_code": code_name(number, code)}
    if number in FAULTS and 0 < code < SI_KERNEL:
        return struct(**head, si_addr=address(of["address"]))
    if code == SI_KERNEL:
        return struct(**head)
    if code == SI_TIMER:
        return struct(**head, si_timerid=f"{of['sender']:#x}", si_overrun=of["uid"], **sigval(of["value"]))
    sender = {"si_pid": of["sender"], "si_uid": of["uid"]}
    if number == SIGCHLD and code > 0:
        return struct(**head, **sender, **child(code, of["status"]))
    return struct(**head, **sender, **(sigval(of["value"]) if code == SI_QUEUE else {}))


def child(code: int, status: int) -> dict[str, object]:
    """What SIGCHLD and waitid say of it: an exit code, or the signal that ended or stopped it."""
    ended = status if code == CLD_EXITED else name_of(status)
    return {"si_status": ended, "si_utime": 0, "si_stime": 0}


def sigval(value: int) -> dict[str, object]:
    """A union sigval, both ways."""
    low = value & 0xFFFFFFFF
    return {"si_int": low - (1 << 32) if low >> 31 else low, "si_ptr": address(value)}
