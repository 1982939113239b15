"""/proc/PID/pagemap and clear_refs: what page-table entries say, and who forgets that pages were used (proc(5);
Documentation/admin-guide/mm/pagemap.rst).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.isa.paging import PTE_A, PTE_V
from emu.kernel.errno import EINVAL, Errno
from emu.kernel.mm import tlb
from emu.kernel.mm.page import PG_ANON, PG_REFERENCED
from emu.kernel.mm.vma import VM_HUGETLB
from emu.kernel.mm.zap import table_slices

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.mm import Mm
    from emu.kernel.mm.vma import Vma
    from emu.kernel.task import Task

# -- clear_refs -------------------------------------------------------------------------------------------------------
CLEAR_ALL, CLEAR_ANON, CLEAR_MAPPED, CLEAR_SOFT_DIRTY, CLEAR_HIWATER = range(1, 6)


def clear_refs(task: Task, data: bytes) -> None:
    """What was written there: 1, 2 (anonymous) or 3 (files) makes pages unreferenced, 5 the peak RSS the present one.
    Soft-dirty bits (4) don't exist. EINVAL.
    """
    mm, which = task.mm, int(data) if data.strip().isdigit() else 0
    if not CLEAR_ALL <= which <= CLEAR_HIWATER or which == CLEAR_SOFT_DIRTY:
        raise Errno(EINVAL)
    if mm is None:
        return
    if which == CLEAR_HIWATER:
        mm.hiwater_rss = mm.rss
        return
    for vma in mm.vmas:
        of_file = vma.vm_file is not None
        wanted = {CLEAR_ALL: True, CLEAR_ANON: not of_file, CLEAR_MAPPED: of_file}[which]
        if wanted and not vma.vm_flags & VM_HUGETLB:
            clear_area(mm, vma)


def clear_area(mm: Mm, vma: Vma) -> None:
    """Nobody has used the pages of this area yet: A goes from entries, REFERENCED from frames."""
    flags = mm.pages.mem_map.many.flags
    for low, high, _ in table_slices(mm, vma.vm_start, vma.vm_end):
        entries = mm.many_cells[low:high]
        present = (entries & PTE_V) != 0
        entries[present] &= ~entries.dtype.type(PTE_A)
        flags[(entries[present] >> 10).astype("int64")] &= ~flags.dtype.type(PG_REFERENCED)
    tlb.flush_range(mm, vma.vm_start, vma.vm_end)


# -- pagemap ----------------------------------------------------------------------------------------------------------
PM_PRESENT, PM_SWAP, PM_FILE, PM_EXCLUSIVE = 1 << 63, 1 << 62, 1 << 61, 1 << 56


def pagemap(kernel: Kernel, task: Task, first: int, count: int) -> bytes:
    """64 bits for each page: bits 0–54 the frame (or swap type and offset), 56 exclusive, 61 file, 62 swapped, 63
    present.
    """
    mm, values = task.mm, []
    if mm is None:
        return b""
    count = max(0, min(count, (mm.task_size >> 12) - first))
    mem_map = kernel.pages.mem_map
    for page in range(first, first + count):
        pte = mm.entry(page << 12)
        value = 0
        if pte & PTE_V:
            pfn = pte >> 10
            value = PM_PRESENT | pfn
            value |= 0 if mem_map.flags[pfn] & PG_ANON or pfn == kernel.pages.zero_pfn else PM_FILE
            value |= PM_EXCLUSIVE if mem_map.mapcount[pfn] == 1 else 0
        elif pte:
            value = PM_SWAP | pte >> 10 << 5
        values.append(value)
    return struct.pack(f"<{len(values)}Q", *values)
