"""Processes: exit and what else a process does to itself (exit(2), sched_yield(2), getrusage(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel import process
from emu.kernel.syscall.table import Int, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task


@syscall("exit")
def sys_exit(kernel: Kernel, task: Task, status: Int) -> None:
    process.do_exit(kernel, task, (status & 0xFF) << 8)


@syscall("exit_group")
def sys_exit_group(kernel: Kernel, task: Task, status: Int) -> None:
    process.kill_group(kernel, task, (status & 0xFF) << 8)
