"""/proc: files whose bytes are made when they are opened, folders whose entries follow the living tasks (Linux:
fs/proc).

The texts themselves are made in emu.kernel.proc, one module a theme; here is only what makes them files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from emu.kernel.errno import EACCES, EINVAL, ENOENT, Errno
from emu.kernel.fs.directory import DirBase
from emu.kernel.fs.inode import S_IFLNK, S_IFREG, Inode, SuperBlock

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.task import Task

Make = Callable[[], bytes]
Write = Callable[[bytes], None]
LARGEST_WRITE = 4096


def must_access(task: Task | None, of: Task | None) -> None:
    """ptrace_may_access: one's own process, another of the same user, or any for root. EACCES."""
    if task is None or of is None or not task.fsuid or task.process is of.process:
        return
    users, groups = {task.fsuid, of.uid, of.euid, of.suid}, {task.fsgid, of.gid, of.egid, of.sgid}
    if len(users) > 1 or len(groups) > 1 or not of.process.dumpable:
        raise Errno(EACCES)


class ProcFile(Inode):
    """A file made by `make` at open and each time it is read from its start; `write`, if any, takes what is written."""

    def __init__(self, sb: SuperBlock, make: Make, write: Write | None = None) -> None:
        super().__init__(sb, S_IFREG | (0o644 if write else 0o444))
        self.make, self.write = make, write
        self.of: Any = None  # the task whose memory it shows

    def guard(self) -> None:
        must_access(self.sb.kernel.current, self.of)

    def read_iter(self, file: File, to: Any, pos: int) -> int:
        if pos == 0 or file is None or file.private is None:
            data = self.make()
            if file is not None:
                self.sb.kernel.proc_texts.keep(file, data, len(data))
        else:
            data = file.private
        return to.put(data[pos : pos + to.count])

    def release(self, file: File) -> None:
        self.sb.kernel.proc_texts.forget(file)

    def write_iter(self, file: File, source: Any, pos: int) -> int:
        if self.write is None:
            raise Errno(EINVAL)
        data = source.get(min(source.count, LARGEST_WRITE))
        if data:
            self.write(data)
        return len(data)

    def llseek(self, file: File, offset: int, whence: int) -> int:
        base = {0: 0, 1: file.pos}.get(whence)
        if base is None or base + offset < 0:
            raise Errno(EINVAL)
        return base + offset

    def truncate(self, size: int) -> None:
        """O_TRUNC on a tunable means nothing."""


class PageMap(ProcFile):
    """/proc/PID/pagemap: 8 bytes for each virtual page; `make_range(first, count)` gives them."""

    def __init__(self, sb: SuperBlock, make_range: Callable[[int, int], bytes]) -> None:
        super().__init__(sb, bytes)
        self.make_range = make_range

    def read_iter(self, file: File, to: Any, pos: int) -> int:
        if pos % 8 or to.count % 8:
            raise Errno(EINVAL)
        total = 0
        while to.count:
            count = min(to.count // 8, 512)
            data = self.make_range(pos // 8, count)
            copied = to.put(data)
            total, pos = total + copied, pos + copied
            if copied < 8 * count:
                break
        return total


class ProcLink(Inode):
    """A symbolic link; with `inode_of` following it leads straight to an inode (exe, cwd, fd/N)."""

    def __init__(self, sb: SuperBlock, target: Callable[[], str], inode_of: Callable[[], Inode] | None = None) -> None:
        super().__init__(sb, S_IFLNK | 0o777)
        self.target = target
        if inode_of is not None:
            self.inode_of = inode_of
            self.jump = self.follow
        self.of: Any = None  # the task of which it tells

    def follow(self) -> Inode:
        """Straight to the inode. EACCES."""
        must_access(self.sb.kernel.current, self.of)
        return self.inode_of()

    def readlink(self) -> bytes:
        must_access(self.sb.kernel.current, self.of)
        return self.target().encode("utf-8", "surrogateescape")


class ProcDir(DirBase):
    """A folder whose entries are asked for each time: `list_names()` and `find(name)`, which may give None."""

    def __init__(
        self,
        sb: SuperBlock,
        parent: DirBase | None,
        name: bytes,
        list_names: Callable[[], list[str]],
        find: Callable[[ProcDir, str], Inode | None],
    ) -> None:
        super().__init__(sb, 0o555, parent, name)
        self.list_names, self.find = list_names, find
        self._known: dict[str, Inode] = {}
        self.of: Any = None  # the task whose descriptors it shows

    def guard(self) -> None:
        must_access(self.sb.kernel.current, self.of)

    def lookup(self, name: bytes) -> Inode | None:
        return self.find(self, name.decode("utf-8", "replace"))

    def create(self, name: bytes, mode: int) -> Inode:
        """Nobody makes names here: for Linux, looking up one that isn't there fails already."""
        raise Errno(ENOENT)

    def mkdir(self, name: bytes, mode: int) -> Inode:
        raise Errno(ENOENT)

    def symlink(self, name: bytes, target: bytes) -> Inode:
        raise Errno(ENOENT)

    def mknod(self, name: bytes, mode: int, rdev: int) -> Inode:
        raise Errno(ENOENT)

    def entries(self) -> Iterator[tuple[bytes, Inode]]:
        for name in self.list_names():
            inode = self.find(self, name)
            if inode is not None:
                yield name.encode(), inode
