"""The virtual file system: one tree of mounts, and the calls that work on paths (Linux: fs/open.c, fs/namei.c)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from emu.errors import EmuError
from emu.kernel.errno import EEXIST, EINVAL, EISDIR, ELOOP, ENOENT, ENOTDIR, ENXIO, EOPNOTSUPP, ETXTBSY, Errno
from emu.kernel.fs import devfs, diskfs, hostfs, tmpfs
from emu.kernel.fs.directory import DirBase, Directory
from emu.kernel.fs.fifo import wait_for_partner
from emu.kernel.fs.file import (
    O_ACCMODE,
    O_CLOEXEC,
    O_CREAT,
    O_DIRECTORY,
    O_EXCL,
    O_NOATIME,
    O_NOFOLLOW,
    O_PATH,
    O_RDONLY,
    O_RDWR,
    O_TMPFILE,
    O_TRUNC,
    O_WRONLY,
    File,
)
from emu.kernel.fs.fsnotify import IN_CREATE, IN_MODIFY, IN_OPEN
from emu.kernel.fs.inode import S_IFIFO, S_IFLNK, S_IFREG, S_IFSOCK, Inode
from emu.kernel.fs.namei import Found, Walk, topmost
from emu.kernel.fs.permission import MAY_READ, MAY_WRITE, Cred, cred_of, may_create, must_own, own, permission
from emu.kernel.fs.pipe import Pipe
from emu.kernel.fs.scoped import ScopedWalk
from emu.kernel.mm import filemap
from emu.kernel.proc import root as proc
from emu.kernel.proc import sysfs

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.options import Mount


O_PATH_FLAGS = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC  # all that O_PATH looks at


class Vfs:
    """The tree that all processes see."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.mounts: list[tuple[str, DirBase]] = []
        self.root = diskfs.make_root(kernel, kernel.disk_pages)
        self.mounts.append(("/", self.root))
        for name, mode in ((b"dev", 0o755), (b"proc", 0o755), (b"sys", 0o755), (b"tmp", 0o1777), (b"root", 0o700)):
            self.root.mkdir(name, mode)
        self.mount("/dev", devfs.make_root(kernel))
        self.mount("/proc", proc.make_root(kernel))
        self.mount("/sys", sysfs.make_root(kernel))
        self.mount("/dev/shm", tmpfs.make_root(kernel))

    # -- mounts -------------------------------------------------------------------------------------------------------
    def mount(self, path: str, root: DirBase) -> None:
        """Put a file system's root on a directory, making the directories that lead to it."""
        at = self.make_dirs(path.encode("utf-8", "surrogateescape"))
        at.mounted, root.covers = root, at
        root.parent, root.name = at.parent, at.name
        self.mounts.append((path, root))

    def mount_host(self, mount: Mount) -> None:
        """`--mount HOST:GUEST[:rw]`. EmuError if HOST can't be opened or GUEST is not absolute."""
        if not mount.guest.startswith("/") or mount.guest.strip("/") == "":
            raise EmuError(
                f"can't mount at {mount.guest!r}", hint="the guest path is absolute and not /: --mount HOST:/mnt"
            )
        self.mount(mount.guest, hostfs.make_root(self.kernel, mount))

    def make_dirs(self, path: bytes) -> DirBase:
        """mkdir -p, for the kernel itself: the last directory of an absolute path."""
        at: DirBase = self.root
        for name in (name for name in path.split(b"/") if name):
            child = topmost(at.lookup(name))
            at = child if isinstance(child, DirBase) else at.mkdir(name, 0o755)
        return at

    def store(self, path: str, data: bytes, mode: int = 0o755) -> Inode:
        """Put a file with these bytes into the private root, as boot does with the program."""
        folder, _, name = path.encode("utf-8", "surrogateescape").rpartition(b"/")
        at = self.make_dirs(folder)
        if not isinstance(at, Directory) or not name:
            raise EmuError(f"can't store the program at {path!r}", hint="choose a path outside mounted folders")
        if at.children.pop(name, None) is not None:
            self.kernel.dcache.remove(at, name)
        return at.add(name, diskfs.DiskFile(self.root.sb, mode, data))

    # -- paths --------------------------------------------------------------------------------------------------------
    def walk(self, start: DirBase, path: bytes, follow: bool = True, cred: Cred | None = None, how: int = 0) -> Found:
        """With the rights of the current task, or with those of `cred`. `how`: the conditions of openat2(2)."""
        cred = cred or cred_of(self.kernel.current)
        walk = ScopedWalk(self, start, cred, how) if how else Walk(self, start, cred)
        return walk.resolve(path, follow)

    def walk_parent(self, start: DirBase, path: bytes) -> Found:
        """For who makes, renames or removes a name."""
        return Walk(self, start, cred_of(self.kernel.current)).resolve(path, parent=True)

    def lookup(self, start: DirBase, path: bytes, follow: bool = True, cred: Cred | None = None) -> Inode:
        """The inode at a path. ENOENT and what a walk may raise."""
        inode = self.walk(start, path, follow, cred).inode
        if inode is None:
            raise Errno(ENOENT)
        return inode

    def open(self, start: DirBase, path: bytes, flags: int, mode: int = 0, how: int = 0) -> File:
        """openat(2): an open file, made first when O_CREAT says so. O_PATH only names a place."""
        if flags & O_PATH:
            flags &= O_PATH_FLAGS
        if flags & O_TMPFILE == O_TMPFILE and not flags & O_PATH:
            return self._open_nameless(self.walk(start, path, not flags & O_NOFOLLOW, how=how), flags, mode)
        follow = not flags & O_NOFOLLOW and not (flags & O_CREAT and flags & O_EXCL)
        found = self.walk(start, path, follow, how=how)
        inode = found.inode
        if inode is None:
            inode = self._create(found, flags, mode)
        else:
            self._may_open(inode, flags)
            if isinstance(inode, Pipe) and not flags & O_PATH:
                wait_for_partner(inode, flags)
            if flags & O_TRUNC and inode.kind == S_IFREG and flags & O_ACCMODE != O_RDONLY:
                inode.truncate(0)
                self.kernel.fsnotify.tell(inode, IN_MODIFY)
        file = File(inode, flags & ~(O_CREAT | O_EXCL | O_TRUNC), found.path).get_write_access()
        if not flags & O_PATH:
            self.kernel.fsnotify.tell(inode, IN_OPEN)
        return file

    def _open_nameless(self, found: Found, flags: int, mode: int) -> File:
        """O_TMPFILE: a file without a name in the directory; with O_EXCL it never gets one. EINVAL EOPNOTSUPP."""
        if flags & O_ACCMODE not in (O_WRONLY, O_RDWR):
            raise Errno(EINVAL)
        at = found.inode
        if at is None:
            raise Errno(ENOENT)
        if not isinstance(at, DirBase):
            raise Errno(ENOTDIR)
        if not isinstance(at, Directory) or at.make_file is None:
            raise Errno(EOPNOTSUPP)
        cred = cred_of(self.kernel.current)
        at.want_write()
        may_create(cred, at)
        inode = at.make_file(at.sb, mode)
        own(cred, at, inode)
        inode.nlink, inode.linkable = 0, not flags & O_EXCL
        return File(inode, flags & ~(O_EXCL | O_TMPFILE), f"{found.path}/#{inode.ino} (deleted)").get_write_access()

    def _create(self, found: Found, flags: int, mode: int) -> Inode:
        if not flags & O_CREAT:
            raise Errno(ENOENT)
        if found.must_dir:
            raise Errno(EISDIR)
        return self.make(found, lambda: found.parent.create(found.name, mode))

    def make(self, found: Found, create: Callable[[], Inode]) -> Inode:
        """Let `create` make the file that a walk didn't find; it belongs to who asked. EACCES EROFS."""
        cred = cred_of(self.kernel.current)
        found.parent.want_write()
        may_create(cred, found.parent)
        inode = create()
        own(cred, found.parent, inode)
        self.kernel.fsnotify.tell_name(found.parent, found.name, inode, IN_CREATE)
        return inode

    def _may_open(self, inode: Inode, flags: int) -> None:
        write = flags & O_ACCMODE != O_RDONLY or flags & O_TRUNC
        if flags & O_CREAT and flags & O_EXCL:
            raise Errno(EEXIST)
        if inode.kind == S_IFLNK and not flags & O_PATH:
            raise Errno(ELOOP)
        if flags & O_DIRECTORY and not inode.is_dir:
            raise Errno(ENOTDIR)
        if flags & O_PATH:
            return
        if inode.is_dir and (write or flags & O_CREAT):
            raise Errno(EISDIR)
        self._may_access(inode, flags, write)
        if inode.kind == S_IFSOCK:
            raise Errno(ENXIO)
        if write and inode.kind in (S_IFREG, S_IFIFO):
            if inode.kind == S_IFREG:
                inode.want_write()
            if inode.execs:
                raise Errno(ETXTBSY)
        if flags & O_ACCMODE == O_ACCMODE and inode.kind == S_IFIFO:
            raise Errno(EINVAL)

    def _may_access(self, inode: Inode, flags: int, write: bool) -> None:
        """The rights that an open file needs. EACCES, EPERM for O_NOATIME."""
        cred = cred_of(self.kernel.current)
        inode.guard()
        read = flags & O_ACCMODE != O_WRONLY
        permission(cred, inode, (MAY_READ if read else 0) | (MAY_WRITE if write else 0))
        if flags & O_NOATIME:
            must_own(cred, inode)

    # -- life of inodes -----------------------------------------------------------------------------------------------
    def evict(self, inode: Inode) -> None:
        """After the last name or the last open file went: drop what the page cache holds of a file nobody can reach."""
        mapping = inode.mapping
        if mapping is None or inode.nlink > 0 or mapping.areas or inode.users:
            return
        for index in list(mapping.pages):
            filemap.remove_from_page_cache(self.kernel, mapping, index)
        inode.truncate_store()
