"""Overcommit: how much memory may be promised (Linux: mm/util.c, Documentation/mm/overcommit-accounting).

Promised is what could be touched: private writable areas and shared anonymous memory. Mode 0 refuses only a single
request larger than all of RAM and swap, mode 1 refuses nothing, mode 2 keeps the sum below swap + overcommit_ratio %
of RAM.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.kernel.errno import ENOMEM, Errno
from emu.kernel.mm.vma import VM_GROWSDOWN, VM_HUGETLB, VM_NORESERVE, VM_SHARED, VM_WRITE
from emu.kernel.rlimit import RLIMIT_AS, RLIMIT_DATA

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.mm import Mm

OVERCOMMIT_GUESS, OVERCOMMIT_ALWAYS, OVERCOMMIT_NEVER = range(3)


def accountable(flags: int, file: Any) -> bool:
    """accountable_mapping: whether its pages may cost memory of their own."""
    return flags & (VM_NORESERVE | VM_SHARED | VM_WRITE | VM_HUGETLB) == VM_WRITE


def may_expand(mm: Mm, flags: int, pages: int) -> None:
    """RLIMIT_AS and RLIMIT_DATA. ENOMEM."""
    if (mm.total_vm + pages) << 12 > mm.rlimit(RLIMIT_AS):
        raise Errno(ENOMEM)
    if is_data(flags):
        may_hold_data(mm, pages)


def may_hold_data(mm: Mm, pages: int) -> None:
    """RLIMIT_DATA. ENOMEM. A soft limit of 0 leaves it to the hard one."""
    soft, hard = mm.rlimits[RLIMIT_DATA]
    if (mm.data_vm + pages) << 12 > (soft or hard):
        raise Errno(ENOMEM)


def is_data(flags: int) -> bool:
    """is_data_mapping: private, writable, no stack."""
    return flags & (VM_WRITE | VM_SHARED | VM_GROWSDOWN) == VM_WRITE


def may_charge(mm: Mm, pages: int) -> None:
    """Whether `pages` more may be promised to an address space. ENOMEM. In mode 2 the last of a large process is kept
    for others: vm.user_reserve_kbytes.
    """
    enough_memory(mm.kernel, pages, min(mm.total_vm // 32, mm.kernel.sysctl.user_reserve_kbytes // 4))


def enough_memory(kernel: Kernel, pages: int, reserve: int) -> None:
    """__vm_enough_memory: as vm.overcommit_memory says. ENOMEM. Only root may use vm.admin_reserve_kbytes."""
    mode, current = kernel.sysctl.overcommit_memory, kernel.current
    if mode == OVERCOMMIT_GUESS and pages > kernel.pages.total_pages + total_swap_pages(kernel):
        raise Errno(ENOMEM)
    if mode == OVERCOMMIT_NEVER:
        if current is not None and current.euid:
            reserve += kernel.sysctl.admin_reserve_kbytes // 4
        if kernel.vm.committed + pages >= commit_limit(kernel) - reserve:
            raise Errno(ENOMEM)


def charge(mm: Mm, pages: int) -> None:
    """Promise `pages` to this address space. ENOMEM."""
    may_charge(mm, pages)
    mm.kernel.vm.committed += pages
    mm.committed += pages


def charge_shared(kernel: Kernel, pages: int) -> int:
    """shmem_acct_size: promise them to a file in memory; how many. ENOMEM."""
    enough_memory(kernel, pages, 0)
    kernel.vm.committed += pages
    return pages


def uncharge(mm: Mm, pages: int) -> None:
    """Pages that were promised are not needed any more."""
    mm.kernel.vm.committed -= pages
    mm.committed -= pages


def total_swap_pages(kernel: Kernel) -> int:
    """Without the page that names the area."""
    return max(0, kernel.swap_pages - 1)


def commit_limit(kernel: Kernel) -> int:
    """vm_commit_limit: CommitLimit of /proc/meminfo, in pages."""
    sysctl = kernel.sysctl
    if sysctl.overcommit_kbytes:
        return sysctl.overcommit_kbytes // 4 + total_swap_pages(kernel)
    pages = kernel.pages.total_pages - (kernel.huge_pool.total << kernel.huge_pool.order)
    return pages * sysctl.overcommit_ratio // 100 + total_swap_pages(kernel)
