"""Open file descriptions (struct file) and the table of descriptors of a process (files_struct)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emu.kernel.errno import EBADF, EINVAL, EMFILE, ENFILE, ENOMEM, Errno
from emu.kernel.fs.fsnotify import IN_CLOSE_NOWRITE, IN_CLOSE_WRITE

if TYPE_CHECKING:
    from emu.kernel.fs.inode import Inode
    from emu.kernel.mm.slab import Cache

NR_OPEN_DEFAULT = 64  # descriptors for which a table has room from the start
O_RDONLY, O_WRONLY, O_RDWR, O_ACCMODE = 0, 1, 2, 3
O_CREAT, O_EXCL, O_NOCTTY, O_TRUNC, O_APPEND, O_NONBLOCK = 0o100, 0o200, 0o400, 0o1000, 0o2000, 0o4000
O_DSYNC, O_DIRECT, O_LARGEFILE, O_DIRECTORY, O_NOFOLLOW = 0o10000, 0o40000, 0o100000, 0o200000, 0o400000
O_NOATIME, O_CLOEXEC, O_SYNC, O_PATH, O_TMPFILE = 0o1000000, 0o2000000, 0o4010000, 0o10000000, 0o20200000
SETTABLE = O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME  # by fcntl(F_SETFL)
SEEK_SET, SEEK_CUR, SEEK_END, SEEK_DATA, SEEK_HOLE = range(5)


class File:
    """An open file: a position and a mode over an inode. Shared by dup and fork, held by mappings; `count` users."""

    __slots__ = ("count", "epolls", "flags", "inode", "path", "pos", "prev_pos", "private", "slab", "writer")

    def __init__(self, inode: Inode, flags: int, path: str = "") -> None:
        self.inode, self.flags, self.path = inode, flags, path
        self.pos, self.count = 0, 1
        self.epolls: dict[Any, None] = {}  # (epoll instance, descriptor) of each item that watches it
        self.private = None  # what the file system keeps for this open
        self.prev_pos = -1  # where the last read ended
        self.writer = False  # as long as it is open nobody may execute the file
        if inode.sb.kernel.nr_files >= inode.sb.kernel.file_max:
            raise Errno(ENFILE)
        if not flags & O_PATH:
            inode.open(self)
        inode.users += 1
        inode.sb.kernel.dcache.iget(inode)
        inode.sb.kernel.nr_files += 1
        self.slab = inode.sb.kernel.slab.caches["filp"].alloc()

    @property
    def readable(self) -> bool:
        """Whether it was opened for reading."""
        return self.flags & O_ACCMODE in (O_RDONLY, O_RDWR) and not self.flags & O_PATH

    @property
    def writable(self) -> bool:
        """Whether it was opened for writing."""
        return self.flags & O_ACCMODE in (O_WRONLY, O_RDWR) and not self.flags & O_PATH

    def accessed(self) -> None:
        """It was read, or mapped."""
        if not self.flags & O_NOATIME:
            self.inode.accessed()

    def get_write_access(self) -> File:
        """It was opened by its name, to write."""
        self.writer = self.writable
        self.inode.writers += self.writer
        return self

    def get(self) -> File:
        """One descriptor or mapping more; itself."""
        self.count += 1
        return self

    def put(self) -> None:
        """One less; with the last one it is closed."""
        self.count -= 1
        if not self.count:
            self.inode.users -= 1
            self.inode.writers -= self.writer
            for instance, fd in list(self.epolls):
                instance.drop((fd, self))
            notify = self.inode.sb.kernel.fsnotify
            if notify.watches and not self.flags & O_PATH:
                notify.tell(self.inode, IN_CLOSE_WRITE if self.writable else IN_CLOSE_NOWRITE)
                notify.gone(self.inode)
            if self.inode.locks is not None:
                self.inode.locks.drop_file(self)
                self.inode.locks.drop_owner(self)
            self.inode.sb.kernel.nr_files -= 1
            self.inode.sb.kernel.slab.caches["filp"].free(self.slab)
            if not self.flags & O_PATH:
                self.inode.release(self)
            if not self.inode.nlink:
                self.inode.sb.kernel.fs.evict(self.inode)
            self.inode.sb.kernel.dcache.iput(self.inode)

    def __repr__(self) -> str:
        return f"<File {self.path!r} pos={self.pos} count={self.count}>"


class Files:
    """Descriptor -> open file. The lowest free number is given out. `cache`: files_cache, where the table lies; an
    ended task's empty one lies nowhere.
    """

    def __init__(self, cache: Cache | None = None) -> None:
        self.cache = cache
        self.slab = cache.alloc() if cache else 0
        self.open: dict[int, File] = {}
        self.cloexec: set[int] = set()
        self.users = 1
        self.tables: list[tuple[Cache, int]] = []  # memory for more descriptors, and where it comes from
        self._next = 0  # no free number below

    def get(self, fd: int) -> File:
        """EBADF, also for O_PATH: such a descriptor is a place in the tree, not an open file."""
        file = self.open.get(fd)
        if file is None or file.flags & O_PATH:
            raise Errno(EBADF)
        return file

    def get_raw(self, fd: int) -> File:
        """The same with O_PATH: for what works on descriptors and places. EBADF."""
        file = self.open.get(fd)
        if file is None:
            raise Errno(EBADF)
        return file

    def install(self, file: File, limit: int, cloexec: bool = False, lowest: int = 0) -> int:
        """Give the file the lowest free descriptor from `lowest` on. EMFILE, EINVAL."""
        if lowest < 0 or lowest >= limit:
            raise Errno(EINVAL)
        fd = max(lowest, self._next)
        while fd in self.open:
            fd += 1
        if fd >= limit:
            raise Errno(EMFILE)
        if lowest <= self._next:
            self._next = fd + 1
        self.put_at(fd, file, cloexec)
        return fd

    def put_at(self, fd: int, file: File, cloexec: bool = False) -> None:
        """ENOMEM when the table must grow and can't."""
        if fd not in self.open:
            self._grow(file.inode.sb.kernel.slab.caches["fdtable"], len(self.open) + 1)
        self.open[fd] = file
        (self.cloexec.add if cloexec else self.cloexec.discard)(fd)

    def close(self, fd: int) -> None:
        """close(2). EBADF."""
        file = self.get_raw(fd)
        del self.open[fd]
        self.cloexec.discard(fd)
        self._next = min(self._next, fd)
        file.inode.flush(file)
        file.put()

    def _grow(self, cache: Cache, count: int) -> None:
        """Memory for so many descriptors; the first few come with the table itself. ENOMEM."""
        while count > NR_OPEN_DEFAULT * (1 + len(self.tables)):
            if not cache.reserve():
                raise Errno(ENOMEM)
            self.tables.append((cache, cache.alloc()))

    def close_all(self) -> None:
        """The process ends: all descriptors, and the table itself."""
        for fd in sorted(self.open):
            self.close(fd)
        while self.tables:
            cache, place = self.tables.pop()
            cache.free(place)
        if self.cache:
            self.cache.free(self.slab)
            self.slab = 0

    def close_on_exec(self) -> None:
        """execve: those with FD_CLOEXEC."""
        for fd in sorted(self.cloexec):
            self.close(fd)

    def copy(self) -> Files:
        """fork: the same open files in a table of its own."""
        twin = Files(self.cache)
        if self.tables:
            try:
                twin._grow(self.tables[0][0], len(self.open))
            except Errno:
                twin.close_all()
                raise
        twin.open = {fd: file.get() for fd, file in self.open.items()}
        twin.cloexec, twin._next = set(self.cloexec), self._next
        return twin
