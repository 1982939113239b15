"""What an argument of each kind may be: (word, what it is), for completion. Looking changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from emu.debug.command import Arg
from emu.debug.settings import SETTINGS

MOST = 5000
Words = Iterator[tuple[str, str]]


def registers(session: Any) -> Words:
    """$a0 and its kin, with their roles."""
    from emu.isa.abi import F_NAMES, X_NAMES, register_role

    yield "$pc", "program counter"
    yield from ((f"${name}", f"x{i}: {register_role(i)}") for i, name in enumerate(X_NAMES))
    yield from ((f"${name}", f"f{i}") for i, name in enumerate(F_NAMES))


def csrs(session: Any) -> Words:
    """$satp and its kin."""
    from emu.isa.csrs import CSR_BY_NAME

    yield from ((f"${name}", row.summary) for name, row in CSR_BY_NAME.items())


def symbols(session: Any) -> Words:
    """The names of the selected process's program; local labels are left out."""
    for name, row in session.symbols.by_name.items():
        if name and not name.startswith((".L", "$")):
            yield name, f"{row.start:#x} {row.kind}".strip()


def areas(session: Any) -> Words:
    """The beginnings of memory areas."""
    for vma in session.task.mm.vmas:
        yield f"{vma.vm_start:#x}", f"{getattr(vma, 'name', '') or 'memory area'}"


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


def settings(session: Any) -> Words:
    """The debugger's settings, and the kernel's that can be changed."""
    from emu.kernel.proc.sysctl import KERNEL, VM

    yield from ((name, row.meaning) for name, row in SETTINGS.items())
    yield from ((f"kernel.vm.{name}", "of the guest's kernel") for name in VM)
    yield from ((f"kernel.{name}", "of the guest's kernel") for name in KERNEL)


def events(session: Any) -> Words:
    """Hardware events, their groups, tracepoints."""
    from emu.kernel.trace import KINDS as TRACEPOINTS
    from emu.machine.kinds import GROUPS, KINDS

    yield from ((name, "all of " + ", ".join(kinds[:4])) for name, kinds in GROUPS.items())
    yield from KINDS.items()
    yield from ((name, meaning) for name, (_, meaning) in TRACEPOINTS.items())


def syscalls(session: Any) -> Words:
    """The system calls that the kernel has."""
    entries = session.kernel.syscalls
    yield from sorted((entry.name, f"number {number}") for number, entry in entries.items())


def signals(session: Any) -> Words:
    """SIGSEGV and others."""
    from emu.kernel.siginfo import NAMES

    yield from ((f"SIG{name}", str(number)) for number, name in enumerate(NAMES) if number)


def proc_files(session: Any) -> Words:
    """Files of /proc, of the system and of the selected process."""
    from emu.kernel.proc.base import TASK_FILES
    from emu.kernel.proc.root import SYSTEM_FILES

    yield from ((f"/proc/{text(name)}", "of the system") for name in SYSTEM_FILES)
    yield from ((f"/proc/{session.pid}/{text(name)}", "of the process") for name in TASK_FILES)


def text(name: bytes | str) -> str:
    """A name of the guest's as text."""
    return name.decode(errors="replace") if isinstance(name, bytes) else name


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
    "register": (registers, csrs),
    "symbol": (symbols,),
    "pid": (pids,),
    "hart": (harts,),
    "breakpoint": (breakpoints,),
    "setting": (settings,),
    "event": (events,),
    "syscall": (syscalls,),
    "signal": (signals,),
    "procfile": (proc_files,),
    "rest": (symbols, registers),
    "pane": (panes,),
}
"""Kind → where its words come from, the likeliest first."""


def words(session: Any, arg: Arg, typed: str) -> list[tuple[str, str]]:
    """The words that an argument may be; nothing from a source that has nothing to look at."""
    found = [(choice, arg.help) for choice in arg.choices]
    sources_ = (lambda s: host_files(s, typed),) if arg.kind == "file" else SOURCES.get(arg.kind, ())
    for source in sources_:
        try:
            found += islice(source(session), MOST)
        except Exception:  # a process that is gone, a program without symbols, a folder that can't be read
            continue
    return found
