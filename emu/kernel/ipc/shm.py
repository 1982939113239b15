"""System V shared memory: segments by key and id (Linux: ipc/shm.c; shmget(2), shmop(2), shmctl(2))."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emu.kernel.errno import EEXIST, EINVAL, ENOENT, ENOSPC, Errno
from emu.kernel.ipc.util import IPC_CREAT, IPC_EXCL, IPC_PRIVATE, Perm
from emu.kernel.mm.page import page_align

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

SHM_DEST, SHM_NORESERVE = 0o1000, 0o10000
SHMMIN, SHMMNI = 1, 4096


@dataclass(slots=True, eq=False)
class Segment:
    """One segment: its memory is a nameless file. `nattch` counts the mappings of it."""

    perm: Perm
    size: int
    file: File
    creator: int
    last: int = 0
    atime: int = 0
    dtime: int = 0
    ctime: int = 0
    removed: bool = False

    @property
    def id(self) -> int:
        return self.perm.id

    @property
    def nattch(self) -> int:
        return len(self.file.inode.mapping.areas)


class Shm:
    """All segments."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.segments: dict[int, Segment] = {}
        self._last = -1

    def get(self, task: Task, key: int, size: int, flags: int) -> int:
        """shmget: the id. EINVAL ENOENT EEXIST EACCES ENOSPC."""
        found = next((s for s in self.segments.values() if key != IPC_PRIVATE and s.perm.key == key), None)
        if found is not None:
            if flags & IPC_CREAT and flags & IPC_EXCL:
                raise Errno(EEXIST)
            if size > found.size:
                raise Errno(EINVAL)
            found.perm.allow(task, flags & 0o777)
            return found.id
        if key != IPC_PRIVATE and not flags & IPC_CREAT:
            raise Errno(ENOENT)
        limit = self.kernel.pages.total_pages + self.kernel.swap_pages
        if size < SHMMIN or size >> 12 > limit:
            raise Errno(EINVAL)
        if len(self.segments) >= SHMMNI:
            raise Errno(ENOSPC)
        self._last += 1
        file = self.kernel.shmem_file(
            page_align(size), f"/SYSV{key & 0xFFFFFFFF:08x} (deleted)", reserve=not flags & SHM_NORESERVE
        )
        now = self.kernel.realtime_ns() // 1_000_000_000
        perm = Perm(task, key, flags)
        perm.id = self._last
        self.segments[self._last] = Segment(perm, size, file, task.tgid, ctime=now)
        return self._last

    def find(self, number: int) -> Segment:
        """EINVAL."""
        segment = self.segments.get(number)
        if segment is None:
            raise Errno(EINVAL)
        return segment

    def remove(self, segment: Segment) -> None:
        """IPC_RMID: nobody can find it any more; it goes with its last mapping."""
        segment.removed = True
        segment.perm.key = IPC_PRIVATE
        self.sweep()

    def sweep(self) -> None:
        """Drop what is removed and mapped nowhere."""
        for segment in [s for s in self.segments.values() if s.removed and not s.nattch]:
            del self.segments[segment.id]
            segment.file.put()
