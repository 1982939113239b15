"""Tracepoints of system calls: who listens sees the raw registers, before and after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from emu.isa.abi import A0
from emu.kernel.syscall.numbers import NAMES

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.syscall.table import Entry
    from emu.kernel.task import Task

A7 = A0 + 7


def enter(kernel: Kernel, task: Task, x: Sequence[int], entry: Entry | None) -> None:
    """A system call begins; `again` when the task waited in it and it is executed anew."""
    args = [x[A0 + k] & kernel.xlen_mask for k in range(6)]
    name = call_name(kernel, entry, x[A7])
    kernel.tracer.emit(kernel, "sys_enter", task.pid, name=name, nr=x[A7], args=args, again=bool(task.in_call))


def leave(kernel: Kernel, task: Task, entry: Entry | None, result: int | None, number: int = -1) -> None:
    """It returned; None: the registers are as they are to be (execve, sigreturn, exit)."""
    name = call_name(kernel, entry, number)
    kernel.tracer.emit(kernel, "sys_exit", task.pid, name=name, nr=number, result=result)


def call_name(kernel: Kernel, entry: Entry | None, number: int) -> str:
    """Linux's name, or `syscall_500`."""
    return entry.name if entry is not None else NAMES[kernel.xlen].get(number) or f"syscall_{number}"
