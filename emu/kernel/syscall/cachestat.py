"""cachestat: what of a file is in the page cache (Linux: mm/filemap.c)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emu.kernel.errno import EINVAL, EOPNOTSUPP
from emu.kernel.mm.hugetlbfs import HugeFile
from emu.kernel.mm.page import PG_WRITEBACK
from emu.kernel.mm.uaccess import copy_from_user, copy_to_user
from emu.kernel.syscall.table import Addr, Int, Uint, syscall

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.filemap import AddressSpace
    from emu.kernel.task import Task


@syscall("cachestat")
def sys_cachestat(kernel: Kernel, task: Task, fd: Int, range_addr: Addr, buf: Addr, flags: Uint) -> int:
    """struct cachestat of a range; a length of 0 means to the end. EBADF EFAULT EINVAL EOPNOTSUPP."""
    mapping = task.files.get(fd).inode.mapping
    start, length = struct.unpack("<QQ", copy_from_user(task.mm, range_addr, 16))
    if mapping is not None and isinstance(mapping.host, HugeFile):
        return -EOPNOTSUPP
    if flags:
        return -EINVAL
    last = start + length - 1 >> 12 if length else (1 << 52) - 1
    found = counts(kernel, mapping, start >> 12, last) if mapping is not None else (0,) * 5
    copy_to_user(task.mm, buf, struct.pack("<5Q", *found))
    return 0


def counts(kernel: Kernel, mapping: AddressSpace, first: int, last: int) -> tuple[int, int, int, int, int]:
    """Pages that are cached, dirty, being written, evicted, and evicted so lately that they would come back active."""
    flags, workingset = kernel.pages.mem_map.flags, kernel.workingset
    cached = [pfn for index, pfn in mapping.pages.items() if first <= index <= last]
    dirty = sum(first <= index <= last for index in mapping.dirty)
    writeback = sum(flags[pfn] & PG_WRITEBACK != 0 for pfn in cached)
    shadows = evicted(kernel, mapping, first, last)
    lately = sum(workingset.age - age <= workingset.near(kernel, mapping.is_shmem) for age in shadows)
    return len(cached), dirty, writeback, len(shadows), lately


def evicted(kernel: Kernel, mapping: AddressSpace, first: int, last: int) -> list[int]:
    """The shadows of a file's pages; of shared memory, whose pages go to swap, they go by their slots."""
    shadows = kernel.workingset.shadows
    if mapping.is_shmem:
        slots = [slot for index, slot in mapping.host.swapped.items() if first <= index <= last]
        return [shadows[slot] for slot in slots if slot in shadows]
    pages = range(first, min(last, mapping.host.i_size - 1 >> 12) + 1)
    if len(pages) <= len(shadows):
        return [shadows[mapping, index] for index in pages if (mapping, index) in shadows]
    keys = [key for key in shadows if isinstance(key, tuple) and key[0] is mapping and key[1] in pages]
    return [shadows[key] for key in keys]
