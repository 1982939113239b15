"""Reading and writing regular files through the page cache (Linux: generic_file_read_iter, generic_perform_write)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.kernel.errno import EFBIG, EINVAL, ENXIO, EOPNOTSUPP, EOVERFLOW, Errno
from emu.kernel.fs.file import SEEK_CUR, SEEK_DATA, SEEK_END, SEEK_HOLE, SEEK_SET
from emu.kernel.fs.inode import S_IFREG, Inode, SuperBlock
from emu.kernel.fs.permission import remove_privs
from emu.kernel.mm import filemap
from emu.kernel.mm.dirty import mark_page_accessed, set_page_dirty
from emu.kernel.mm.page import PAGE_SIZE, PG_CODE
from emu.kernel.sched.wait import Blocked, Partial

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.task import Task

MAX_FILE_SIZE = (1 << 63) - 1


class Regular(Inode):
    """A file whose bytes are cached in pages. A file system adds read_page and write_page."""

    def __init__(self, sb: SuperBlock, mode: int, ino: int | None = None) -> None:
        super().__init__(sb, S_IFREG | mode & 0o7777, ino)
        self.mapping = filemap.AddressSpace(self)

    def read_page(self, index: int, target: memoryview) -> int:
        """Fill a page from the store; how many bytes it had."""
        raise NotImplementedError  # each file system has its own

    def write_page(self, index: int, data: memoryview) -> None:
        """Put a page (the last one may be short) into the store."""
        raise NotImplementedError  # each file system has its own

    def reserve(self, index: int, end: int) -> None:
        """Called before a page is written, up to byte `end` of the file: ENOSPC when the store is full."""

    def punch(self, first: int, last: int) -> None:
        """A hole: pages first … last - 1 read as zeroes from now on. EOPNOTSUPP."""
        raise Errno(EOPNOTSUPP)

    def punch_hole(self, offset: int, length: int) -> None:
        """fallocate's PUNCH_HOLE: whole pages go, what sticks out at both ends becomes zero."""
        end = min(offset + length, (self.i_size + PAGE_SIZE - 1) & -PAGE_SIZE)
        first, last = (offset + PAGE_SIZE - 1) >> 12, end >> 12
        self.punch(first, max(first, last))
        edges = ((offset, min(first << 12, end)), (max(last, first) << 12, end))
        for start, stop in edges:
            if start < (stop := min(stop, self.i_size)):
                self._write_page_part(start, bytes(stop - start))

    def read_iter(self, file: File, to: Any, pos: int) -> int:
        """A system call that must wait for the disk sleeps, and goes on where it was when it is executed again."""
        kernel, start = self.sb.kernel, pos
        task = kernel.current if to.for_task else None
        if task is not None and isinstance(task.restart, Partial):
            pos += task.restart.done
            to.skip(task.restart.done)
        while to.count and pos < self.i_size:
            offset = pos & (PAGE_SIZE - 1)
            size = min(PAGE_SIZE - offset, self.i_size - pos, to.count)
            pfn = self._page_to_read(task, pos >> 12, pos - start)
            at = (pfn << 12) + offset
            if file is None or pos >> 12 != file.prev_pos - 1 >> 12:  # else the last read ended in this page
                mark_page_accessed(kernel, pfn)
            try:
                copied = to.put(kernel.ram[at : at + size])
            finally:  # the user's page may be one too many: OutOfMemory
                kernel.pages.put_page(pfn)
            pos += copied
            if file is not None:
                file.prev_pos = pos
            if copied < size:
                break
        return pos - start

    def _page_to_read(self, task: Task | None, index: int, done: int) -> int:
        """filemap.get_page; Blocked when `task` can sleep until the disk has read it."""
        kernel = self.sb.kernel
        kernel.may_sleep = task is not None
        try:
            return filemap.get_page(kernel, self.mapping, index)
        except Blocked:
            task.restart = Partial(done)
            raise
        finally:
            kernel.may_sleep = False

    def write_iter(self, file: File, source: Any, pos: int) -> int:
        kernel, start = self.sb.kernel, pos
        if pos >= MAX_FILE_SIZE:
            raise Errno(EFBIG)
        if source.count:
            remove_privs(kernel.current, self)
        while source.count:
            offset = pos & (PAGE_SIZE - 1)
            size = min(PAGE_SIZE - offset, source.count, MAX_FILE_SIZE - pos)
            data = source.get(size)
            if not data:
                break
            try:
                self.reserve(pos >> 12, pos + len(data))
            except Errno:
                if pos == start:
                    raise
                break
            self._write_page_part(pos, data)
            kernel.flusher.balance()
            pos += len(data)
        if pos > start:
            self.mtime = self.ctime = kernel.realtime_ns()
        return pos - start

    def _write_page_part(self, pos: int, data: bytes) -> None:
        kernel, offset = self.sb.kernel, pos & (PAGE_SIZE - 1)
        pfn = filemap.grab_page(kernel, self.mapping, pos >> 12, len(data) == PAGE_SIZE)
        at = (pfn << 12) + offset
        kernel.ram[at : at + len(data)] = data
        set_page_dirty(self.mapping, pfn, kernel.pages.mem_map)
        if kernel.pages.mem_map.flags[pfn] & PG_CODE:
            kernel.pages.code_changed(pfn)
        self.i_size = max(self.i_size, pos + len(data))

    def data_pages(self) -> set[int] | None:
        """The pages that aren't holes; None: no file system that knows of holes."""
        return None

    def seek_data(self, offset: int) -> int:
        """The first byte from here on that is in no hole. ENXIO."""
        pages = self.data_pages()
        if pages is None:
            return offset
        index = min((index for index in pages if index >= offset >> 12), default=self.i_size)
        if index << 12 >= self.i_size:
            raise Errno(ENXIO)
        return max(offset, index << 12)

    def seek_hole(self, offset: int) -> int:
        """The first byte from here on that is in a hole, or the end."""
        pages, index = self.data_pages(), offset >> 12
        if pages is None:
            return self.i_size
        while index in pages:
            index += 1
        return min(max(offset, index << 12), self.i_size)

    def llseek(self, file: File, offset: int, whence: int) -> int:
        if whence in (SEEK_DATA, SEEK_HOLE):
            if not 0 <= offset < self.i_size:
                raise Errno(ENXIO)
            return self.seek_data(offset) if whence == SEEK_DATA else self.seek_hole(offset)
        base = {SEEK_SET: 0, SEEK_CUR: file.pos, SEEK_END: self.i_size}.get(whence)
        if base is None or base + offset < 0:
            raise Errno(EINVAL)
        if base + offset > MAX_FILE_SIZE:
            raise Errno(EOVERFLOW)
        return base + offset

    def truncate(self, size: int) -> None:
        self.want_write()
        remove_privs(self.sb.kernel.current, self)
        if size < self.i_size:
            filemap.truncate_pages(self.sb.kernel, self.mapping, size)
        self.i_size = size
        self.mtime = self.ctime = self.sb.kernel.realtime_ns()

    def fsync(self) -> None:
        kernel, mapping = self.sb.kernel, self.mapping
        written = filemap.writeback(kernel, mapping)
        if mapping.error:
            error, mapping.error = mapping.error, 0
            raise Errno(error)
        if written:
            kernel.may_sleep = kernel.current is not None  # executed again, it finds nothing left to write
            try:
                kernel.disk.wait_until(kernel.disk.submit(written))
            finally:
                kernel.may_sleep = False
