"""Scheduling parameters (sched_setscheduler(2) and kin): what a task asks for; the policy in force decides."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import EINVAL, EPERM, ESRCH, Errno
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user
from emu.kernel.syscall.identity import owns
from emu.kernel.syscall.table import Addr, Int, syscall
from emu.kernel.syscall.time import put_timespec

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

SCHED_OTHER, SCHED_FIFO, SCHED_RR, SCHED_BATCH, SCHED_IDLE, SCHED_DEADLINE = 0, 1, 2, 3, 5, 6
REAL_TIME = (SCHED_FIFO, SCHED_RR)
RESET_ON_FORK = 0x40000000


def find(kernel: Kernel, task: Task, pid: int) -> Task:
    """The task that is meant; 0 is the caller. EINVAL ESRCH."""
    if pid < 0:
        raise Errno(EINVAL)
    found = kernel.tasks.get(pid) if pid else task
    if found is None:
        raise Errno(ESRCH)
    return found


@syscall("sched_getscheduler")
def sys_sched_getscheduler(kernel: Kernel, task: Task, pid: Int) -> int:
    return find(kernel, task, pid).policy


def set_policy(kernel: Kernel, task: Task, pid: int, policy: int | None, param: int) -> int:
    """What sched_setscheduler and sched_setparam (which keeps the policy) share."""
    if pid < 0 or not param:
        return -EINVAL
    priority = struct.unpack("<i", copy_from_user(task.mm, param, 4))[0]
    found = find(kernel, task, pid)
    wanted = found.policy if policy is None else policy
    if wanted not in (*REAL_TIME, SCHED_OTHER, SCHED_BATCH, SCHED_IDLE):
        return -EINVAL
    if not (1 <= priority <= 99 if wanted in REAL_TIME else priority == 0):
        return -EINVAL
    if not owns(task, found) or (task.euid and wanted in REAL_TIME):
        return -EPERM
    found.policy, found.rt_priority = wanted, priority
    return 0


@syscall("sched_setscheduler")
def sys_sched_setscheduler(kernel: Kernel, task: Task, pid: Int, policy: Int, param: Addr) -> int:
    return -EINVAL if policy < 0 else set_policy(kernel, task, pid, policy & ~RESET_ON_FORK, param)


@syscall("sched_setparam")
def sys_sched_setparam(kernel: Kernel, task: Task, pid: Int, param: Addr) -> int:
    return set_policy(kernel, task, pid, None, param)


@syscall("sched_getparam")
def sys_sched_getparam(kernel: Kernel, task: Task, pid: Int, param: Addr) -> int:
    if not param:
        return -EINVAL
    copy_to_user(task.mm, param, struct.pack("<i", find(kernel, task, pid).rt_priority))
    return 0


@syscall("sched_get_priority_max")
def sys_sched_get_priority_max(kernel: Kernel, task: Task, policy: Int) -> int:
    known = (*REAL_TIME, SCHED_OTHER, SCHED_BATCH, SCHED_IDLE, SCHED_DEADLINE)
    return -EINVAL if policy not in known else 99 if policy in REAL_TIME else 0


@syscall("sched_get_priority_min")
def sys_sched_get_priority_min(kernel: Kernel, task: Task, policy: Int) -> int:
    known = (*REAL_TIME, SCHED_OTHER, SCHED_BATCH, SCHED_IDLE, SCHED_DEADLINE)
    return -EINVAL if policy not in known else 1 if policy in REAL_TIME else 0


@syscall("sched_rr_get_interval", "sched_rr_get_interval_time64")
def sys_sched_rr_get_interval(kernel: Kernel, task: Task, pid: Int, tp: Addr) -> int:
    find(kernel, task, pid)
    put_timespec(task, tp, kernel.nanoseconds(kernel.sched.policy.slice_cycles))
    return 0
