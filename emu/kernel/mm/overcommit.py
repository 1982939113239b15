"""Overcommit: how much memory may be promised (Linux: mm/util.c, Documentation/mm/overcommit-accounting).

Promised is what could be touched: private writable areas and shared anonymous memory. Mode 0 refuses only a single
request larger than all of RAM and swap, mode 1 refuses nothing, mode 2 keeps the sum below swap + overcommit_ratio %
of RAM.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.kernel.errno import ENOMEM, Errno
from emu.kernel.mm.vma import VM_HUGETLB, VM_NORESERVE, VM_SHARED, VM_WRITE
from emu.kernel.rlimit import RLIMIT_AS, RLIMIT_DATA

if TYPE_CHECKING:
    from emu.kernel.mm.mm import Mm

OVERCOMMIT_GUESS, OVERCOMMIT_ALWAYS, OVERCOMMIT_NEVER = range(3)


def accountable(flags: int, file: Any) -> bool:
    """accountable_mapping: whether its pages may cost memory of their own."""
    return flags & (VM_NORESERVE | VM_SHARED | VM_WRITE | VM_HUGETLB) == VM_WRITE


def may_expand(mm: Mm, flags: int, pages: int) -> None:
    """RLIMIT_AS and RLIMIT_DATA. ENOMEM."""
    if (mm.total_vm + pages) << 12 > mm.rlimit(RLIMIT_AS):
        raise Errno(ENOMEM)
    if flags & (VM_WRITE | VM_SHARED) == VM_WRITE and (mm.data_vm + pages) << 12 > mm.rlimit(RLIMIT_DATA):
        raise Errno(ENOMEM)


def may_charge(mm: Mm, pages: int) -> None:
    """Whether `pages` more may be promised. ENOMEM."""
    kernel = mm.kernel
    mode = kernel.sysctl.overcommit_memory
    if mode == OVERCOMMIT_GUESS and pages > kernel.pages.total_pages + kernel.swap_pages:
        raise Errno(ENOMEM)
    if mode == OVERCOMMIT_NEVER and kernel.vm.committed + pages > commit_limit(mm.kernel):
        raise Errno(ENOMEM)


def charge(mm: Mm, pages: int) -> None:
    """Promise `pages` to this address space. ENOMEM."""
    may_charge(mm, pages)
    mm.kernel.vm.committed += pages
    mm.committed += pages


def uncharge(mm: Mm, pages: int) -> None:
    mm.kernel.vm.committed -= pages
    mm.committed -= pages


def commit_limit(kernel: Any) -> int:
    """CommitLimit of /proc/meminfo, in pages."""
    return kernel.pages.total_pages * kernel.sysctl.overcommit_ratio // 100 + kernel.swap_pages
