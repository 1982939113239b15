"""What an argument of each kind may be: (word, what it is), for completion. Looking changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from emu.debug.command import Arg
from emu.debug.named import (
    Words,
    cached_files,
    counters,
    csrs,
    events,
    narrowing,
    proc_files,
    settings,
    signals,
    syscalls,
    tunables,
)

MOST = 5000


def registers(session: Any) -> Words:
    """$a0 and its kin, with their roles."""
    from emu.isa.abi import F_NAMES, X_NAMES, register_role

    yield "$pc", "program counter"
    yield from ((f"${name}", f"x{i}: {register_role(i)}") for i, name in enumerate(X_NAMES))
    yield from ((f"${name}", f"f{i}") for i, name in enumerate(F_NAMES))


def register_names(session: Any) -> Words:
    """The same without the dollar sign, and groups of them."""
    yield from (("x", "integer registers"), ("f", "floating-point ones"), ("csr", "control ones"), ("all", "all"))
    yield from ((name[1:], role) for name, role in registers(session))


def symbols(session: Any) -> Words:
    """The names of the selected process's program; local labels are left out."""
    for name, row in session.symbols.by_name.items():
        if name and not name.startswith((".L", "$")):
            yield name, f"{row.start:#x} {row.kind}".strip()


def areas(session: Any) -> Words:
    """The beginnings of memory areas."""
    mm = session.task.mm
    for vma in mm.vmas:
        yield f"{vma.vm_start:#x}", f"{vma.letters()} {mm.name_of(vma) or 'anonymous'}"


def sources(session: Any) -> Words:
    """file:line prefixes: the source files of the program."""
    for name in session.program.lines.files:
        yield f"{Path(name).name}:", name


def pids(session: Any) -> Words:
    """Live tasks."""
    for pid, task in sorted(session.kernel.tasks.items()):
        yield str(pid), str(getattr(task, "comm", "") or getattr(task, "name", ""))


def harts(session: Any) -> Words:
    """Harts by number."""
    for index, hart in enumerate(session.machine.harts):
        yield str(index), f"pc {hart.pc:#x}"


def breakpoints(session: Any) -> Words:
    """Numbers of breakpoints, watchpoints and catchpoints."""
    for row in session.breaks:
        yield str(row.number), f"{getattr(row, 'kind', '')} {getattr(row, 'spec', '')}".strip()


def moments(session: Any) -> Words:
    """Points in time that have a name."""
    yield from (("start", "where the recording begins"), ("now", "here"), ("end", "the furthest tick"))


def host_files(session: Any, typed: str) -> Words:
    """Files of the host below what is typed."""
    folder, slash, _ = typed.rpartition("/")
    root = Path(folder + slash or ".").expanduser()
    for entry in islice(sorted(root.iterdir()), MOST):
        if not entry.name.startswith("."):
            yield folder + slash + entry.name + ("/" if entry.is_dir() else ""), "folder" if entry.is_dir() else ""


def panes(session: Any) -> Words:
    """Panes of the full screen."""
    from emu.debug.tui.panes import PANES

    yield from ((name, pane.meaning) for name, pane in PANES.items())


SOURCES: dict[str, tuple[Callable[[Any], Words], ...]] = {
    "expression": (symbols, registers, areas, csrs),
    "value": (symbols, registers, areas, csrs),
    "location": (symbols, sources),
    "register": (register_names, registers, csrs),
    "assignment": (symbols, registers, tunables),
    "cached": (cached_files,),
    "counter": (counters,),
    "moment": (moments,),
    "symbol": (symbols,),
    "pid": (pids,),
    "hart": (harts,),
    "breakpoint": (breakpoints,),
    "setting": (settings,),
    "event": (events,),
    "syscall": (syscalls,),
    "signal": (signals,),
    "rest": (symbols, registers),
    "pane": (panes,),
}
"""Kind → where its words come from, the likeliest first."""


def words(session: Any, arg: Arg, typed: str, given: list[str]) -> list[tuple[str, str]]:
    """The words that an argument may be behind those that are given; nothing from a source that has nothing to show."""
    found = [(choice, arg.help) for choice in arg.choices]
    special: dict[str, Callable[[Any], Words]] = {
        "file": lambda session: host_files(session, typed),
        "procfile": lambda session: proc_files(session, typed),
        "caught": lambda session: narrowing(session, given),
    }
    for source in (special[arg.kind],) if arg.kind in special else SOURCES.get(arg.kind, ()):
        try:
            found += islice(source(session), MOST)
        except Exception:  # a process that is gone, a program without symbols, a folder that can't be read
            continue
    return found
