"""Shared memory: files that live in memory alone, and on swap when memory is short (Linux: mm/shmem.c).

Behind MAP_SHARED|MAP_ANONYMOUS, System V segments, memfd and /dev/shm. A page is in the page cache, or on swap (its
slot in `swapped`), or nowhere yet and reads as zeroes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import ENOSPC, Errno
from emu.kernel.fs.inode import SuperBlock
from emu.kernel.fs.regular import Regular
from emu.kernel.mm import filemap, memfd
from emu.kernel.mm.page import PAGE_SIZE, PG_DIRTY, PG_LOCKED, PG_SWAPBACKED, PG_UPTODATE, PG_WRITEBACK
from emu.kernel.mm.zap import unmap_mapping_range

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.kernel import Kernel


class ShmemFile(Regular):
    """A file of tmpfs."""

    def __init__(self, sb: SuperBlock, mode: int, size: int = 0) -> None:
        super().__init__(sb, mode)
        self.mapping.is_shmem = True
        self.i_size = size
        self.seals = memfd.F_SEAL_SEAL
        self.committed = 0  # pages of overcommit accounting
        self.swapped: dict[int, int] = {}  # index -> slot
        sb.kernel.shmem_files[self] = None

    def read_page(self, index: int, target: memoryview) -> int:
        return 0

    def write_page(self, index: int, data: memoryview) -> None:
        """Nothing to do: memory is all there is."""

    def missing_page(self, index: int) -> tuple[int, bool]:
        """The frame of a page that isn't cached, and whether the disk was read: from swap, or new and zero."""
        return get_page(self.sb.kernel, self.mapping, index)

    def fsync(self) -> None:
        """Nothing to do."""

    @property
    def blocks(self) -> int:
        """Only what was written takes room."""
        return (len(self.mapping.pages) + len(self.swapped)) * (PAGE_SIZE // 512)

    def data_pages(self) -> set[int]:
        return {*self.mapping.pages, *self.swapped}

    def fcntl(self, file: File, command: int, argument: int) -> int:
        if command == memfd.F_ADD_SEALS:
            memfd.add_seals(self, file, argument)
            return 0
        return self.seals if command == memfd.F_GET_SEALS else super().fcntl(file, command, argument)

    def reserve(self, index: int, end: int) -> None:
        """tmpfs' size limit: half of memory. And seals: EPERM."""
        memfd.check_write(self, end)
        kernel = self.sb.kernel
        new = index not in self.mapping.pages and index not in self.swapped
        if new and self.sb.kind == "tmpfs" and kernel.vm.nr_shmem >= kernel.pages.total_pages // 2:
            raise Errno(ENOSPC)

    def truncate(self, size: int) -> None:
        memfd.check_size(self, size)
        super().truncate(size)
        self._drop_swapped((size + 4095) >> 12)

    def truncate_store(self) -> None:
        self._drop_swapped(0)
        self.sb.kernel.vm.committed -= self.committed
        self.committed = 0
        self.sb.kernel.shmem_files.pop(self, None)

    def punch(self, first: int, last: int) -> None:
        """A hole: pages first … last - 1 read as zeroes from now on."""
        memfd.check_write(self, 0)
        kernel = self.sb.kernel
        unmap_mapping_range(self.mapping, first, last)
        for index in [index for index in self.mapping.pages if first <= index < last]:
            filemap.remove_from_page_cache(kernel, self.mapping, index)
        for index in [index for index in self.swapped if first <= index < last]:
            kernel.swap.put_slot(self.swapped.pop(index))

    def _drop_swapped(self, first: int) -> None:
        for index in [index for index in self.swapped if index >= first]:
            self.sb.kernel.swap.put_slot(self.swapped.pop(index))


def get_page(kernel: Kernel, mapping: filemap.AddressSpace, index: int) -> tuple[int, bool]:
    """See ShmemFile.missing_page."""
    host = mapping.host
    slot = host.swapped.get(index)
    if slot is None:
        pfn = filemap.add_to_page_cache(kernel, mapping, index)
        kernel.pages.mem_map.flags[pfn] |= PG_SWAPBACKED | PG_DIRTY
        kernel.vm.nr_shmem += 1
        return pfn, False
    pfn = kernel.swap.cache.get(slot)
    read = pfn is None
    if pfn is None:
        pfn = kernel.swap.read_in(slot)
    major = kernel.wait_for_read(pfn, read)
    move_from_swap(kernel, mapping, index, pfn, slot)
    return pfn, major


def move_to_swap(kernel: Kernel, pfn: int, slot: int) -> None:
    """A page of shared memory that reclaim has unmapped leaves the page cache for its slot."""
    mem_map = kernel.pages.mem_map
    mapping, index = mem_map.mapping[pfn], mem_map.index[pfn]
    mapping.host.swapped[index] = slot
    kernel.swap.area.count[slot] += 1
    del mapping.pages[index]
    mapping.dirty.pop(index, None)
    kernel.vm.nr_file_pages -= 1
    kernel.vm.nr_shmem -= 1
    mem_map.mapping[pfn] = kernel.swap
    mem_map.refcount[pfn] -= 1


def move_from_swap(kernel: Kernel, mapping: filemap.AddressSpace, index: int, pfn: int, slot: int) -> None:
    """And back: the page cache has the frame, the slot is given up."""
    mem_map = kernel.pages.mem_map
    del mapping.host.swapped[index]
    mapping.pages[index] = pfn
    mem_map.mapping[pfn], mem_map.index[pfn] = mapping, index
    leaving = mem_map.flags[pfn] & PG_WRITEBACK  # what is written then is of no use to anyone
    mem_map.flags[pfn] = mem_map.flags[pfn] & ~(PG_LOCKED | PG_WRITEBACK) | PG_SWAPBACKED | PG_UPTODATE | PG_DIRTY
    mem_map.refcount[pfn] += 1
    kernel.vm.nr_file_pages += 1
    kernel.vm.nr_shmem += 1
    kernel.swap.area.count[slot] -= 1
    kernel.swap.try_to_free(pfn)
    if leaving:
        kernel.pages.lru.pending.append(pfn)
