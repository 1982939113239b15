"""A task's registers, on their way between the task and a hart (Linux: __switch_to)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emu.kernel.task import Task


def save_registers(task: Task, hart: object) -> None:
    """The hart's registers into the task: it is no longer the one that holds them."""
    task.regs, task.fregs, task.pc = list(hart.x), list(hart.f), hart.pc
    task.fcsr = hart.fcsr
    task.loaded_on = -1


def peek_registers(task: Task, hart: object) -> tuple[list[int], list[int], int, int]:
    """The registers of a task that runs on `hart`: x, f, pc, fcsr."""
    return list(hart.x), list(hart.f), hart.pc, hart.fcsr


def load_registers(task: Task, hart: object) -> None:
    """Give a hart what the kernel has saved of a task."""
    x, f = hart.x, hart.f
    for n in range(32):
        x[n] = task.regs[n]
        f[n] = task.fregs[n]
    hart.pc, hart.fcsr = task.pc, task.fcsr
