"""The swap area: slots of a page each on a sparse file of the host, with a reference count per slot (Linux:
swapfile.c).

Slots are given out in runs, so that pages that leave together lie together and come back with one request. Slot 0 is
the header's and never used.
"""

from __future__ import annotations

import mmap
import os
import tempfile
from array import array
from typing import Any

import numpy as np

from emu.errors import EmuError
from emu.kernel.mm.page import PAGE_SIZE


class SwapArea:
    """`count[slot]` page-table entries (and cached shared pages) refer to a slot; `used[slot]` is 1 while it is
    taken.
    """

    def __init__(self, pages: int, path: str | None = None) -> None:
        self.pages, self.path = pages, path
        self.count = array("H", bytes(2 * pages))
        self.used = bytearray(pages)
        self.free = max(0, pages - 1)
        self._next = 1
        self.fd = self._open(path) if pages else -1

    def _open(self, path: str | None) -> int:
        try:
            if path is None:
                fd, name = tempfile.mkstemp(prefix="emu-swap-")
                os.unlink(name)  # noqa: PTH108 - beside mkstemp and ftruncate of the same module
            else:
                fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            os.ftruncate(fd, self.pages * PAGE_SIZE)
        except OSError as error:
            raise EmuError(f"can't make the swap area: {error.strerror}", hint="--swap SIZE[,FILE]") from None
        return fd

    def __del__(self) -> None:
        if getattr(self, "fd", -1) >= 0:
            os.close(self.fd)

    def take_one(self) -> int:
        """A free slot, the next one after the last taken where that is free; 0 when the area is full."""
        slot = self.used.find(0, self._next)
        if slot < 0:
            slot = self.used.find(0, 1, self._next)
            if slot < 0:
                return 0
        self.used[slot] = 1
        self.free -= 1
        self._next = slot + 1
        return slot

    def release(self, slot: int) -> None:
        """A slot that nobody refers to is free again."""
        self.used[slot] = 0
        self.count[slot] = 0
        self.free += 1

    def write(self, slot: int, pages: list[memoryview]) -> None:
        """Store pages in consecutive slots."""
        os.pwritev(self.fd, pages, slot * PAGE_SIZE)

    def read(self, slot: int, pages: list[memoryview]) -> None:
        """Fetch consecutive slots."""
        os.preadv(self.fd, pages, slot * PAGE_SIZE)

    def memory(self) -> np.ndarray | None:
        """The pages as 64-bit words, for whoever copies memory; None without an area."""
        return np.frombuffer(mmap.mmap(self.fd, self.pages * PAGE_SIZE), np.uint64) if self.pages else None

    def freeze(self) -> tuple[Any, ...]:
        """Everything but the pages."""
        return array("H", self.count), bytes(self.used), self.free, self._next

    def thaw(self, state: tuple[Any, ...]) -> None:
        """Be as at that time, but for the pages."""
        count, used, self.free, self._next = state
        self.count, self.used = array("H", count), bytearray(used)

    def copy(self) -> SwapArea:
        """The same area apart, on a file of its own."""
        twin = SwapArea(self.pages)
        twin.thaw(self.freeze())
        start = 0
        while self.pages and (slot := self.used.find(1, start)) >= 0:
            os.pwrite(twin.fd, os.pread(self.fd, PAGE_SIZE, slot * PAGE_SIZE), slot * PAGE_SIZE)
            start = slot + 1
        return twin
