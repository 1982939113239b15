"""What a socket has received and nobody has read: bytes in frames of memory, with the descriptors sent along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from emu.kernel.mm.page import PAGE_SIZE, PG_KERNEL

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.kernel import Kernel

Credentials = tuple[int, int, int]  # pid, uid, gid
RCV_SHUTDOWN, SEND_SHUTDOWN = 1, 2  # sk_shutdown: what shutdown(2) has ended


class Control(NamedTuple):
    """What is sent along with bytes: open files (borrowed), and whom the sender says he is."""

    files: list[File]
    credentials: Credentials | None = None


class Skb:
    """A message, or a stretch of a stream. `length` bytes from `offset` on are left in `frames`."""

    __slots__ = ("credentials", "files", "frames", "kernel", "length", "offset", "sender")

    def __init__(self, kernel: Kernel, sender: bytes | None, credentials: Credentials) -> None:
        self.kernel, self.sender, self.credentials = kernel, sender, credentials
        self.frames: list[int] = []
        self.files: list[File] = []
        self.offset = self.length = 0

    def fill(self, source: Any, limit: int) -> int:
        """Take up to `limit` bytes from an iov; how many. Fewer before a bad address."""
        taken = 0
        while taken < limit and source.count:
            end = self.offset + self.length
            if end == len(self.frames) * PAGE_SIZE:
                self.frames.append(self._frame())
            room = len(self.frames) * PAGE_SIZE - end
            data = source.get(min(room, limit - taken))
            at = (self.frames[-1] << 12) + end % PAGE_SIZE
            self.kernel.ram[at : at + len(data)] = data
            self.length += len(data)
            taken += len(data)
            if not data:
                break
        return taken

    def take_room(self) -> None:
        """A message without bytes takes memory as well."""
        if not self.frames:
            self.frames.append(self._frame())

    def _frame(self) -> int:
        pfn = self.kernel.pages.alloc_page()
        self.kernel.pages.mem_map.flags[pfn] = PG_KERNEL
        return pfn

    def copy_to(self, to: Any, skip: int = 0) -> int:
        """Copy to an iov what fits, after `skip` bytes; how many went. Nothing is taken out."""
        copied, at, end = 0, self.offset + skip, self.offset + self.length
        while at < end and to.count:
            size = min(PAGE_SIZE - at % PAGE_SIZE, end - at, to.count)
            start = (self.frames[at // PAGE_SIZE] << 12) + at % PAGE_SIZE
            went = to.put(self.kernel.ram[start : start + size])
            at, copied = at + went, copied + went
            if went < size:
                break
        return copied

    def consume(self, count: int) -> None:
        """Take bytes out at the front."""
        self.offset += count
        self.length -= count
        while self.frames and self.offset >= PAGE_SIZE:
            self.kernel.pages.put_page(self.frames.pop(0))
            self.offset -= PAGE_SIZE

    @property
    def room(self) -> int:
        """Bytes that fit without another frame."""
        return len(self.frames) * PAGE_SIZE - self.offset - self.length

    def take_files(self) -> list[File]:
        """The descriptors that came along; they are no longer under way."""
        files, self.files = self.files, []
        self.kernel.files_in_flight -= len(files)
        return files

    def free(self) -> None:
        """Drop it: frames back, descriptors closed."""
        for pfn in self.frames:
            self.kernel.pages.put_page(pfn)
        self.frames = []
        for file in self.take_files():
            file.put()
