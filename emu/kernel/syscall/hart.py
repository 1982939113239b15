"""Where and how willingly a task runs: yield, affinity, nice (sched_yield(2), sched_setaffinity(2), getpriority(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EACCES, EINVAL, EPERM, ESRCH, Errno
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user, put_user
from emu.kernel.rlimit import RLIMIT_NICE
from emu.kernel.syscall.identity import owns
from emu.kernel.syscall.table import Addr, Int, Uint, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task


@syscall("sched_yield")
def sys_sched_yield(kernel: Kernel, task: Task) -> int:
    kernel.yield_wanted = True
    return 0


@syscall("sched_getaffinity")
def sys_sched_getaffinity(kernel: Kernel, task: Task, pid: Int, size: Uint, mask: Addr) -> int:
    found = kernel.tasks.get(pid) if pid else task
    if found is None:
        return -ESRCH
    word = kernel.xlen // 8
    need = -(-len(kernel.harts) // kernel.xlen) * word
    if size < need or size & (word - 1):
        return -EINVAL
    copy_to_user(task.mm, mask, found.affinity.to_bytes(need, "little"))
    return need


@syscall("sched_setaffinity")
def sys_sched_setaffinity(kernel: Kernel, task: Task, pid: Int, size: Uint, mask: Addr) -> int:
    found = kernel.tasks.get(pid) if pid else task
    if found is None:
        return -ESRCH
    if not owns(task, found):
        return -EPERM
    bits = int.from_bytes(copy_from_user(task.mm, mask, min(size, 128)), "little") if size else 0
    bits &= (1 << len(kernel.harts)) - 1
    if not bits:
        return -EINVAL
    kernel.sched.set_affinity(found, bits)
    if found.cpu >= 0 and not bits >> found.cpu & 1:
        kernel.yield_wanted = True
    return 0


@syscall("getcpu")
def sys_getcpu(kernel: Kernel, task: Task, cpu: Addr, node: Addr, unused: Addr) -> int:
    if cpu:
        put_user(task.mm, cpu, task.cpu, 4)
    if node:
        put_user(task.mm, node, kernel.pages.node, 4)
    return 0


PRIO_PROCESS, PRIO_PGRP, PRIO_USER = range(3)


def meant(kernel: Kernel, task: Task, which: int, who: int) -> list[Task]:
    """The tasks of a thread, a process group or a user. EINVAL ESRCH."""
    if which == PRIO_PROCESS:
        found = [kernel.tasks[who]] if who in kernel.tasks else [] if who else [task]
    elif which == PRIO_PGRP:
        group = who or task.process.pgid
        found = [other for other in kernel.tasks.values() if other.process.pgid == group]
    elif which == PRIO_USER:
        uid = who or task.uid
        found = [other for other in kernel.tasks.values() if other.uid == uid]
    else:
        raise Errno(EINVAL)
    if not found:
        raise Errno(ESRCH)
    return found


@syscall("getpriority")
def sys_getpriority(kernel: Kernel, task: Task, which: Int, who: Int) -> int:
    return 20 - min(found.nice for found in meant(kernel, task, which, who))


@syscall("setpriority")
def sys_setpriority(kernel: Kernel, task: Task, which: Int, who: Int, nice: Int) -> int:
    nice = min(max(nice, -20), 19)
    for found in meant(kernel, task, which, who):
        if not owns(task, found):
            return -EPERM
        if task.euid and nice < found.nice and 20 - nice > found.process.rlimits[RLIMIT_NICE][0]:
            return -EACCES
        found.nice = nice
    return 0
