"""System V shared memory: segments by key and id (Linux: ipc/shm.c; shmget(2), shmop(2), shmctl(2))."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emu.kernel.errno import EINVAL, ENOMEM, EPERM, Errno
from emu.kernel.ipc.util import IPC_PRIVATE, Ids, Perm
from emu.kernel.mm.page import PG_UNEVICTABLE, page_align

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

SHM_DEST, SHM_LOCKED, SHM_NORESERVE = 0o1000, 0o2000, 0o10000
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

    locked_by: int | None = None  # the user for whom it counts as locked memory

    @property
    def nattch(self) -> int:
        """How often it is attached."""
        return len(self.file.inode.mapping.areas)


class Shm(Ids):
    """All segments."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(SHMMNI)
        self.kernel = kernel

    def shmget(self, task: Task, key: int, size: int, flags: int) -> int:
        """The id. EINVAL ENOENT EEXIST EACCES ENOSPC ENOMEM."""

        def check(found: Segment) -> None:
            if size > found.size:
                raise Errno(EINVAL)

        return self.get(task, key, flags, check, lambda: self.create(task, key, size, flags))

    def create(self, task: Task, key: int, size: int, flags: int) -> Segment:
        """newseg. EINVAL ENOMEM."""
        limit = self.kernel.pages.total_pages + self.kernel.swap_pages
        if size < SHMMIN or size >> 12 > limit:
            raise Errno(EINVAL)
        file = self.kernel.shmem_file(
            page_align(size), f"/SYSV{key & 0xFFFFFFFF:08x} (deleted)", reserve=not flags & SHM_NORESERVE
        )
        now = self.kernel.realtime_seconds()
        return Segment(Perm(task, key, flags), size, file, task.tgid, ctime=now)

    def remove(self, segment: Segment) -> None:
        """IPC_RMID: nobody can find it any more; it goes with its last mapping."""
        segment.removed = True
        segment.perm.key = IPC_PRIVATE
        self.sweep()

    def lock(self, task: Task, segment: Segment) -> None:
        """SHM_LOCK: its pages stay in memory. EPERM where nothing may be locked, ENOMEM beyond RLIMIT_MEMLOCK."""
        limit = task.mm.memlock_limit
        if not limit:
            raise Errno(EPERM)
        locked = sum(page_align(s.size) for s in self.objects.values() if s.locked_by == task.euid)
        if segment.locked_by is None and locked + page_align(segment.size) > limit:
            raise Errno(ENOMEM)
        segment.locked_by = task.euid if segment.locked_by is None else segment.locked_by
        segment.file.inode.mapping.unevictable = True

    def unlock(self, segment: Segment) -> None:
        """SHM_UNLOCK: reclaim may have them again."""
        mapping, lru = segment.file.inode.mapping, self.kernel.pages.lru
        segment.locked_by, mapping.unevictable = None, False
        for pfn in mapping.pages.values():
            if self.kernel.pages.mem_map.flags[pfn] & PG_UNEVICTABLE and lru.holds(pfn):
                lru.move(pfn, clear_flags=PG_UNEVICTABLE)

    def sweep(self) -> None:
        """Drop what is removed and mapped nowhere."""
        for segment in [s for s in self.objects.values() if s.removed and not s.nattch]:
            del self.objects[segment.perm.id]
            segment.file.put()
