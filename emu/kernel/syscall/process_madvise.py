"""process_madvise: advice about another process's memory (its man page, section 2; Linux: mm/madvise.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EINVAL, EPERM, ESRCH, Errno
from emu.kernel.fs.procfs import must_access
from emu.kernel.mm import madvise
from emu.kernel.syscall.file import import_iovec
from emu.kernel.syscall.pidfd import pidfd_of
from emu.kernel.syscall.table import Addr, Int, Size, Uint, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.mm import Mm
    from emu.kernel.task import Process, Task

HARMLESS = (madvise.MADV_COLD, madvise.MADV_PAGEOUT, madvise.MADV_WILLNEED, madvise.MADV_COLLAPSE)


@syscall("process_madvise")
def sys_process_madvise(kernel: Kernel, task: Task, fd: Int, vec: Addr, count: Size, advice: Int, flags: Uint) -> int:
    """How many bytes were advised, of which an error in the middle says nothing."""
    if flags:
        return -EINVAL
    ranges = import_iovec(kernel, task, vec, count).pieces
    mm = memory_of(task, pidfd_of(task, fd).process)
    if advice not in HARMLESS:
        return -EINVAL
    if mm is not task.mm and task.euid:  # CAP_SYS_NICE
        return -EPERM
    done = 0
    for start, length in reversed(ranges):  # which are used up from the end
        try:
            madvise.do_madvise(mm, start, length, advice)
        except Errno as error:
            return done or -error.number
        done += length
    return done


def memory_of(task: Task, process: Process) -> Mm:
    """mm_access. ESRCH for a process that has none any more, EPERM."""
    mm = next((thread.mm for thread in process.threads if thread.mm is not None), None)
    if mm is None:
        raise Errno(ESRCH)
    try:
        must_access(task, process.leader)
    except Errno:
        raise Errno(EPERM) from None
    return mm
