"""Directories and symbolic links that live in memory: of the root file system, /dev and /proc."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from emu.kernel.errno import EBUSY, EEXIST, EINVAL, EISDIR, ENOENT, ENOSPC, ENOTDIR, ENOTEMPTY, EPERM, EXDEV, Errno
from emu.kernel.fs.inode import S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFSOCK, Inode, SuperBlock
from emu.kernel.fs.pipe import Pipe
from emu.kernel.fs.regular import Regular

if TYPE_CHECKING:
    from emu.kernel.fs.file import File

MakeFile = Callable[[SuperBlock, int], Regular]


class Symlink(Inode):
    """A name for another path."""

    def __init__(self, sb: SuperBlock, target: bytes) -> None:
        super().__init__(sb, S_IFLNK | 0o777)
        self.target = target
        self.i_size = len(target)

    def readlink(self) -> bytes:
        return self.target


class DirBase(Inode):
    """What every directory has: a parent, its own name there, and perhaps a file system mounted on it."""

    def __init__(
        self, sb: SuperBlock, mode: int, parent: DirBase | None, name: bytes = b"", ino: int | None = None
    ) -> None:
        super().__init__(sb, S_IFDIR | mode & 0o7777, ino)
        self.parent: DirBase = parent or self
        self.name = name
        self.nlink = 2
        self.mounted: DirBase | None = None  # root of the file system mounted here
        self.covers: DirBase | None = None  # as a root: the directory it is mounted on

    def llseek(self, file: File, offset: int, whence: int) -> int:
        """A position counts entries; only the start and places told by getdents make sense."""
        base = {0: 0, 1: file.pos}.get(whence)
        if base is None or not 0 <= base + offset < 1 << 31:
            raise Errno(EINVAL)
        return base + offset

    def release(self, file: File) -> None:
        self.sb.kernel.proc_texts.forget(file)

    def fsync(self) -> None:
        """Names are not written apart from what they name."""


class Directory(DirBase):
    """A directory whose entries are a dict. `make_file` makes the regular files of its file system."""

    def __init__(
        self, sb: SuperBlock, mode: int, parent: DirBase | None, name: bytes, make_file: MakeFile | None
    ) -> None:
        super().__init__(sb, mode, parent, name)
        self.children: dict[bytes, Inode] = {}
        self.make_file = make_file

    def lookup(self, name: bytes) -> Inode | None:
        return self.children.get(name)

    def entries(self) -> Iterator[tuple[bytes, Inode]]:
        yield from self.children.items()

    def add(self, name: bytes, inode: Inode) -> Inode:
        """Enter a new name. EEXIST, EROFS, ENOENT when this directory itself was removed."""
        self.want_write()
        if name in self.children:
            raise Errno(EEXIST)
        if not self.nlink:
            raise Errno(ENOENT)
        if self.sb.names >= self.sb.max_names:
            raise Errno(ENOSPC)
        self.sb.names += self._cost(inode)
        self.children[name] = inode
        self.sb.kernel.dcache.enter(self, name, inode)
        if isinstance(inode, DirBase):
            self.nlink += 1
        self._touched()
        return inode

    @staticmethod
    def _cost(inode: Inode) -> int:
        """Names that an entry counts as: a long link takes the room of several."""
        return 1 + inode.i_size // 1024 if isinstance(inode, Symlink) else 1

    def _remove(self, name: bytes) -> None:
        self.sb.names -= self._cost(self.children.pop(name))
        self.sb.kernel.dcache.remove(self, name)

    def _touched(self) -> None:
        self.mtime = self.ctime = self.sb.kernel.realtime_ns()

    def create(self, name: bytes, mode: int) -> Inode:
        if self.make_file is None:
            raise Errno(EPERM)
        return self.add(name, self.make_file(self.sb, mode))

    def mkdir(self, name: bytes, mode: int) -> Inode:
        return self.add(name, Directory(self.sb, mode, self, name, self.make_file))

    def symlink(self, name: bytes, target: bytes) -> Inode:
        return self.add(name, Symlink(self.sb, target))

    def mknod(self, name: bytes, mode: int, rdev: int) -> Inode:
        """A FIFO, or a socket that nobody listens at; devices are not for guests to make."""
        if mode & S_IFMT not in (S_IFIFO, S_IFSOCK) or self.make_file is None:
            raise Errno(EPERM)
        return self.add(name, Pipe(self.sb, mode) if mode & S_IFMT == S_IFIFO else Inode(self.sb, mode))

    def link(self, name: bytes, inode: Inode) -> None:
        if isinstance(inode, DirBase):
            raise Errno(EPERM)
        if inode.sb is not self.sb:
            raise Errno(EXDEV)
        self.add(name, inode)
        inode.nlink += 1

    def unlink(self, name: bytes) -> None:
        inode = self._existing(name)
        if isinstance(inode, DirBase):
            raise Errno(EISDIR)
        self._remove(name)
        inode.nlink -= 1
        self._touched()
        self.sb.kernel.fs.evict(inode)
        self.sb.kernel.dcache.iput(inode)

    def rmdir(self, name: bytes) -> None:
        inode = self._existing(name)
        if not isinstance(inode, Directory):
            raise Errno(EBUSY if isinstance(inode, DirBase) else ENOTDIR)
        if inode.mounted or inode.covers:
            raise Errno(EBUSY)
        if inode.children:
            raise Errno(ENOTEMPTY)
        self._remove(name)
        inode.nlink = 0
        self.sb.kernel.dcache.iput(inode)
        self.nlink -= 1
        self._touched()

    def _existing(self, name: bytes) -> Inode:
        self.want_write()
        if name not in self.children:
            raise Errno(ENOENT)
        return self.children[name]

    def rename(self, name: bytes, target: Inode, new_name: bytes) -> None:
        """rename(2): the new name is replaced; a directory can't move into itself."""
        inode = self._existing(name)
        if not isinstance(target, Directory) or target.sb is not self.sb:
            raise Errno(EXDEV)
        old = target.children.get(new_name)
        if old is inode:
            return
        if isinstance(inode, Directory):
            self._check_loop(inode, target)
        if old is not None:
            self._replace(inode, old, target, new_name)
        del self.children[name]
        target.children[new_name] = inode
        self.sb.kernel.dcache.enter(target, new_name, inode)
        self.sb.kernel.dcache.remove(self, name)
        if isinstance(inode, Directory):
            inode.parent, inode.name = target, new_name
            self.nlink -= 1
            target.nlink += 1
        self._touched()
        target._touched()

    @staticmethod
    def _check_loop(inode: Directory, target: DirBase) -> None:
        if inode.mounted:
            raise Errno(EBUSY)
        at = target
        while at is not at.parent:
            if at is inode:
                raise Errno(EINVAL)
            at = at.parent

    @staticmethod
    def _replace(inode: Inode, old: Inode, target: Directory, new_name: bytes) -> None:
        if isinstance(inode, DirBase) and not isinstance(old, DirBase):
            raise Errno(ENOTDIR)
        if not isinstance(inode, DirBase) and isinstance(old, DirBase):
            raise Errno(EISDIR)
        (target.rmdir if isinstance(old, DirBase) else target.unlink)(new_name)
