"""sched_setattr, sched_getattr: policy, priority and nice value in one structure that may grow (their man page)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import E2BIG, EINVAL, EOPNOTSUPP, Errno
from emu.kernel.mm.page import PAGE_SIZE
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user, get_user, put_user
from emu.kernel.syscall.sched import REAL_TIME, Wanted, find, set_scheduler
from emu.kernel.syscall.table import Addr, Int, Uint, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

ATTR = struct.Struct("<IIQiIQQQII")  # size policy flags nice priority runtime deadline period util_min util_max
SIZE_VER0 = 48  # without util_min and util_max
FLAG_RESET_ON_FORK, FLAG_KEEP_POLICY, FLAG_KEEP_PARAMS, FLAGS_UTIL_CLAMP = 1, 8, 0x10, 0x60
FLAGS = 0x7F


def read_attr(task: Task, addr: int) -> tuple[int, ...]:
    """The fields of struct sched_attr. E2BIG, and its size in the first field, when it is too small or asks for what is
    not known here; EFAULT.
    """
    size = get_user(task.mm, addr, 4) or SIZE_VER0
    data = copy_from_user(task.mm, addr, size) if SIZE_VER0 <= size <= PAGE_SIZE else b"\xff" * PAGE_SIZE
    if any(data[ATTR.size :]):
        put_user(task.mm, addr, ATTR.size, 4)
        raise Errno(E2BIG)
    return ATTR.unpack(data[: ATTR.size].ljust(ATTR.size, b"\0"))


@syscall("sched_setattr")
def sys_sched_setattr(kernel: Kernel, task: Task, pid: Int, attr: Addr, flags: Uint) -> int:
    if not attr or pid < 0 or flags:
        return -EINVAL
    _, policy, options, nice, priority, *_ = read_attr(task, attr)
    found = find(kernel, task, pid)
    if options & ~FLAGS:
        return -EINVAL
    if options & FLAGS_UTIL_CLAMP:
        return -EOPNOTSUPP
    if options & FLAG_KEEP_POLICY:
        policy = found.policy
    if options & FLAG_KEEP_PARAMS:
        nice, priority = found.nice, found.rt_priority
    nice = max(-20, min(nice, 19))
    return set_scheduler(task, found, Wanted(policy, priority, nice, bool(options & FLAG_RESET_ON_FORK)))


@syscall("sched_getattr")
def sys_sched_getattr(kernel: Kernel, task: Task, pid: Int, attr: Addr, size: Uint, flags: Uint) -> int:
    if not attr or pid < 0 or not SIZE_VER0 <= size <= PAGE_SIZE or flags:
        return -EINVAL
    found = find(kernel, task, pid)
    size = min(size, ATTR.size)
    options = FLAG_RESET_ON_FORK if found.reset_on_fork else 0
    nice = 0 if found.policy in REAL_TIME else found.nice
    fields = (size, found.policy, options, nice, found.rt_priority, 0, 0, 0, 0, 1024)
    copy_to_user(task.mm, attr, ATTR.pack(*fields)[:size])
    return 0
