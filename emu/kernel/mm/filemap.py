"""The page cache: frames that hold pages of files, found by (file, index) (Linux: mm/filemap.c).

A page is read from its file system when it is first asked for (a major fault, or a read that waits) and stays until
memory is short. A page that was written is dirty: it must be written back before it may go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.kernel.errno import Errno
from emu.kernel.mm import workingset
from emu.kernel.mm.dirty import clear_dirty
from emu.kernel.mm.page import (
    PAGE_SIZE,
    PG_DIRTY,
    PG_LOCKED,
    PG_REFERENCED,
    PG_STALE,
    PG_SWAPCACHE,
    PG_UNEVICTABLE,
    PG_UPTODATE,
    PG_WRITEBACK,
)
from emu.kernel.mm.zap import page_mkclean, unmap_mapping_range

if TYPE_CHECKING:
    from emu.kernel.fs.inode import Inode
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.vma import Vma

READ_AHEAD_PAGES, READ_AHEAD_MOST = 4, 32  # the window of a first read; of a sequential one: 128 kB, as Linux's


class AddressSpace:
    """The cached pages of one file."""

    __slots__ = ("areas", "dirty", "error", "host", "is_shmem", "pages", "ra_next", "ra_size", "unevictable")

    def __init__(self, host: Inode, is_shmem: bool = False) -> None:
        self.host = host  # the inode: i_size, read_page, write_page
        self.pages: dict[int, int] = {}  # index -> pfn
        self.areas: dict[Vma, None] = {}
        self.dirty: dict[int, None] = {}  # indices of dirty pages, oldest first
        self.is_shmem = is_shmem
        self.unevictable = False  # reclaim leaves its pages alone
        self.error = 0  # of a write-back that failed
        self.ra_next, self.ra_size = 0, READ_AHEAD_PAGES


def filemap_fault(kernel: Kernel, mapping: AddressSpace, index: int, vm_flags: int) -> tuple[int, bool] | None:
    """The frame of a file's page and whether it had to be read; None beyond the end of the file."""
    if index << 12 >= mapping.host.i_size:
        return None
    pfn = mapping.pages.get(index)
    read = pfn is None
    if pfn is None:
        if mapping.is_shmem:
            return mapping.host.missing_page(index)
        pfn = read_cache_page(kernel, mapping, index)
    kernel.pages.mem_map.flags[pfn] |= PG_REFERENCED
    return pfn, kernel.wait_for_read(pfn, read)


def read_cache_page(kernel: Kernel, mapping: AddressSpace, index: int) -> int:
    """Start to read a page that is not cached, and a few after it (read-ahead); its frame, locked until the disk is
    done.
    """
    pfn = add_to_page_cache(kernel, mapping, index)
    pfns = [pfn]
    for ahead in range(index + 1, index + read_ahead_window(kernel, mapping, index)):
        frame = 0 if ahead in mapping.pages else kernel.pages.try_alloc_page()
        if not frame:
            break
        pfns.append(fill_page(kernel, mapping, ahead, frame, True))
    mapping.ra_next = index + len(pfns)
    kernel.disk.read(pfns)
    workingset.refault_file(kernel, mapping, index, pfns)
    kernel.vm.pgpgin += 4 * len(pfns)
    return pfn


def read_ahead_window(kernel: Kernel, mapping: AddressSpace, index: int) -> int:
    """How many pages to read from `index` on: more and more while reads are sequential."""
    sequential = index == mapping.ra_next
    mapping.ra_size = min(2 * mapping.ra_size, READ_AHEAD_MOST) if sequential else READ_AHEAD_PAGES
    last = (mapping.host.i_size + PAGE_SIZE - 1) >> 12
    return min(mapping.ra_size, last - index)


def add_to_page_cache(kernel: Kernel, mapping: AddressSpace, index: int, fill: bool = True) -> int:
    """A new frame for a page of the file, filled from the file system; the cache holds one use of it."""
    return fill_page(kernel, mapping, index, kernel.pages.alloc_page(), fill)


def fill_page(kernel: Kernel, mapping: AddressSpace, index: int, pfn: int, fill: bool) -> int:
    """Enter a fresh frame as a page of the file. What the file system refuses to read leaves no trace: Errno."""
    pages, mem_map = kernel.pages, kernel.pages.mem_map
    target = kernel.ram[pfn << 12 : (pfn << 12) + PAGE_SIZE]
    try:
        got = mapping.host.read_page(index, target) if fill else 0
    except Errno:
        mem_map.flags[pfn] = PG_STALE
        pages.put_page(pfn)
        raise
    if got < PAGE_SIZE and (got or mem_map.flags[pfn] & PG_STALE):
        target[got:] = bytes(PAGE_SIZE - got)
    mem_map.flags[pfn] = PG_UPTODATE
    mem_map.index[pfn] = index
    mem_map.mapping[pfn] = mapping
    mapping.pages[index] = pfn
    pages.lru.pending.append(pfn)
    kernel.vm.nr_file_pages += 1
    return pfn


def remove_from_page_cache(kernel: Kernel, mapping: AddressSpace, index: int) -> None:
    """Drop the cache's use of a page; the frame goes when nobody maps it."""
    pfn = mapping.pages.pop(index)
    mem_map = kernel.pages.mem_map
    if mem_map.flags[pfn] & PG_SWAPCACHE and mem_map.refcount[pfn] == 2:  # shared memory that came back from swap
        kernel.swap.try_to_free(pfn)
    if index in mapping.dirty:
        clear_dirty(kernel, mapping, index)
    kernel.pages.mem_map.flags[pfn] &= ~PG_DIRTY
    if kernel.pages.mem_map.refcount[pfn] > 1:
        kernel.pages.lru.forget(pfn)
    kernel.pages.mem_map.mapping.pop(pfn, None)
    kernel.vm.nr_file_pages -= 1
    if mapping.is_shmem:
        kernel.vm.nr_shmem -= 1
    kernel.pages.put_page(pfn)


def grab_page(kernel: Kernel, mapping: AddressSpace, index: int, whole: bool) -> int:
    """A cached page to write to; it needn't be read first when it is new in the file or will be overwritten whole."""
    pfn = mapping.pages.get(index)
    if pfn is None:
        if mapping.is_shmem:
            return mapping.host.missing_page(index)[0]
        if whole or index << 12 >= mapping.host.i_size:
            return add_to_page_cache(kernel, mapping, index, fill=False)
        pfn = read_cache_page(kernel, mapping, index)
    kernel.wait_on_page(pfn)
    return pfn


def truncate_pages(kernel: Kernel, mapping: AddressSpace, new_size: int) -> None:
    """truncate_pagecache: pages beyond the new end go, the rest of the last one becomes zero."""
    first_gone = (new_size + PAGE_SIZE - 1) >> 12
    gone = [index for index in mapping.pages if index >= first_gone]
    if gone or mapping.areas:
        unmap_mapping_range(mapping, first_gone)
    for index in gone:
        remove_from_page_cache(kernel, mapping, index)
    pfn = mapping.pages.get(new_size >> 12)
    if pfn is not None and new_size & (PAGE_SIZE - 1):
        start = (pfn << 12) + (new_size & (PAGE_SIZE - 1))
        kernel.ram[start : (pfn + 1) << 12] = bytes(((pfn + 1) << 12) - start)


def writeback(kernel: Kernel, mapping: AddressSpace, limit: int | None = None) -> int:
    """Write dirty pages, oldest first, to the file system; how many."""
    todo: list[Any] = list(mapping.dirty)[:limit]
    for index in todo:
        write_page(kernel, mapping, index)
    return len(todo)


def write_page(kernel: Kernel, mapping: AddressSpace, index: int) -> None:
    """Write one dirty page out; mapped entries lose W or D so that the next write is noticed."""
    pfn = mapping.pages[index]
    page_mkclean(kernel, pfn)
    size = min(PAGE_SIZE, mapping.host.i_size - (index << 12))
    if size > 0:
        try:
            mapping.host.write_page(index, kernel.ram[pfn << 12 : (pfn << 12) + size])
        except Errno as error:
            mapping.error = error.number  # the next fsync tells
    kernel.pages.mem_map.flags[pfn] &= ~PG_DIRTY
    clear_dirty(kernel, mapping, index)
    kernel.vm.pgpgout += 4
    kernel.vm.nr_written += 1


def get_page(kernel: Kernel, mapping: AddressSpace, index: int) -> int:
    """The frame of a file's page with one more use, which the caller gives back."""
    pfn = mapping.pages.get(index)
    mem_map = kernel.pages.mem_map
    if pfn is None:
        if mapping.is_shmem:
            pfn, _ = mapping.host.missing_page(index)
        else:
            pfn = read_cache_page(kernel, mapping, index)
    kernel.wait_on_page(pfn)
    mem_map.refcount[pfn] += 1
    return pfn


def drop_clean(kernel: Kernel) -> None:
    """drop_caches: every clean page of a file that nobody maps."""
    mem_map = kernel.pages.mem_map
    pages = [(mapping, mem_map.index[pfn], pfn) for pfn, mapping in mem_map.mapping.items() if hasattr(mapping, "host")]
    for mapping, index, pfn in pages:
        busy = mem_map.flags[pfn] & (PG_DIRTY | PG_LOCKED | PG_WRITEBACK | PG_UNEVICTABLE)
        if not busy and not mapping.is_shmem and mem_map.refcount[pfn] == 1:
            remove_from_page_cache(kernel, mapping, index)
