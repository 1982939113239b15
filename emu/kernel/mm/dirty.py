"""Which pages of files differ from what the file system has, and which were used (Linux: folio_mark_dirty,
folio_mark_accessed in mm/page-writeback.c and mm/swap.c).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.mm.page import PG_ACTIVE, PG_DIRTY, PG_LRU, PG_REFERENCED, PG_UNEVICTABLE

if TYPE_CHECKING:
    import numpy as np

    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.filemap import AddressSpace
    from emu.kernel.mm.page import MemMap


def set_page_dirty(mapping: AddressSpace, pfn: int, mem_map: MemMap) -> None:
    """The page differs from the file system's copy from now on."""
    mem_map.flags[pfn] |= PG_DIRTY
    index = mem_map.index[pfn]
    if mapping.is_shmem or index in mapping.dirty:
        return
    kernel = mapping.host.sb.kernel
    if not mapping.dirty:
        kernel.dirty_mappings[mapping] = None
    mapping.dirty[index] = None
    kernel.vm.nr_dirty += 1


def clear_dirty(kernel: Kernel, mapping: AddressSpace, index: int) -> None:
    """The page is as the file system has it, or gone."""
    if mapping.dirty.pop(index, True) is None:
        kernel.vm.nr_dirty -= 1
        if not mapping.dirty:
            kernel.dirty_mappings.pop(mapping, None)


def mark_page_accessed(kernel: Kernel, pfn: int) -> None:
    """A page was read by a system call: the first time is remembered, at the second it becomes active."""
    lru, flags = kernel.pages.lru, kernel.pages.mem_map.flags
    bits = flags[pfn]
    if not bits & PG_REFERENCED:
        flags[pfn] = bits | PG_REFERENCED
    elif not bits & (PG_ACTIVE | PG_UNEVICTABLE):
        if bits & PG_LRU:
            lru.move(pfn, PG_ACTIVE, PG_REFERENCED)
        else:  # it is not on its list yet
            flags[pfn] = bits & ~PG_REFERENCED | PG_ACTIVE
        kernel.vm.pgactivate += 1


def mark_accessed(mem_map: MemMap, pfns: np.ndarray) -> None:
    """mark_page_accessed for many pages: their mappings' A bits move to the frames."""
    mem_map.many.flags[pfns] |= PG_REFERENCED
