"""Where a read puts its bytes and a write takes them from: pieces of user memory, or a buffer of the kernel (Linux:
iov_iter).

Both sides copy as much as they can: a bad address after some good ones ends the copy early, and only one that lets
nothing through is EFAULT.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EFAULT, Errno
from emu.kernel.mm.page import PAGE_SIZE
from emu.kernel.mm.uaccess import user_page

if TYPE_CHECKING:
    from emu.kernel.mm.mm import Mm

MAX_RW_COUNT = 0x7FFFF000  # Linux: at most INT_MAX & PAGE_MASK bytes move in one call


class UserIter:
    """Pieces (address, length) of one address space, used up from the front. `count` bytes are left."""

    __slots__ = ("count", "done", "faulted", "mm", "pieces")
    for_task = True  # the current task may sleep in the middle; see Partial

    def __init__(self, mm: Mm, pieces: list[tuple[int, int]]) -> None:
        self.mm, self.pieces = mm, [piece for piece in reversed(pieces) if piece[1]]
        self.count = min(sum(size for _, size in pieces), MAX_RW_COUNT)
        self.done, self.faulted = 0, False

    def _next(self, limit: int, write: bool) -> tuple[int, int]:
        """(physical address, size) of the next stretch inside one page; size 0 at the end or at a bad address."""
        if not self.count or not limit or self.faulted:
            return 0, 0
        addr, left = self.pieces[-1]
        try:
            pa = user_page(self.mm, addr, write)
        except Errno:
            self.faulted = True
            return 0, 0
        size = min(left, limit, self.count, PAGE_SIZE - (addr & (PAGE_SIZE - 1)))
        if size == left:
            self.pieces.pop()
        else:
            self.pieces[-1] = addr + size, left - size
        self.count -= size
        self.done += size
        return pa, size

    def skip(self, count: int) -> None:
        """Pass over bytes that an earlier execution of the call has moved."""
        self.done += count
        self.count -= count
        while count:
            addr, left = self.pieces.pop()
            if left > count:
                self.pieces.append((addr + count, left - count))
            count -= min(count, left)

    def put(self, data: bytes | bytearray | memoryview) -> int:
        """Copy data to the user; how many bytes went."""
        ram, at = self.mm.pages.ram, 0
        while at < len(data):
            pa, size = self._next(len(data) - at, True)
            if not size:
                break
            ram[pa : pa + size] = data[at : at + size]
            at += size
        return at

    def get(self, limit: int) -> bytes:
        """Up to `limit` bytes from the user, fewer at the end or before a bad address."""
        ram = self.mm.pages.ram
        pa, size = self._next(limit, False)
        data = bytes(ram[pa : pa + size])
        while size and len(data) < limit:
            pa, size = self._next(limit - len(data), False)
            data += ram[pa : pa + size]
        return data

    def result(self) -> int:
        """What the system call returns: bytes moved, or EFAULT if the first could not be."""
        if self.faulted and not self.done:
            raise Errno(EFAULT)
        return self.done


class KernelIter:
    """The same over a buffer of the kernel's own: for the ELF loader and for the kernel's own reads."""

    __slots__ = ("count", "data", "done")
    for_task = False

    def __init__(self, count: int = 0, data: bytes = b"") -> None:
        self.data, self.done = bytearray(data), 0
        self.count = len(data) or count

    faulted = False

    def skip(self, count: int) -> None:
        """Pass over bytes that an earlier execution of the call has moved."""
        self.done += count
        self.count -= count

    def put(self, data: bytes | bytearray | memoryview) -> int:
        """As UserIter.put: take in as much as there is room for; how many bytes."""
        part = bytes(data[: self.count])
        self.data += part
        self.count -= len(part)
        self.done += len(part)
        return len(part)

    def get(self, limit: int) -> bytes:
        """Up to `limit` of the bytes that are left."""
        part = bytes(self.data[self.done : self.done + limit])
        self.done += len(part)
        self.count -= len(part)
        return part

    def result(self) -> int:
        """How many bytes went through."""
        return self.done
