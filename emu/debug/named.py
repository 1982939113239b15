"""What the guest's system has names for, for completion: control registers, events, calls, files of /proc, counters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emu.debug.settings import SETTINGS

Words = Iterator[tuple[str, str]]


def csrs(session: Any) -> Words:
    """$satp and its kin."""
    from emu.isa.csrs import CSR_BY_NAME

    yield from ((f"${name}", row.summary) for name, row in CSR_BY_NAME.items())


def counters(session: Any) -> Words:
    """The machine's counters, and its units."""
    from emu.machine.counters import COUNTER_NAMES

    yield from ((unit, "all of them") for unit in dict.fromkeys(name.partition(".")[0] for name in COUNTER_NAMES))
    yield from ((name, "") for name in COUNTER_NAMES)


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


def narrowing(session: Any, given: list[str]) -> Words:
    """What may follow `catch WHAT`."""
    from emu.debug.control.catches import find

    catch = find(given[0])
    yield from ((choice, catch.argument) for choice in catch.choices)
    yield from {"syscall": syscalls, "signal": signals}.get(catch.argument, lambda session: iter(()))(session)


def settings(session: Any) -> Words:
    """The debugger's settings, and the kernel's that can be changed."""
    from emu.kernel.proc.sysctl import KERNEL, VM

    yield from ((name, row.meaning) for name, row in SETTINGS.items())
    yield from ((f"kernel.vm.{name}", "of the guest's kernel") for name in VM)
    yield from ((f"kernel.{name}", "of the guest's kernel") for name in KERNEL)


def tunables(session: Any) -> Words:
    """kernel.vm.swappiness and its kin, that `set` changes."""
    return (row for row in settings(session) if row[0].startswith("kernel."))


def proc_files(session: Any, typed: str) -> Words:
    """Files of /proc: of the system, of the selected process (self), of others by number, tunables."""
    from emu.kernel.proc.base import TASK_FILES
    from emu.kernel.proc.root import SYSTEM_FILES
    from emu.kernel.proc.sysctl import KERNEL, VM

    root = "/proc/" if typed.startswith("/") else ""
    owners = (
        ["self"] if not typed.removeprefix(root)[:1].isdigit() else [str(pid) for pid in sorted(session.kernel.tasks)]
    )
    yield from ((f"{root}{text(name)}", "of the system") for name in SYSTEM_FILES)
    yield from ((f"{root}{pid}/{text(name)}", "of the process") for pid in owners for name in TASK_FILES)
    for folder, names in (("vm", VM), ("kernel", KERNEL)):
        yield from ((f"{root}sys/{folder}/{name}", "a tunable") for name in names)


def cached_files(session: Any) -> Words:
    """What the page cache has."""
    from emu.debug.look.reclaim import pagecache

    yield from ((row["file"], f"{row['pages']} pages") for row in pagecache(session).data["files"])


def text(name: bytes | str) -> str:
    """A name of the guest's as text."""
    return name.decode(errors="replace") if isinstance(name, bytes) else name
