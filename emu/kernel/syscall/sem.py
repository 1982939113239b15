"""semget, semop, semtimedop, semctl (their man pages, section 2)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import E2BIG, EAGAIN, EFBIG, EIDRM, EINVAL, ENOSPC, Errno
from emu.kernel.ipc import sem as s
from emu.kernel.ipc import util as u
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user
from emu.kernel.sched.wait import wait_on
from emu.kernel.syscall.table import Addr, Int, Uint, sext32, syscall
from emu.kernel.syscall.time import get_timespec

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

GETPID, GETVAL, GETALL, GETNCNT, GETZCNT, SETVAL, SETALL, SEM_STAT, SEM_INFO, SEM_STAT_ANY = range(11, 21)
SEMBUF = struct.Struct("<Hhh")


@syscall("semget")
def sys_semget(kernel: Kernel, task: Task, key: Int, count: Int, flags: Int) -> int:
    if not 0 <= count <= s.SEMMSL:
        return -EINVAL

    def check(found: s.SemSet) -> None:
        if count > len(found.values):
            raise Errno(EINVAL)

    def make() -> s.SemSet:
        if not count:
            raise Errno(EINVAL)
        if kernel.sem_ids.total + count > s.SEMMNS:
            raise Errno(ENOSPC)
        return s.SemSet(kernel, task, key, count, flags)

    return kernel.sem_ids.get(task, key, flags, check, make)


@syscall("semop")
def sys_semop(kernel: Kernel, task: Task, number: Int, sops: Addr, count: Uint) -> int:
    return sys_semtimedop(kernel, task, number, sops, count, 0)


@syscall("semtimedop", "semtimedop_time64")
def sys_semtimedop(kernel: Kernel, task: Task, number: Int, sops: Addr, count: Uint, timeout: Addr) -> int:
    if count < 1 or number < 0:
        return -EINVAL
    if count > s.SEMOPM:
        return -E2BIG
    operations = [s.SemBuf(*each) for each in SEMBUF.iter_unpack(copy_from_user(task.mm, sops, count * SEMBUF.size))]
    state = task.restart
    if not isinstance(state, s.Waits):
        until = kernel.cycles_of(kernel.now_ns() + get_timespec(task, timeout)) if timeout else None
        state = s.Waits(kernel.sem_ids.find(number), until)
    sems = state.sems
    if sems.perm.removed:
        return -EIDRM
    if max(number for number, _, _ in operations) >= len(sems.values):
        return -EFBIG
    sems.perm.allow(task, u.MAY_WRITE if any(op for _, op, _ in operations) else u.MAY_READ)
    stuck = sems.operate(task, operations)
    if stuck is None:
        return 0
    if state.until is not None and kernel.now >= state.until:
        return -EAGAIN
    state.on, task.restart = stuck, state
    wait_on(task, sems.changed, until=state.until, on_signal="EINTR")
    return 0


@syscall("semctl")
def sys_semctl(kernel: Kernel, task: Task, ident: Int, number: Int, command: Int, arg: Addr) -> int:
    command, ids = command & ~u.IPC_64, kernel.sem_ids
    if ident < 0 or not 0 <= command <= SEM_STAT_ANY or 3 < command < GETPID:
        return -EINVAL
    if command in (u.IPC_INFO, SEM_INFO):
        return info(kernel, task, command, arg)
    sems = ids.find(ident)
    if command in (u.IPC_RMID, u.IPC_SET):
        return manage(kernel, task, sems, command, arg)
    if command != SEM_STAT_ANY:
        sems.perm.allow(task, u.MAY_WRITE if command in (SETVAL, SETALL) else u.MAY_READ)
    if command in (u.IPC_STAT, SEM_STAT, SEM_STAT_ANY):
        copy_to_user(task.mm, arg, sems.pack(kernel))
        return 0 if command == u.IPC_STAT else ident
    if command in (GETALL, SETALL):
        return all_values(task, sems, command, arg)
    if not 0 <= number < len(sems.values):
        return -EINVAL
    if command == SETVAL:
        sems.set(task, {number: sext32(arg)})
        return 0
    if command in (GETVAL, GETPID):
        return (sems.values if command == GETVAL else sems.pids)[number]
    return sems.waiters(number, command == GETZCNT)


def all_values(task: Task, sems: s.SemSet, command: int, addr: int) -> int:
    """GETALL, SETALL: an array of unsigned shorts."""
    layout = struct.Struct(f"<{len(sems.values)}H")
    if command == GETALL:
        copy_to_user(task.mm, addr, layout.pack(*sems.values))
    else:
        sems.set(task, dict(enumerate(layout.unpack(copy_from_user(task.mm, addr, layout.size)))))
    return 0


def manage(kernel: Kernel, task: Task, sems: s.SemSet, command: int, addr: int) -> int:
    """IPC_SET, IPC_RMID."""
    data = copy_from_user(task.mm, addr, len(sems.pack(kernel))) if command == u.IPC_SET else b""
    sems.perm.must_own(task)
    if command == u.IPC_SET:
        sems.perm.change(kernel, data)
        sems.ctime = kernel.realtime_seconds()
    else:
        kernel.sem_ids.remove(sems)
        sems.changed.wake()
    return 0


def info(kernel: Kernel, task: Task, command: int, addr: int) -> int:
    """struct seminfo: the limits, or with SEM_INFO what there is; returned is the highest number."""
    ids = kernel.sem_ids
    used = (20, s.SEMVMX) if command == u.IPC_INFO else (len(ids.objects), ids.total)
    fields = (s.SEMMNS, s.SEMMNI, s.SEMMNS, s.SEMMNS, s.SEMMSL, s.SEMOPM, s.SEMOPM, used[0], s.SEMVMX, used[1])
    copy_to_user(task.mm, addr, struct.pack("<10i", *fields))
    return max(ids.objects, default=0)
