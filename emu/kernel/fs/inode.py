"""Inodes: what a file is, whatever its name. Each kind of file is a class that answers the calls it knows.

The calls of the base class answer as Linux does for a file that has no such operation. Times are nanoseconds since
1970.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from emu.kernel.errno import EBADF, EINVAL, ENOTDIR, ENOTTY, EPERM, EROFS, ESPIPE, Errno
from emu.kernel.fs.fsnotify import IN_ATTRIB

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.kernel import Kernel

S_IFMT, S_IFSOCK, S_IFLNK, S_IFREG, S_IFBLK, S_IFDIR, S_IFCHR, S_IFIFO = (
    0o170000,
    0o140000,
    0o120000,
    0o100000,
    0o060000,
    0o040000,
    0o020000,
    0o010000,
)
POLLIN, POLLPRI, POLLOUT, POLLERR, POLLHUP, POLLNVAL = 1, 2, 4, 8, 16, 32
POLLRDNORM, POLLWRNORM = 0x40, 0x100
READY = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM


MIN_NAMES = 1024
NOTE_BIRTHS = frozenset(("diskfs", "tmpfs", "devtmpfs", "shmfs"))  # file systems that know when a file was made
DAY = 86_400_000_000_000  # nanoseconds
F_SETPIPE_SZ, F_GETPIPE_SZ = 1031, 1032


class SuperBlock:
    """A mounted file system."""

    def __init__(self, kernel: Kernel, kind: str, source: str = "none", readonly: bool = False) -> None:
        self.kernel, self.kind, self.source, self.readonly = kernel, kind, source, readonly
        self.magic = 0x858458F6  # RAMFS_MAGIC
        self.dev = kernel.new_device_number()
        self._last_ino = 0
        self.names, self.max_names = 0, MIN_NAMES + kernel.pages.total_pages // 2  # entries of its directories

    def new_ino(self) -> int:
        """The next inode number; 1 is the first."""
        self._last_ino += 1
        return self._last_ino


class Inode:
    """A file of any kind. `mapping` is its part of the page cache, if it can be mapped."""

    def __init__(self, sb: SuperBlock, mode: int, ino: int | None = None) -> None:
        self.sb, self.mode = sb, mode
        self.ino = sb.new_ino() if ino is None else ino
        self.uid = self.gid = 0
        self.nlink = 1
        self.i_size = 0
        self.rdev = 0
        self.atime = self.mtime = self.ctime = sb.kernel.realtime_ns()
        self.btime = self.ctime if sb.kind in NOTE_BIRTHS else 0
        self.mapping: Any = None
        self.locks: Any = None  # see fs.locks
        self.users = 0  # open file descriptions
        self.writers = 0  # open files through which it may be written: nobody may execute it
        self.execs = 0  # processes that run it: nobody may write it
        self.slab = 0  # where the structure lies while it is in use or cached, see fs.dcache

    alias: tuple[Inode, bytes] | None = None  # the directory and name by which it was found last
    linkable = False  # it has no name, and may get one

    @property
    def kind(self) -> int:
        """One of S_IFMT."""
        return self.mode & S_IFMT

    @property
    def is_dir(self) -> bool:
        """Whether it is a directory."""
        return self.kind == S_IFDIR

    @property
    def blocks(self) -> int:
        """Of 512 bytes, as stat counts."""
        return (self.i_size + 511) // 512

    def refresh(self) -> None:
        """Bring the attributes up to date before they are shown."""

    def set_attributes(self, **values: int) -> None:
        """mode, uid, gid, atime, mtime."""
        for name, value in values.items():
            setattr(self, name, value)
        self.sb.kernel.fsnotify.tell(self, IN_ATTRIB)
        self.ctime = self.sb.kernel.realtime_ns()

    def accessed(self) -> None:
        """touch_atime, as relatime does: the first time after a change, and once a day. Not on the host's files: its
        own times are shown.
        """
        if self.sb.readonly or self.sb.kind == "hostfs":
            return
        now = self.sb.kernel.realtime_ns()
        if self.atime <= self.mtime or self.atime <= self.ctime or now - self.atime >= DAY:
            self.atime = now

    def guard(self) -> None:
        """What a file asks for beside the rights of its mode before it is opened. EACCES."""

    # -- as an open file ----------------------------------------------------------------------------------------------
    def open(self, file: File) -> None:
        """A new open file description on this inode."""

    def flush(self, file: File) -> None:
        """A descriptor of an open file description is closed; there may be others."""

    def release(self, file: File) -> None:
        """The last descriptor of an open file description went."""

    def read_iter(self, file: File, to: Any, pos: int) -> int:
        """Copy bytes from `pos` on to an iov; how many. The caller moves the file's position."""
        raise Errno(EINVAL)

    def write_iter(self, file: File, source: Any, pos: int) -> int:
        """Take bytes from an iov and store them from `pos` on; how many. The caller moves the file's position."""
        raise Errno(EINVAL)

    def llseek(self, file: File, offset: int, whence: int) -> int:
        """lseek(2): the new position, of which the caller makes the file's."""
        raise Errno(ESPIPE)

    def ioctl(self, file: File, command: int, argument: int) -> int:
        """ioctl(2): the result. `argument` is a register: a number, or an address of the current task."""
        raise Errno(ENOTTY)

    def fcntl(self, file: File, command: int, argument: int) -> int:
        """The commands of fcntl(2) that only some kinds of files know."""
        raise Errno(EBADF if command in (F_SETPIPE_SZ, F_GETPIPE_SZ) else EINVAL)

    def poll(self, file: File) -> int:
        """The POLL bits that hold now, asked for or not."""
        return READY

    def poll_queues(self, file: File) -> list[Any]:
        """The wait queues that are woken when `poll` may answer otherwise."""
        return []

    def fsync(self) -> None:
        """fsync(2): return when all that was written is on the disk. May raise Blocked."""
        raise Errno(EINVAL)

    def truncate(self, size: int) -> None:
        """ftruncate(2): `size` bytes from now on; new ones are zero."""
        raise Errno(EINVAL)

    def truncate_store(self) -> None:
        """Give back what the file system keeps for a file that nobody can reach any more."""

    def evicted(self) -> None:
        """The inode cache has forgotten it: nobody has it open, no name of it is remembered, no page cached."""

    # -- as a symbolic link or a directory ----------------------------------------------------------------------------
    def readlink(self) -> bytes:
        """What a symbolic link says."""
        raise Errno(EINVAL)

    def lookup(self, name: bytes) -> Inode | None:
        """The inode of a name in this directory; None if there is no such name."""
        raise Errno(ENOTDIR)

    def entries(self) -> Iterator[tuple[bytes, Inode]]:
        """(name, inode) of all names but . and .. in an order that holds while nothing changes."""
        raise Errno(ENOTDIR)

    def create(self, name: bytes, mode: int) -> Inode:
        """A new regular file in this directory. `mode` is without the file type; umask has been taken off."""
        raise Errno(EPERM)

    def mkdir(self, name: bytes, mode: int) -> Inode:
        """A new directory."""
        raise Errno(EPERM)

    def symlink(self, name: bytes, target: bytes) -> Inode:
        """A new symbolic link."""
        raise Errno(EPERM)

    def mknod(self, name: bytes, mode: int, rdev: int) -> Inode:
        """A new file of the kind that `mode` says."""
        raise Errno(EPERM)

    def link(self, name: bytes, inode: Inode) -> None:
        """Another name for an inode of the same file system."""
        raise Errno(EPERM)

    def unlink(self, name: bytes) -> None:
        """Take a name away that is no directory; the file stays while it is open or has other names."""
        raise Errno(EPERM)

    def rmdir(self, name: bytes) -> None:
        """Take an empty directory away. ENOTEMPTY EBUSY ENOTDIR."""
        raise Errno(EPERM)

    def rename(self, name: bytes, target: Inode, new_name: bytes) -> None:
        """Move a name to another directory, replacing what has the new name there if that is allowed."""
        raise Errno(EPERM)

    def want_write(self) -> None:
        """mnt_want_write: EROFS on a read-only file system."""
        if self.sb.readonly:
            raise Errno(EROFS)
