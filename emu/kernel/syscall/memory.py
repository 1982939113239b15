"""The address space: brk, mmap, munmap, mprotect, mremap, madvise, msync, mincore (their man pages, section 2)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from emu.kernel.errno import EBADF, EINVAL, ENOMEM, EPERM, Errno
from emu.kernel.fs.inode import S_IFREG
from emu.kernel.mm import brk, madvise, mlock, mmap, mprotect, mremap, msync
from emu.kernel.mm.mmap_flags import MAP_ANONYMOUS, MAP_FIXED, MAP_LOCKED, MAP_NONBLOCK, MAP_POPULATE, MAP_SHARED
from emu.kernel.mm.page import PAGE_SIZE, page_align
from emu.kernel.mm.uaccess import copy_to_user, populate
from emu.kernel.mm.vma import VM_LOCKED, VM_LOCKED_MASK, VM_LOCKONFAULT, VM_RWX, VM_SHARED
from emu.kernel.syscall.table import Addr, Int, Size, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task


MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT = 1, 2, 4
MLOCK_ONFAULT = 1
MINCORE_STEP = 1 << 20
MEMBARRIER_COMMANDS = 0x1FF


@syscall("brk")
def sys_brk(kernel: Kernel, task: Task, addr: Addr) -> int:
    before = task.mm.brk
    result = brk.do_brk(task.mm, addr)
    kernel.requests.brk(before, result)
    return result


def mmap_pgoff(task: Task, addr: int, length: int, prot: int, flags: int, fd: int, pgoff: int) -> int:
    """What mmap and mmap2 share; `pgoff` counts pages."""
    file = None
    if not flags & MAP_ANONYMOUS:
        file = task.files.get(fd)
        if not file.readable and not file.writable:
            return -EBADF
    result = mmap.ksys_mmap(task.mm, addr, length, prot, flags, file, pgoff)
    if file is not None and file.inode.kind == S_IFREG:
        file.accessed()
    task.kernel.requests.mmap(page_align(length))
    locked = task.mm.vma_at(result).vm_flags & VM_LOCKED_MASK == VM_LOCKED
    if locked or flags & (MAP_POPULATE | MAP_NONBLOCK) == MAP_POPULATE:
        populate(task.mm, result, result + page_align(length))
    return result


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
    kernel.requests.munmap(page_align(length))
    return 0


@syscall("mprotect")
def sys_mprotect(kernel: Kernel, task: Task, addr: Addr, length: Size, prot: Size) -> int:
    mprotect.do_mprotect(task.mm, addr, length, prot)
    return 0


@syscall("mremap")
def sys_mremap(kernel: Kernel, task: Task, addr: Addr, old: Size, new: Size, flags: Size, new_addr: Addr) -> int:
    result = mremap.do_mremap(task.mm, addr, old, new, flags, new_addr)
    kernel.requests.mremap(page_align(old), page_align(new))
    return result


@syscall("remap_file_pages")
def sys_remap_file_pages(
    kernel: Kernel, task: Task, addr: Addr, size: Size, prot: Size, pgoff: Size, flags: Size
) -> int:
    """As Linux does it today: a new shared mapping of the same file in the place of a part of the old one."""
    start, length = addr & -PAGE_SIZE, size & -PAGE_SIZE
    vma = task.mm.vma_at(start)
    if prot or not length or vma is None or not vma.vm_flags & VM_SHARED or start + length > vma.vm_end:
        return -EINVAL
    place = MAP_SHARED | MAP_FIXED | (MAP_LOCKED if vma.vm_flags & VM_LOCKED else 0)
    file = vma.vm_file.get()
    try:
        mmap.do_mmap(task.mm, start, length, vma.vm_flags & VM_RWX, place, file, pgoff)
    finally:
        file.put()
    populate(task.mm, start, start + length)
    return 0


@syscall("madvise")
def sys_madvise(kernel: Kernel, task: Task, addr: Addr, length: Size, advice: Int) -> int:
    madvise.do_madvise(task.mm, addr, length, advice)
    return 0


@syscall("msync")
def sys_msync(kernel: Kernel, task: Task, addr: Addr, length: Size, flags: Int) -> int:
    msync.do_msync(task.mm, addr, length, flags)
    return 0


@syscall("mincore")
def sys_mincore(kernel: Kernel, task: Task, addr: Addr, length: Size, vec: Addr) -> int:
    for start in range(addr, addr + length, MINCORE_STEP) if length <= task.mm.task_size else (addr,):
        part = msync.do_mincore(task.mm, start, min(MINCORE_STEP, addr + length - start))
        copy_to_user(task.mm, vec + ((start - addr) >> 12), part)
    return 0


@syscall("mlock")
def sys_mlock(kernel: Kernel, task: Task, addr: Addr, length: Size) -> int:
    mlock.do_mlock(task.mm, addr, length, VM_LOCKED)
    return 0


@syscall("mlock2")
def sys_mlock2(kernel: Kernel, task: Task, addr: Addr, length: Size, flags: Int) -> int:
    if flags & ~MLOCK_ONFAULT:
        return -EINVAL
    mlock.do_mlock(task.mm, addr, length, VM_LOCKED | VM_LOCKONFAULT if flags else VM_LOCKED)
    return 0


@syscall("munlock")
def sys_munlock(kernel: Kernel, task: Task, addr: Addr, length: Size) -> int:
    mlock.do_mlock(task.mm, addr, length, 0)
    return 0


@syscall("mlockall")
def sys_mlockall(kernel: Kernel, task: Task, flags: Int) -> int:
    if not flags or flags & ~7 or flags == 4:
        return -EINVAL
    mm = task.mm
    if not mm.memlock_limit:
        return -EPERM
    if mm.total_vm << 12 > mm.memlock_limit and flags & MCL_CURRENT:
        return -ENOMEM
    locked = VM_LOCKED | VM_LOCKONFAULT if flags & MCL_ONFAULT else VM_LOCKED
    mm.def_flags = locked if flags & MCL_FUTURE else 0
    if flags & MCL_CURRENT:
        for vma in list(mm.vmas):
            with suppress(Errno):
                mlock.do_mlock(mm, vma.vm_start, vma.vm_end - vma.vm_start, locked)
    return 0


@syscall("munlockall")
def sys_munlockall(kernel: Kernel, task: Task) -> int:
    task.mm.def_flags = 0
    for vma in list(task.mm.vmas):
        mlock.do_mlock(task.mm, vma.vm_start, vma.vm_end - vma.vm_start, 0)
    return 0


MEMBARRIER_PRIVATE = (8, 32, 128)  # for those who have registered by the next higher bit


@syscall("membarrier")
def sys_membarrier(kernel: Kernel, task: Task, command: Int, flags: Int, cpu: Int) -> int:
    """Harts run one after another between entries of the kernel: every entry is a barrier."""
    if flags:
        return -EINVAL
    if command == 0:
        return MEMBARRIER_COMMANDS
    if command not in [1 << n for n in range(9) if MEMBARRIER_COMMANDS >> n & 1]:
        return -EINVAL
    if command in MEMBARRIER_PRIVATE and not task.process.membarriers & command << 1:
        return -EPERM
    task.process.membarriers |= command
    return 0
