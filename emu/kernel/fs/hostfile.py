"""What host files and directories share, and the files: names that are opened in a directory, never along a path."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from emu.kernel.errno import EACCES, EIO, ENOENT, ENXIO, EPERM, EROFS, NAMES, Errno
from emu.kernel.fs.inode import Inode, SuperBlock
from emu.kernel.fs.regular import Regular

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.fs.hostfs import HostDir
    from emu.kernel.kernel import Kernel
    from emu.kernel.options import Mount


MAX_OPEN = 128  # host descriptors kept at a time


OPEN_DIR = os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC | getattr(os, "O_PATH", os.O_RDONLY)


OPEN_FILE = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK | getattr(os, "O_NOCTTY", 0)


def guarded(error: OSError) -> Errno:
    """The guest's errno for a host error: the numbers are Linux's on a Linux host; others become EIO."""
    return Errno(error.errno if error.errno in NAMES else EIO)


class HostSuperBlock(SuperBlock):
    """One mounted host folder: its inodes by host identity, its open descriptors (the oldest is closed first)."""

    def __init__(self, kernel: Kernel, mount: Mount) -> None:
        super().__init__(kernel, "hostfs", mount.host, not mount.writable)
        self.inodes: dict[tuple[int, int], Inode] = {}
        self.descriptors: dict[Inode, int] = {}

    def descriptor(self, inode: HostDir | HostFile) -> int:
        """A host descriptor of this inode, opened again where it had to be closed. Errno."""
        fd = self.descriptors.pop(inode, None)
        if fd is None:
            fd = inode.reopen()
        self.descriptors[inode] = fd
        while len(self.descriptors) > MAX_OPEN:
            os.close(self.descriptors.pop(next(iter(self.descriptors))))
        return fd

    def close(self) -> None:
        for fd in self.descriptors.values():
            os.close(fd)
        self.descriptors.clear()

    def __del__(self) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        """For copies: descriptors are opened again where they are needed."""
        return {**self.__dict__, "descriptors": {}}


class HostInode(Inode):
    """What host files and directories share: a name in a parent directory, the identity (device, inode), the
    attributes.
    """

    sb: HostSuperBlock

    def adopt(self, parent: HostDir | None, name: str, info: os.stat_result) -> None:
        """Become the inode of a name in a host folder, as fstat describes it."""
        self.at, self.host_name, self.identity = parent, name, (info.st_dev, info.st_ino)
        self.take(info)

    def take(self, info: os.stat_result) -> None:
        self.mode, self.nlink = info.st_mode, info.st_nlink
        self.i_size = info.st_size
        self.atime = self.mtime = info.st_mtime_ns  # the host's own atime would differ from run to run
        self.ctime = info.st_ctime_ns
        self.btime = getattr(info, "st_birthtime_ns", 0)  # few hosts tell Python

    def evicted(self) -> None:
        """A file is made anew at the next lookup; directories stay, their files find the host's through them."""
        if not self.is_dir and self.sb.inodes.get(self.identity) is self:
            del self.sb.inodes[self.identity]

    def open_again(self, flags: int) -> int:
        """Open by name in the parent and make sure that it is still the same file."""
        if self.at is None:
            raise Errno(ENOENT)
        try:
            fd = os.open(self.host_name, flags, dir_fd=self.sb.descriptor(self.at))
            info = os.fstat(fd)
        except OSError as error:
            raise guarded(error) from None
        if (info.st_dev, info.st_ino) != self.identity:
            os.close(fd)
            raise Errno(ENOENT)
        return fd


class HostSymlink(HostInode):
    """A symbolic link of the host; the guest follows it in its own tree."""

    def readlink(self) -> bytes:
        assert self.at is not None
        try:
            return os.fsencode(os.readlink(self.host_name, dir_fd=self.sb.descriptor(self.at)))
        except OSError as error:
            raise guarded(error) from None


class HostSpecial(HostInode):
    """A device, socket or FIFO of the host: out of reach."""

    def open(self, file: File) -> None:
        raise Errno(ENXIO)


class HostFile(Regular, HostInode):
    """A regular file of the host, through the page cache."""

    can_write = False

    def reopen(self) -> int:
        if not self.sb.readonly:
            try:
                fd = self.open_again(OPEN_FILE | os.O_RDWR)
            except Errno as error:
                if error.number not in (EACCES, EPERM, EROFS):
                    raise
            else:
                self.can_write = True
                return fd
        return self.open_again(OPEN_FILE | os.O_RDONLY)

    def open(self, file: File) -> None:
        self.sb.descriptor(self)
        if file.writable and not self.can_write:
            raise Errno(EACCES)

    def refresh(self) -> None:
        """Another program of the host may have changed the file; what the guest wrote counts too."""
        if not self.mapping.dirty:
            try:
                self.take(os.fstat(self.sb.descriptor(self)))
            except OSError as error:
                raise guarded(error) from None

    def read_page(self, index: int, target: memoryview) -> int:
        try:
            return os.preadv(self.sb.descriptor(self), [target], index << 12)
        except OSError as error:
            raise guarded(error) from None

    def write_page(self, index: int, data: memoryview) -> None:
        try:
            os.pwrite(self.sb.descriptor(self), data, index << 12)
        except OSError as error:
            raise guarded(error) from None

    def truncate(self, size: int) -> None:
        self.want_write()
        try:
            os.ftruncate(self.sb.descriptor(self), size)
        except OSError as error:
            raise guarded(error) from None
        super().truncate(size)
