"""The file behind MAP_SHARED|MAP_HUGETLB: huge pages that several processes map (Linux: fs/hugetlbfs)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import ENOMEM, Errno
from emu.kernel.fs.file import O_RDWR, File
from emu.kernel.mm.hugetlb import take_reserved
from emu.kernel.mm.shmem import ShmemFile

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.mm.mm import Mm


HUGE_NAME = "/anon_hugepage (deleted)"


class HugeFile(ShmemFile):
    """`huge_blocks[n]` is the first frame of its n-th huge page; `promised` are reserved and not touched yet."""

    def __init__(self, kernel: Kernel, count: int) -> None:
        if not kernel.huge_pool.reserve(count):
            raise Errno(ENOMEM)
        super().__init__(kernel.shm, 0o600, count << (kernel.huge_pool.order + 12))
        self.nlink = 0
        self.promised = count
        self.huge_blocks: dict[int, int] = {}

    def page(self, mm: Mm, number: int) -> int | None:
        """The first frame of a huge page, zeroed if this is the first touch by anyone."""
        if number not in self.huge_blocks:
            pfn = take_reserved(mm)
            if pfn is None:
                return None
            self.huge_blocks[number] = pfn
            self.promised -= 1
        return self.huge_blocks[number]

    def truncate_store(self) -> None:
        """The last mapping went: the pages return to the pool, the promise ends."""
        super().truncate_store()
        pool = self.sb.kernel.huge_pool
        for pfn in self.huge_blocks.values():
            pool.give_back(pfn)
        pool.reserved -= self.promised
        self.huge_blocks, self.promised = {}, 0


def open_huge_file(kernel: Kernel, count: int) -> File:
    """A file of `count` huge pages, all reserved. ENOMEM."""
    return File(HugeFile(kernel, count), O_RDWR, HUGE_NAME)
