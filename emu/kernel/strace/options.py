"""What `--strace=…` can be told: names of system calls, or the options that strace itself takes."""

from __future__ import annotations

import getopt
import shlex
from dataclasses import dataclass, replace

from emu.errors import EmuError
from emu.kernel.strace.selection import parse as parse_names
from emu.kernel.strace.text import SHOWN

COLUMN = 40
SHORT = "cCfFrtTyqwe:s:a:o:"
HINT = (
    "--strace=NAMES, or strace's -c -C -e trace=NAMES -t -tt -ttt -r -T -y -s SIZE -a COLUMN -o FILE, "
    "like --strace='-tt -T'"
)


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


PLAIN = Options(column=0)
SWITCHES: dict[str, dict[str, object]] = {
    "-c": {"summary": True, "lines": False},
    "-C": {"summary": True},
    "-r": {"stamp": "r"},
    "-T": {"spent": True},
    "-y": {"paths": True},
}
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
    if name == "-e":
        return {"only": parse_names(expression(value))}
    if name == "-o":
        return {"output": value}
    if name in NUMBERS:
        return {NUMBERS[name]: number(name, value)}
    return SWITCHES.get(name, {})


def expression(value: str) -> str:
    """`trace=NAMES`, `t=NAMES` or NAMES alone."""
    kind, equals, names = value.partition("=")
    if not equals:
        return value
    if kind not in ("trace", "t"):
        raise EmuError(f"--strace: -e {kind}= is not there", hint="-e trace=NAMES chooses system calls")
    return names


def number(name: str, value: str) -> int:
    """The value of -s or -a."""
    if not (value.isascii() and value.isdigit()) or int(value) > 1 << 20:
        raise EmuError(f"--strace: {name} {value} is not a number up to {1 << 20}", hint=f"like {name} 100")
    return int(value)
