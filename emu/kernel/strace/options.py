"""What `--strace=…` can be told: names of system calls, or the options that strace itself takes."""

from __future__ import annotations

import getopt
import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace

from emu.errors import EmuError, did_you_mean
from emu.kernel.siginfo import name_of
from emu.kernel.strace.selection import parse as parse_names
from emu.kernel.strace.text import SHOWN

COLUMN = 40
SHORT = "cCfFnqrtTvwyzZe:s:a:o:"
HINT = (
    "--strace=NAMES, or strace's -c -C -e trace=NAMES -e signal=NAMES -n -qq -t -tt -ttt -r -T -v -y -z -Z -s SIZE "
    "-a COLUMN -o FILE, like --strace='-tt -T'"
)
SIGNALS = frozenset(map(name_of, range(1, 65)))
STATUSES = frozenset(("successful", "failed", "unfinished", "unavailable", "detached"))


@dataclass(frozen=True, slots=True)
class Options:
    """How the log is written."""

    only: frozenset[str] | None = None  # None: every call
    lines: bool = True
    summary: bool = False  # -c: a table at the end
    stamp: str = ""  # "t", "tt", "ttt" or "r": what each line begins with
    spent: bool = False  # -T: the time in each call
    paths: bool = False  # -y: what descriptors lead to
    strings: int = SHOWN  # bytes that are shown of each
    column: int = COLUMN  # of the equal sign, where the line is no longer
    output: str | None = None  # a file of the host, in place of stderr
    full: bool = False  # -v: structures whole
    numbers: bool = False  # -n: the number of each call
    quiet: int = 0  # -q; from the second on nothing of those who exit
    statuses: frozenset[str] = STATUSES  # -z, -Z: calls that end so
    signals: frozenset[str] = SIGNALS  # -e signal=: which are told


PLAIN = Options(column=0)
SWITCHES: dict[str, dict[str, object]] = {
    "-c": {"summary": True, "lines": False},
    "-C": {"summary": True},
    "-r": {"stamp": "r"},
    "-T": {"spent": True},
    "-y": {"paths": True},
    "-v": {"full": True},
    "-n": {"numbers": True},
    "-z": {"statuses": frozenset(("successful",))},
    "-Z": {"statuses": frozenset(("failed",))},
}
EXPRESSIONS: dict[str, dict[str, object]] = {
    "abbrev=none": {"full": True},
    "abbrev=all": {"full": False},
}
QUIETS = frozenset(("attach", "exit", "path-resolution", "personality", "thread-execve"))
QUIETS_TOO = {"exits": "exit", "superseded": "thread-execve"}
NUMBERS = {"-s": "strings", "-a": "column"}


def parse(text: str) -> Options:
    """`read,write`, or `-f -tt -e trace=read,write`. EmuError for what strace has not, or not here."""
    try:
        pairs, names = getopt.gnu_getopt(shlex.split(text), SHORT)
    except (getopt.GetoptError, ValueError) as error:
        raise EmuError(f"--strace: {str(error).lower()}", hint=HINT) from None
    chosen = Options(only=parse_names(",".join(names)))
    for name, value in pairs:
        chosen = replace(chosen, **meaning(chosen, name, value))
    return chosen


def meaning(chosen: Options, name: str, value: str) -> dict[str, object]:
    """The fields that one option sets. Processes are always followed (-f), and -c counts all time in a call (-w)."""
    if name == "-t":
        return {"stamp": ("t" + chosen.stamp.replace("r", ""))[:3]}
    if name == "-q":
        return {"quiet": chosen.quiet + 1}
    if name == "-e":
        return expression(value)
    if name == "-o":
        return {"output": value}
    if name in NUMBERS:
        return {NUMBERS[name]: number(name, value)}
    return SWITCHES.get(name, {})


def expression(value: str) -> dict[str, object]:
    """`trace=NAMES` or NAMES alone, `signal=NAMES`, `status=KINDS`; -v and -qq under their other names."""
    kind, equals, names = value.partition("=")
    if not equals or kind in ("trace", "t"):
        return {"only": parse_names(names if equals else value)}
    if kind in ("signal", "signals", "s"):
        return {"signals": some(names, SIGNALS, kind, signal_named)}
    if kind == "status":
        return {"statuses": some(names, STATUSES, kind, str.lower)}
    if kind in ("quiet", "silent", "silence", "q"):
        left_out = some(names, QUIETS, kind, lambda word: QUIETS_TOO.get(word, word))
        return {"quiet": 2 if "exit" in left_out else 0}
    if value in EXPRESSIONS:
        return EXPRESSIONS[value]
    raise EmuError(f"--strace: -e {value} is not there", hint="-e trace= signal= status= quiet= abbrev=none are")


def signal_named(word: str) -> str:
    """`SIGINT` for int, INT and 2."""
    if word.isascii() and word.isdigit() and len(word) < 3 and 0 < int(word) < 65:
        return name_of(int(word))
    return f"SIG{word.upper().removeprefix('SIG')}"


def some(text: str, known: frozenset[str], what: str, full: Callable[[str], str]) -> frozenset[str]:
    """`a,b` of those that are known, `!a,b` all others; `all`, `none`. EmuError for others."""
    others, text = text.startswith("!"), text.removeprefix("!")
    named = frozenset(full(word) for word in text.split(",") if word)
    chosen = {"all": known, "none": frozenset[str]()}.get(text, named)
    for word in chosen - known:
        hint = did_you_mean(word, known) or f"like -e {what}={min(known)}"
        raise EmuError(f"--strace: -e {what}= knows no {word!r}", hint=hint)
    return known - chosen if others else chosen


def number(name: str, value: str) -> int:
    """The value of -s or -a."""
    if not (value.isascii() and value.isdigit()) or int(value) > 1 << 20:
        raise EmuError(f"--strace: {name} {value} is not a number up to {1 << 20}", hint=f"like {name} 100")
    return int(value)
