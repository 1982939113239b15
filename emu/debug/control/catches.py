"""What can be caught: one table. Each catch is made of tracepoints of the kernel or of events of the hardware."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emu.errors import EmuError, did_you_mean
from emu.kernel.siginfo import NAMES as SIGNAL_NAMES
from emu.kernel.syscall.numbers import NAMES as SYSCALL_NAMES

LEVELS = ("l1i", "l1d", "l2", "llc")
STATES = ("I", "S", "E", "M")
UNITS = ("itlb", "dtlb", "l2tlb")
FAULTS = ("minor", "major", "cow", "invalid")
EVERYWHERE = (-(1 << 63), (1 << 63) - 1)


@dataclass(frozen=True, slots=True)
class Catch:
    """kernel: tracepoints; hardware: event kinds; argument: what may follow, from `choices` if there are any."""

    meaning: str
    kernel: tuple[str, ...] = ()
    hardware: tuple[str, ...] = ()
    argument: str = ""
    choices: tuple[str, ...] = ()


CATCHES: dict[str, Catch] = {
    "fault": Catch("page faults, of one kind perhaps", ("fault",), argument="kind", choices=FAULTS),
    "syscall": Catch("system calls, by name or number", ("sys_enter",), argument="syscall"),
    "sysret": Catch("returns of system calls", ("sys_exit",), argument="syscall"),
    "fork": Catch("new tasks: fork, vfork, clone", ("fork",)),
    "exec": Catch("execve", ("exec",)),
    "exit": Catch("ends of tasks", ("exit",)),
    "signal": Catch("signals as they are delivered", ("signal",), argument="signal"),
    "trap": Catch("exceptions other than page faults and system calls", ("trap",)),
    "switch": Catch("context switches", ("switch",)),
    "wakeup": Catch("tasks that become ready again", ("wakeup",)),
    "swap-in": Catch("pages read from swap", ("swap_in",)),
    "swap-out": Catch("pages written to swap", ("swap_out",)),
    "reclaim": Catch("turns of kswapd and of direct reclaim", ("kswapd", "direct_reclaim_begin")),
    "oom": Catch("kills for want of memory", ("oom_kill",)),
    "irq": Catch("interrupts", ("irq",)),
    "tlb-miss": Catch("fills of a TLB after a miss", hardware=("tlb_fill",), argument="tlb", choices=UNITS),
    "walk": Catch("walks of the page table", hardware=("walk", "walk_fault")),
    "cache-miss": Catch("misses of a cache", hardware=("cache_miss",), argument="level", choices=LEVELS),
    "eviction": Catch(
        "lines that leave a cache to make room", hardware=("cache_evict",), argument="level", choices=LEVELS
    ),
    "write-back": Catch("dirty lines written back", hardware=("write_back",), argument="level", choices=LEVELS),
    "mesi": Catch("changes of a line's state, to one perhaps", hardware=("mesi",), argument="state", choices=STATES),
    "tlb-flush": Catch("flushes of TLB entries", hardware=("tlb_flush",)),
    "sc-fail": Catch("SC that failed", hardware=("sc_fail",)),
}


def find(name: str) -> Catch:
    """A catch by name, or the only one that begins so. EmuError."""
    begin = [name] if name in CATCHES else [each for each in CATCHES if each.startswith(name)]
    if len(begin) != 1:
        hint = did_you_mean(name, CATCHES) or "there are " + ", ".join(CATCHES)
        raise EmuError(f"nothing to catch is called {name!r}", hint=hint)
    return CATCHES[begin[0]]


def full_name(name: str) -> str:
    """The name that an unambiguous beginning stands for."""
    found = find(name)
    return next(each for each, catch in CATCHES.items() if catch is found)


def parse(name: str, words: list[str], xlen: int) -> dict[str, Any]:
    """The arguments of a catch: its choice or name, and `line=ADDRESS` for what concerns cache lines. EmuError."""
    catch, arguments = find(name), {}
    if len(words) > 1 or (words and not catch.argument):
        raise EmuError(f"catch {full_name(name)} takes {'one ' + catch.argument if catch.argument else 'nothing more'}")
    for word in words:
        arguments[catch.argument] = parse_argument(catch, word, xlen)
    return arguments


def parse_argument(catch: Catch, word: str, xlen: int) -> str | int:
    """One argument as records hold it."""
    if catch.choices:
        for choice in catch.choices:
            if choice.lower() == word.lower():
                return choice
        raise EmuError(f"{word!r} is no {catch.argument}", hint="one of " + ", ".join(catch.choices))
    if catch.argument == "signal":
        return signal_number(word)
    known = SYSCALL_NAMES[xlen]
    if word.isdigit() and len(word) < 10:
        return known.get(int(word), f"syscall_{int(word)}")
    if word not in known.values():
        raise EmuError(f"no system call is called {word!r}", hint=did_you_mean(word, known.values()))
    return word


def signal_number(word: str) -> int:
    """SIGSEGV, SEGV or 11."""
    if word.isdigit() and 0 < int(word[:9]) <= 64:
        return int(word)
    short = word.upper().removeprefix("SIG")
    if short in SIGNAL_NAMES[1:]:
        return SIGNAL_NAMES.index(short)
    raise EmuError(f"no signal is called {word!r}", hint=did_you_mean(short, SIGNAL_NAMES) or "SIGSEGV, SEGV or 11")


def hardware(name: str, arguments: dict[str, Any]) -> list[tuple[str, int, int, int, int]]:
    """Its hardware events as the machine filters them: kind, lowest and highest a, mask and value of c."""
    mask = value = 0
    if "level" in arguments:
        mask, value = 0xFF, LEVELS.index(arguments["level"])
    elif "tlb" in arguments:
        mask, value = 0xFF, UNITS.index(arguments["tlb"])
    elif "state" in arguments:
        mask, value = 0xF, STATES.index(arguments["state"])
    return [(kind, *EVERYWHERE, mask, value) for kind in CATCHES[name].hardware]


def wanted(name: str, arguments: dict[str, Any], kind: str, fields: dict[str, Any]) -> bool:
    """Whether a record of the kernel is what a catch waits for."""
    if kind not in CATCHES[name].kernel:
        return False
    if "kind" in arguments and fields.get("type") != arguments["kind"]:
        return False
    if "syscall" in arguments and fields.get("name") != arguments["syscall"]:
        return False
    if "actions" in arguments and fields.get("action") not in arguments["actions"]:
        return False
    if "signal" in arguments and fields.get("number") != arguments["signal"]:
        return False
    return not (kind == "sys_enter" and fields.get("again"))
