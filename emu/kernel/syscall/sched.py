"""Scheduling parameters (sched_setscheduler(2) and kin): what a task asks for; the policy in force decides."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from emu.kernel.errno import EINVAL, EPERM, ESRCH, Errno
from emu.kernel.mm.uaccess import copy_to_user, get_user
from emu.kernel.rlimit import RLIMIT_NICE, RLIMIT_RTPRIO
from emu.kernel.syscall.identity import owns
from emu.kernel.syscall.table import Addr, Int, syscall
from emu.kernel.syscall.time import put_timespec

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

SCHED_OTHER, SCHED_FIFO, SCHED_RR, SCHED_BATCH, SCHED_IDLE, SCHED_DEADLINE = 0, 1, 2, 3, 5, 6
REAL_TIME, FAIR = (SCHED_FIFO, SCHED_RR), (SCHED_OTHER, SCHED_BATCH)
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
    found = find(kernel, task, pid)
    return found.policy | (RESET_ON_FORK if found.reset_on_fork else 0)


class Wanted(NamedTuple):
    """What a task is to become."""

    policy: int
    priority: int
    nice: int
    reset_on_fork: bool


def set_scheduler(task: Task, found: Task, wanted: Wanted) -> int:
    """__sched_setscheduler, which all of these calls end in. EINVAL EPERM."""
    real_time = wanted.policy in REAL_TIME
    if not real_time and wanted.policy not in (SCHED_OTHER, SCHED_BATCH, SCHED_IDLE):
        return -EINVAL
    if not (1 <= wanted.priority <= 99 if real_time else wanted.priority == 0):
        return -EINVAL
    if task.euid and (not owns(task, found) or asks_too_much(found, wanted)):
        return -EPERM
    found.policy, found.rt_priority, found.reset_on_fork = wanted.policy, wanted.priority, wanted.reset_on_fork
    if wanted.policy in FAIR:  # under the others the nice value stays as it was
        found.nice = wanted.nice
    return 0


def asks_too_much(found: Task, wanted: Wanted) -> bool:
    """Whether a user may not have that: RLIMIT_RTPRIO and RLIMIT_NICE are the bounds, SCHED_RESET_ON_FORK stays."""
    limits = found.process.rlimits
    if wanted.policy in REAL_TIME and wanted.priority > max(found.rt_priority, limits[RLIMIT_RTPRIO][0]):
        return True
    too_willing = wanted.policy in FAIR and wanted.nice < found.nice and 20 - wanted.nice > limits[RLIMIT_NICE][0]
    return too_willing or (found.reset_on_fork and not wanted.reset_on_fork)


def read_priority(task: Task, pid: int, param: int) -> int:
    """struct sched_param. EINVAL EFAULT."""
    if pid < 0 or not param:
        raise Errno(EINVAL)
    return get_user(task.mm, param, 4, signed=True)


@syscall("sched_setscheduler")
def sys_sched_setscheduler(kernel: Kernel, task: Task, pid: Int, policy: Int, param: Addr) -> int:
    if policy < 0:
        return -EINVAL
    priority, found = read_priority(task, pid, param), find(kernel, task, pid)
    wanted = Wanted(policy & ~RESET_ON_FORK, priority, found.nice, bool(policy & RESET_ON_FORK))
    return set_scheduler(task, found, wanted)


@syscall("sched_setparam")
def sys_sched_setparam(kernel: Kernel, task: Task, pid: Int, param: Addr) -> int:
    priority, found = read_priority(task, pid, param), find(kernel, task, pid)
    return set_scheduler(task, found, Wanted(found.policy, priority, found.nice, found.reset_on_fork))


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
