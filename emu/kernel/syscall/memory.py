"""The address space: brk, mmap, munmap, mprotect, mremap, madvise, msync, mincore (their man pages, section 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EBADF, EINVAL
from emu.kernel.mm import brk, mmap, mprotect
from emu.kernel.mm.page import PAGE_SIZE
from emu.kernel.syscall.table import Addr, Int, Size, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task


@syscall("brk")
def sys_brk(kernel: Kernel, task: Task, addr: Addr) -> int:
    return brk.do_brk(task.mm, addr)


def mmap_pgoff(task: Task, addr: int, length: int, prot: int, flags: int, fd: int, pgoff: int) -> int:
    """What mmap and mmap2 share; `pgoff` counts pages."""
    file = None
    if not flags & mmap.MAP_ANONYMOUS:
        file = task.files.get(fd)
        if not file.readable and not file.writable:
            return -EBADF
    return mmap.ksys_mmap(task.mm, addr, length, prot, flags, file, pgoff)


@syscall("mmap")
def sys_mmap(
    kernel: Kernel, task: Task, addr: Addr, length: Size, prot: Size, flags: Size, fd: Int, offset: Size
) -> int:
    if offset & (PAGE_SIZE - 1):
        return -EINVAL
    return mmap_pgoff(task, addr, length, prot, flags, fd, offset >> 12)


@syscall("mmap2")
def sys_mmap2(
    kernel: Kernel, task: Task, addr: Addr, length: Size, prot: Size, flags: Size, fd: Int, pgoff: Size
) -> int:
    """RV32: the offset counts units of 4096 bytes."""
    return mmap_pgoff(task, addr, length, prot, flags, fd, pgoff)


@syscall("munmap")
def sys_munmap(kernel: Kernel, task: Task, addr: Addr, length: Size) -> int:
    mmap.do_munmap(task.mm, addr, length)
    return 0


@syscall("mprotect")
def sys_mprotect(kernel: Kernel, task: Task, addr: Addr, length: Size, prot: Size) -> int:
    mprotect.do_mprotect(task.mm, addr, length, prot)
    return 0
