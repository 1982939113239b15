"""The fields of the document of `emu stat --json`: one table, for docs/stat.md, the tests and those who parse it.

A path has a part for each level: a key, `*` for any key, `[]` for each element of a list. Adding fields keeps the
schema's number; renaming or removing one, or changing what it means, raises it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple


class Field(NamedTuple):
    """One row: where, what type (int, float, str, bool, null, any; alternatives by |), and what it means."""

    path: str
    type: str
    meaning: str


_PART = """
instructions     int         instructions retired
cycles           int         clock cycles: the sum of the ledger
ipc              float       instructions / cycles
counters.*.*     int         hardware counters: unit, event
hit_rates.*      float|null  hits / accesses of each cache and TLB, from 0 to 1; null without accesses
ledger.*         int         cycles by their cause
"""

_TABLE = f"""
schema           str         "emu.stat/1"
program.path     str         PROG, as it was given
program.args.[]  str         the guest's arguments
program.xlen     int         32 or 64
machine.preset   str         the preset
machine.harts    int         number of harts
machine.timing   str         off, simple or full
machine.seed     int         of everything random
machine.aslr     bool        whether the address-space layout was randomised
machine.ram      int         bytes of physical memory
machine.knobs.*  int|float|str|bool  every knob of the configuration
exit.reason      str         exited, signal, max-insns, max-cycles, max-output, stopped, deadlock
exit.status      int         the guest's exit status
exit.signal      int         the signal that ended it, or 0
exit.code        int         emu's exit code
fault            any         the fault card of the fault that ended the run, or null
{"".join(f"total.{line}{chr(10)}" for line in _PART.strip().splitlines())}
total.elapsed    int         the clock of the hart furthest on
harts.[].hart    int         its number, from 0
{"".join(f"harts.[].{line}{chr(10)}" for line in _PART.strip().splitlines())}
kernel.*         any         the kernel's accounts: single figures, or groups of them
host.seconds     float       wall time of the run on the host; this and the next are all that differs between two runs
host.mips        float       million guest instructions a second of it
"""

FIELDS = tuple(Field(*line.split(None, 2)) for line in _TABLE.splitlines() if line.strip())
TYPES = {"int": int, "float": (int, float), "str": str, "bool": bool, "null": type(None), "any": object}


Path = tuple[str, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every leaf of a document with its path, keys as they are and list elements as `[]`."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, str(key)))
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, (*path, "[]"))
    else:
        yield path, value


def find(path: Path) -> Field | None:
    """The row for a leaf's path; a row of type `any` covers everything below it."""
    return next((field for field in FIELDS if covers(field, path)), None)


def covers(field: Field, path: Path) -> bool:
    """Whether a row is about this path."""
    own = field.path.split(".")
    if field.type == "any":
        path = path[: len(own)]
    return len(own) == len(path) and all(a in ("*", b) for a, b in zip(own, path, strict=True))


def fits(field: Field, value: Any) -> bool:
    """Whether a value is of the row's type (a bool is no int here)."""
    names = field.type.split("|")
    return any(isinstance(value, TYPES[n]) and (n in ("any", "bool") or not isinstance(value, bool)) for n in names)


def problems(document: dict[str, Any]) -> list[str]:
    """What is wrong with a document: unknown leaves, wrong types, rows that it has nothing for."""
    seen, found = set(), []
    for path, value in leaves(document):
        field = find(path)
        if field is None:
            found.append(f"{'.'.join(path)}: not in the schema")
        elif not fits(field, value):
            found.append(f"{'.'.join(path)}: {value!r} is not {field.type}")
        seen.add(field)
    return found + [
        f"{field.path}: missing" for field in FIELDS if field not in seen and field.path != "program.args.[]"
    ]


def markdown() -> str:
    """The table of docs/stat.md."""
    rows = [f"| `{path}` | {kind.replace('|', ' or ')} | {meaning} |" for path, kind, meaning in FIELDS]
    return "\n".join(["| field | type | meaning |", "|---|---|---|", *rows])
