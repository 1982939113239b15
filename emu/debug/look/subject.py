"""Whom a view is about: the machine, the kernel, a task, its address space; and what to say when there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.errors import EmuError

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.mm import Mm
    from emu.kernel.task import Task


def machine_of(session: Any) -> Any:
    """The machine. EmuError without a program."""
    if session.machine is None:
        raise EmuError("there is no program", hint="start one: emu debug PROG")
    return session.machine


def kernel_of(session: Any) -> Kernel:
    """The kernel as it is now; not to be kept. EmuError without a program."""
    machine_of(session)
    return session.kernel


def task_of(session: Any, pid: int | None = None) -> Task:
    """The task `pid`, or the selected one. EmuError when it is gone, with what is left."""
    machine_of(session)
    return session.task_of(pid)


def mm_of(session: Any, pid: int | None = None) -> Mm:
    """The address space of a task. EmuError for one that has ended."""
    task = task_of(session, pid)
    if task.mm is None:
        raise EmuError(f"task {task.pid} has ended and has no address space", hint="`back` goes to before it ended")
    return task.mm


def hart_of(session: Any, number: int | None = None) -> Any:
    """A hart, by default the selected one. EmuError for a number that the machine does not have."""
    harts = machine_of(session).harts
    number = session.hart if number is None else number
    if not 0 <= number < len(harts):
        raise EmuError(f"there is no hart {number}", hint=f"harts: 0 to {len(harts) - 1}")
    return harts[number]


def address_spaces(kernel: Kernel) -> dict[int, Mm]:
    """The address spaces that live, each under the lowest pid that uses it."""
    seen: dict[int, int] = {}
    for pid, task in sorted(kernel.tasks.items()):
        if task.mm is not None:
            seen.setdefault(id(task.mm), pid)
    return {pid: kernel.tasks[pid].mm for pid in seen.values()}


def asid_owners(kernel: Kernel) -> dict[int, int]:
    """Address-space number -> pid, of those that are valid now."""
    now = kernel.asids.generation
    return {mm.asid: pid for pid, mm in address_spaces(kernel).items() if mm.asid_generation == now}
