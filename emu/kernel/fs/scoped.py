"""Path names with conditions: a walk that stays below a directory, or follows no link (openat2(2), RESOLVE_*)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import ELOOP, EXDEV, Errno
from emu.kernel.fs.directory import DirBase
from emu.kernel.fs.inode import Inode
from emu.kernel.fs.namei import Found, Walk

if TYPE_CHECKING:
    from emu.kernel.fs.permission import Cred
    from emu.kernel.fs.vfs import Vfs

RESOLVE_NO_XDEV, RESOLVE_NO_MAGICLINKS, RESOLVE_NO_SYMLINKS, RESOLVE_BENEATH, RESOLVE_IN_ROOT, RESOLVE_CACHED = (
    1 << bit for bit in range(6)
)
RESOLVE_FLAGS = 0x3F
SCOPED = RESOLVE_BENEATH | RESOLVE_IN_ROOT


class ScopedWalk(Walk):
    """A walk under conditions. What is found by names is always there at once: RESOLVE_CACHED asks for nothing."""

    def __init__(self, fs: Vfs, start: DirBase, cred: Cred, conditions: int) -> None:
        super().__init__(fs, start, cred)
        self.conditions, self.device = conditions, start.sb
        if conditions & SCOPED:
            self.root = start

    def resolve(self, path: bytes, follow: bool = True, parent: bool = False) -> Found:
        """EXDEV for a way that leads out, ELOOP for a link that must not be followed."""
        if path.startswith(b"/"):
            if self.conditions & RESOLVE_BENEATH:
                raise Errno(EXDEV)
            self.check_device(self.root)
        return super().resolve(path, follow, parent)

    def step(self, at: DirBase, name: bytes, follow: bool) -> Found:
        found = super().step(at, name, follow)
        if found.inode is not None:
            self.check_device(found.inode)
        return found

    def parent(self, at: DirBase) -> DirBase:
        if at is self.root and self.conditions & RESOLVE_BENEATH:
            raise Errno(EXDEV)
        return super().parent(at)

    def follow(self, at: DirBase, link: Inode) -> Found:
        magic = getattr(link, "jump", None) is not None
        if self.conditions & RESOLVE_NO_SYMLINKS or (magic and self.conditions & RESOLVE_NO_MAGICLINKS):
            raise Errno(ELOOP)
        if magic and self.conditions & SCOPED:
            raise Errno(EXDEV)
        return super().follow(at, link)

    def check_device(self, inode: Inode) -> None:
        """RESOLVE_NO_XDEV: the walk stays in one file system."""
        if self.conditions & RESOLVE_NO_XDEV and inode.sb is not self.device:
            raise Errno(EXDEV)
