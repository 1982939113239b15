"""Host folders in the guest's tree (`--mount HOST:GUEST[:rw]`). Nothing outside the folder can be reached.

The guest resolves every path itself, symbolic links included, and asks the host for one name in one directory at a
time, through a descriptor of that directory and never following a link. A renamed or replaced directory keeps its
descriptor, so there is no moment in which a path means something else. Devices, sockets and FIFOs of the host can be
seen but not opened.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from emu.errors import EmuError
from emu.kernel.errno import EINVAL, ENOENT, Errno
from emu.kernel.fs.directory import DirBase
from emu.kernel.fs.hostfile import (
    OPEN_DIR,
    OPEN_FILE,
    HostFile,
    HostInode,
    HostSpecial,
    HostSuperBlock,
    HostSymlink,
    guarded,
)
from emu.kernel.fs.inode import Inode
from emu.kernel.mm import filemap

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.options import Mount

_LISTING = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class HostDir(DirBase, HostInode):
    """A directory of the host."""

    pinned: int | None = None  # of the mount's root: what all other descriptors are opened from

    def reopen(self) -> int:
        """A host descriptor of the folder; the caller closes it."""
        return self.open_again(OPEN_DIR) if self.pinned is None else os.dup(self.pinned)

    def _name(self, name: bytes) -> str:
        if b"/" in name or b"\0" in name or name in (b"", b".", b".."):
            raise Errno(EINVAL)
        return os.fsdecode(name)

    def lookup(self, name: bytes) -> Inode | None:
        text = self._name(name)
        try:
            info = os.stat(text, dir_fd=self.sb.descriptor(self), follow_symlinks=False)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise guarded(error) from None
        return self.known(text, info)

    def known(self, name: str, info: os.stat_result) -> Inode:
        """The inode object of a host file, the same one as long as it lives."""
        inode = self.sb.inodes.get((info.st_dev, info.st_ino))
        if inode is None or inode.kind != stat.S_IFMT(info.st_mode):
            inode = make_inode(self, name, info)
            self.sb.inodes[info.st_dev, info.st_ino] = inode
        assert isinstance(inode, HostInode)
        inode.at, inode.host_name = self, name
        if not inode.mapping or not inode.mapping.dirty:
            if inode.mapping and info.st_mtime_ns != inode.mtime and not inode.mapping.areas:
                filemap.truncate_pages(self.sb.kernel, inode.mapping, 0)
            inode.take(info)
        return inode

    def entries(self) -> Iterator[tuple[bytes, Inode]]:
        try:
            fd = os.open(".", _LISTING, dir_fd=self.sb.descriptor(self))
            try:
                names = sorted(os.listdir(fd))  # noqa: PTH208 - by descriptor: a path could be swapped meanwhile
            finally:
                os.close(fd)
        except OSError as error:
            raise guarded(error) from None
        for name in names:
            inode = self.lookup(os.fsencode(name))
            if inode is not None:
                yield os.fsencode(name), inode

    def _change(self, call: Any, name: bytes, *args: Any, **more: Any) -> None:
        self.want_write()
        try:
            call(*args[:1], self._name(name), *args[1:], dir_fd=self.sb.descriptor(self), **more)
        except OSError as error:
            raise guarded(error) from None

    def _made(self, name: bytes) -> Inode:
        inode = self.lookup(name)
        if inode is None:
            raise Errno(ENOENT)
        return inode

    def create(self, name: bytes, mode: int) -> Inode:
        self.want_write()
        try:
            flags = OPEN_FILE | os.O_CREAT | os.O_EXCL | os.O_RDWR
            os.close(os.open(self._name(name), flags, mode & 0o777, dir_fd=self.sb.descriptor(self)))
        except OSError as error:
            raise guarded(error) from None
        return self._made(name)

    def mkdir(self, name: bytes, mode: int) -> Inode:
        self._change(os.mkdir, name, mode=mode & 0o777)
        return self._made(name)

    def symlink(self, name: bytes, target: bytes) -> Inode:
        self._change(os.symlink, name, os.fsdecode(target))
        return self._made(name)

    def unlink(self, name: bytes) -> None:
        self._forget(self.lookup(name))
        self._change(os.unlink, name)
        self.sb.kernel.dcache.remove(self, name)

    def rmdir(self, name: bytes) -> None:
        self._forget(self.lookup(name))
        self._change(os.rmdir, name)
        self.sb.kernel.dcache.remove(self, name)

    def _forget(self, inode: Inode | None) -> None:
        """A name goes: the host may give the inode's number to another file."""
        if isinstance(inode, HostInode) and (inode.is_dir or inode.nlink <= 1):
            with suppress(Errno, AttributeError):
                self.sb.descriptor(inode)  # an open file lives on without a name
            self.sb.inodes.pop(inode.identity, None)

    def rename(self, name: bytes, target: Inode, new_name: bytes) -> None:
        self.want_write()
        if not isinstance(target, HostDir) or target.sb is not self.sb:
            return super().rename(name, target, new_name)
        moved = self.lookup(name)
        self._forget(target.lookup(new_name))
        source, dest = self.sb.descriptor(self), self.sb.descriptor(target)
        try:
            os.replace(self._name(name), target._name(new_name), src_dir_fd=source, dst_dir_fd=dest)
        except OSError as error:
            raise guarded(error) from None
        self.sb.kernel.dcache.remove(self, name)
        if isinstance(moved, HostInode):
            moved.at, moved.host_name = target, os.fsdecode(new_name)
        if isinstance(moved, HostDir):
            moved.parent, moved.name = target, new_name
        return None


def make_inode(parent: HostDir, name: str, info: os.stat_result) -> Inode:
    """An object of the class that fits the kind of host file."""
    sb = parent.sb
    inode: HostInode
    if stat.S_ISREG(info.st_mode):
        inode = HostFile(sb, info.st_mode)
    elif stat.S_ISDIR(info.st_mode):
        inode = HostDir(sb, info.st_mode, parent, os.fsencode(name))
    elif stat.S_ISLNK(info.st_mode):
        inode = HostSymlink(sb, info.st_mode)
    else:
        inode = HostSpecial(sb, info.st_mode)
    inode.adopt(parent, name, info)
    return inode


def make_root(kernel: Kernel, mount: Mount) -> DirBase:
    """The root of a mounted host folder. EmuError with the reason when it can't be opened."""
    sb = HostSuperBlock(kernel, mount)
    try:
        fd = os.open(mount.host, (OPEN_DIR & ~os.O_NOFOLLOW))
    except OSError as error:
        raise EmuError(f"can't mount {mount.host!r}: {error.strerror}", hint="HOST must be a folder") from None
    info = os.fstat(fd)
    root = HostDir(sb, info.st_mode, None, b"")
    root.adopt(None, mount.host, info)
    root.pinned = fd
    sb.inodes[root.identity] = root
    return root
