"""process_vm_readv, process_vm_writev: bytes between the caller's memory and another process's (man page, section 2;
Linux: mm/process_vm_access.c).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EFAULT, EINVAL, ESRCH, Errno
from emu.kernel.fs.iov import UserIter
from emu.kernel.mm.page import PAGE_SIZE
from emu.kernel.syscall.file import IOV_MAX, import_iovec
from emu.kernel.syscall.process_madvise import memory_of
from emu.kernel.syscall.table import Addr, Int, Size, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task


@syscall("process_vm_readv")
def sys_process_vm_readv(
    kernel: Kernel, task: Task, pid: Int, local: Addr, count: Size, remote: Addr, others: Size, flags: Size
) -> int:
    mine, theirs = both(kernel, task, pid, (local, count), (remote, others), flags)
    return move(theirs, mine)


@syscall("process_vm_writev")
def sys_process_vm_writev(
    kernel: Kernel, task: Task, pid: Int, local: Addr, count: Size, remote: Addr, others: Size, flags: Size
) -> int:
    mine, theirs = both(kernel, task, pid, (local, count), (remote, others), flags)
    return move(mine, theirs)


def both(
    kernel: Kernel, task: Task, pid: int, local: tuple[int, int], remote: tuple[int, int], flags: int
) -> tuple[UserIter, UserIter]:
    """The pieces on both sides. EINVAL EFAULT EPERM; ESRCH for a process that isn't there or has no memory any more."""
    if flags or local[1] > IOV_MAX or remote[1] > IOV_MAX:
        raise Errno(EINVAL)
    mine, theirs = import_iovec(kernel, task, *local), import_iovec(kernel, task, *remote)
    if not mine.count or not theirs.count:
        return mine, theirs
    other = kernel.tasks.get(pid)
    if other is None:
        raise Errno(ESRCH)
    theirs.mm = memory_of(task, other.process)
    return mine, theirs


def move(source: UserIter, target: UserIter) -> int:
    """A page at a time, until one side ends or a bad address comes; how many bytes. EFAULT if there were none."""
    total = 0
    while source.count and target.count and not source.faulted:
        data = source.get(min(PAGE_SIZE, target.count))
        copied = target.put(data)
        total += copied
        if copied < len(data):
            break
    if not total and (source.faulted or target.faulted):
        raise Errno(EFAULT)
    return total
