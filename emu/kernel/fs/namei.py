"""Path names: from a string to an inode, one component at a time (Linux: fs/namei.c).

Every component is looked up in the guest's own tree, symbolic links and ".." too, so that no path leads out of it,
whatever a mounted host folder contains.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emu.kernel.errno import ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR, Errno
from emu.kernel.fs.directory import DirBase
from emu.kernel.fs.inode import S_IFLNK, Inode
from emu.kernel.fs.permission import MAY_EXEC, Cred, permission
from emu.kernel.mm.uaccess import PATH_MAX

if TYPE_CHECKING:
    from emu.kernel.fs.vfs import Vfs

TOO_DEEP = UNREACHABLE = "(unreachable)"
NAME_MAX, MAX_SYMLINKS = 255, 40


@dataclass(slots=True)
class Found:
    """Where a path led: the directory and the last name in it, and the inode if there is one. A trailing / is
    `must_dir`.
    """

    parent: DirBase
    name: bytes
    inode: Inode | None
    must_dir: bool = False
    jumped_to: str = ""  # what a link of /proc says of a place that it leads to without a path

    @property
    def path(self) -> str:
        """d_path: where this is, behind all symbolic links."""
        if isinstance(self.inode, DirBase):
            return place_of(self.inode)
        return self.jumped_to or join(self.parent, self.name)


class Walk:
    """One path resolution: counts symbolic links."""

    def __init__(self, fs: Vfs, start: DirBase, cred: Cred) -> None:
        task = fs.kernel.current
        self.fs, self.start, self.cred, self.links = fs, start, cred, 0
        self.root = fs.root if task is None else task.fs.root

    def resolve(self, path: bytes, follow: bool = True, parent: bool = False) -> Found:
        """ENOENT ENOTDIR ELOOP ENAMETOOLONG EACCES. The last component may be missing (inode None). `parent`: it is
        wanted as a name, not as what it leads to, even with a / behind it.
        """
        if not path:
            raise Errno(ENOENT)
        if len(path) >= PATH_MAX:
            raise Errno(ENAMETOOLONG)
        at = self.root if path.startswith(b"/") else self.start
        names = [name for name in path.split(b"/") if name]
        if not names:
            return Found(at, b"/", at, True)
        must_dir = path.endswith((b"/", b"/.", b"/..")) or names[-1] in (b".", b"..")
        for name in names[:-1]:
            at = self.directory(self.step(at, name, True).inode)
        found = self.step(at, names[-1], (follow or must_dir) and not parent)
        if found.inode is not None and must_dir and not found.inode.is_dir and not parent:
            raise Errno(ENOTDIR)
        found.must_dir |= must_dir
        return found

    @staticmethod
    def directory(inode: Inode | None) -> DirBase:
        """The same, if one can go on from it. ENOENT ENOTDIR."""
        if inode is None:
            raise Errno(ENOENT)
        if not isinstance(inode, DirBase):
            raise Errno(ENOTDIR)
        return inode

    def step(self, at: DirBase, name: bytes, follow: bool) -> Found:
        """One component from directory `at`."""
        if self.cred.uid:
            permission(self.cred, at, MAY_EXEC)
        if name == b".":
            return Found(at, name, at)
        if name == b"..":
            return Found(at, name, self.parent(at))
        if len(name) > NAME_MAX:
            raise Errno(ENAMETOOLONG)
        inode = at.lookup(name)
        if inode is not None:
            self.fs.kernel.dcache.enter(at, name, inode)
        if inode is not None and follow and inode.kind == S_IFLNK:
            return self.follow(at, inode)
        return Found(at, name, topmost(inode))

    def parent(self, at: DirBase) -> DirBase:
        """ ".." – at a mount's root it leads out of the mount, at the root to itself."""
        if at is self.root:
            return at
        while at.covers is not None:
            at = at.covers
        return at.parent

    def follow(self, at: DirBase, link: Inode) -> Found:
        """Go where a symbolic link in directory `at` leads. ELOOP after MAX_SYMLINKS."""
        self.links += 1
        if self.links > MAX_SYMLINKS:
            raise Errno(ELOOP)
        jump = getattr(link, "jump", None)  # /proc/PID/fd/N, exe, cwd: straight to the inode
        if jump is not None:
            return Found(at, b".", jump(), jumped_to=link.readlink().decode("utf-8", "surrogateescape"))
        saved, self.start = self.start, at
        try:
            return self.resolve(link.readlink())
        finally:
            self.start = saved


def topmost(inode: Inode | None) -> Inode | None:
    """What stands on top where file systems are mounted."""
    while isinstance(inode, DirBase) and inode.mounted is not None:
        inode = inode.mounted
    return inode


def path_of(at: DirBase, root: DirBase | None = None) -> str:
    """d_path: the absolute path of a directory, as seen from `root`; UNREACHABLE and all of it if it does not lie
    there. ENAMETOOLONG beyond PATH_MAX.
    """
    names: list[bytes] = []
    length = 0
    while True:
        top = at is root
        while at.covers is not None and not top:
            at = at.covers
        if top or at.parent is at:
            path = "/" + b"/".join(reversed(names)).decode("utf-8", "surrogateescape")
            return path if top or root is None else UNREACHABLE + path
        names.append(at.name)
        length += len(at.name) + 1
        if length >= PATH_MAX:
            raise Errno(ENAMETOOLONG)
        at = at.parent


def place_of(at: DirBase) -> str:
    """path_of, or a word for a directory too deep down to have a path."""
    try:
        return path_of(at)
    except Errno:
        return TOO_DEEP


def join(parent: DirBase, name: bytes) -> str:
    """The absolute path of a name in a directory."""
    base = place_of(parent)
    return base.rstrip("/") + "/" + name.decode("utf-8", "surrogateescape")
