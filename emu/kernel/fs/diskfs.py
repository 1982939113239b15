"""The root file system: a small disk that belongs to this run alone. Its blocks are host memory; nothing is left
after it.

A file is an image given at boot (the program, never copied) and the pages that were written since. What the guest
reads has come through the page cache, so that disk and memory can be told apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import ENOSPC, Errno
from emu.kernel.fs.directory import Directory
from emu.kernel.fs.inode import SuperBlock
from emu.kernel.fs.regular import Regular
from emu.kernel.mm import filemap
from emu.kernel.mm.page import PAGE_SIZE
from emu.kernel.mm.zap import unmap_mapping_range

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel


class DiskFile(Regular):
    """A file on the private disk."""

    frozen_shared = ("image", "written")  # see emu.kernel.frozen

    def __init__(self, sb: SuperBlock, mode: int, image: bytes = b"") -> None:
        super().__init__(sb, mode)
        self.image = image
        self.i_size = self.image_size = len(image)
        self.written: dict[int, bytes] = {}
        self.reserved: set[int] = set()  # pages that count against the disk's size

    def data_pages(self) -> set[int]:
        """Those of the image that no hole was made in, and what was written, though it be on its way to the disk."""
        of_image = range((self.image_size + PAGE_SIZE - 1) >> 12)
        kept = {index for index in of_image if self.written.get(index) != b""}
        return kept | self.reserved | {index for index, data in self.written.items() if data} | {*self.mapping.dirty}

    @property
    def blocks(self) -> int:
        return len(self.data_pages()) * (PAGE_SIZE // 512)

    def read_page(self, index: int, target: memoryview) -> int:
        data = self.written.get(index)
        if data is None:
            data = memoryview(self.image)[index << 12 : min((index << 12) + PAGE_SIZE, self.image_size)]
        target[: len(data)] = data
        return len(data)

    def write_page(self, index: int, data: memoryview) -> None:
        self.written[index] = bytes(data)

    def reserve(self, index: int, end: int) -> None:
        if index in self.reserved:
            return
        if self.sb.free_blocks <= 0:
            raise Errno(ENOSPC)
        self.sb.free_blocks -= 1
        self.reserved.add(index)

    def truncate(self, size: int) -> None:
        super().truncate(size)
        self._shrink_store(size)

    def punch(self, first: int, last: int) -> None:
        mapping = self.mapping
        unmap_mapping_range(mapping, first, last)
        for index in [index for index in mapping.pages if first <= index < last]:
            filemap.remove_from_page_cache(self.sb.kernel, mapping, index)
        for index in [index for index in self.reserved if first <= index < last]:
            self.reserved.discard(index)
            self.written.pop(index, None)
            self.sb.free_blocks += 1
        for index in range(first, min(last, (self.image_size + PAGE_SIZE - 1) >> 12)):
            self.written[index] = b""  # the image has something else there

    def truncate_store(self) -> None:
        self._shrink_store(0)

    def _shrink_store(self, size: int) -> None:
        self.image_size = min(self.image_size, size)
        last = (size + PAGE_SIZE - 1) >> 12
        for index in [index for index in self.reserved if index >= last]:
            self.reserved.discard(index)
            self.written.pop(index, None)
            self.sb.free_blocks += 1
        if size & (PAGE_SIZE - 1) and (tail := self.written.get(last - 1)):
            self.written[last - 1] = tail[: size & (PAGE_SIZE - 1)]


class DiskSuperBlock(SuperBlock):
    """A disk of `capacity` blocks of 4 kB."""

    def __init__(self, kernel: Kernel, capacity: int) -> None:
        super().__init__(kernel, "diskfs", "rootfs")
        self.capacity = self.free_blocks = capacity
        self.magic = 0xEF53


def make_root(kernel: Kernel, capacity: int) -> Directory:
    """An empty disk; its root directory."""
    return Directory(DiskSuperBlock(kernel, capacity), 0o755, None, b"/", DiskFile)
