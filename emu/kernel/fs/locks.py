"""Advisory locks: record locks of processes (fcntl(2)) and whole-file locks of open files (flock(2)).

A record lock covers bytes start … end (inclusive) and belongs to a process, which gives up all of them when it closes
any descriptor of the file, or (F_OFD_SETLK) to an open file description, as a whole-file lock does.
"""

from __future__ import annotations

from bisect import insort
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from emu.kernel.errno import EAGAIN, EDEADLK, ENOLCK, Errno
from emu.kernel.sched.wait import WaitQueue, wait_on

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Process, Task

F_RDLCK, F_WRLCK, F_UNLCK = 0, 1, 2
LOCK_SH, LOCK_EX, LOCK_NB, LOCK_UN = 1, 2, 4, 8
END = (1 << 63) - 1
MOST = 4096  # record locks of one file


class Record(NamedTuple):
    """One locked range."""

    owner: Process | File
    kind: int
    start: int
    end: int

    def conflicts(self, owner: Any, kind: int, start: int, end: int) -> bool:
        """Whether another's lock of this kind can't stand beside it."""
        apart = self.end < start or end < self.start
        return self.owner is not owner and not apart and F_WRLCK in (self.kind, kind)


class LockWait(NamedTuple):
    """The restart state of a thread that waits for another's record lock; it is gone when the wait ends."""

    owner: Process | File


class Locks:
    """The locks of one inode."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.records: list[Record] = []
        self.whole: dict[File, int] = {}  # open file -> LOCK_SH or LOCK_EX
        self.freed = WaitQueue()

    # -- fcntl --------------------------------------------------------------------------------------------------------
    def blocker(self, owner: Process | File, kind: int, start: int, end: int) -> Record | None:
        """A lock of another owner that stands in the way."""
        return next((record for record in self.records if record.conflicts(owner, kind, start, end)), None)

    def set(self, task: Task, wanted: Record, wait: bool) -> None:
        """Take, change or give up a range. EAGAIN, or it blocks; EDEADLK; ENOLCK when there are too many."""
        owner, kind, start, end = wanted
        blocker = None if kind == F_UNLCK else self.blocker(owner, kind, start, end)
        if blocker is not None:
            if not wait:
                raise Errno(EAGAIN)
            if owner is task.process:
                check_circle(owner, blocker.owner)
                task.restart = LockWait(blocker.owner)
            wait_on(task, self.freed)
        records = self.without(owner, start, end)
        if kind != F_UNLCK:
            records = joined(records, wanted)
        more = len(records) - len(self.records)
        if len(records) > MOST or (more > 0 and self.kernel.nr_locks + more > self.kernel.pages.total_pages):
            raise Errno(ENOLCK)
        self.hold(records)
        self.freed.wake()

    def hold(self, records: list[Record]) -> None:
        self.kernel.nr_locks += len(records) - len(self.records)
        self.records = records

    def without(self, owner: Process | File, start: int, end: int) -> list[Record]:
        """The locks when a range is taken out of the owner's; what is left of them stays."""
        kept = []
        for record in self.records:
            if record.owner is not owner or record.end < start or end < record.start:
                kept.append(record)
                continue
            if record.start < start:
                kept.append(record._replace(end=start - 1))
            if record.end > end:
                kept.append(record._replace(start=end + 1))
        return kept

    def drop_owner(self, owner: Process | File) -> None:
        """The process closed a descriptor of the file or ended; the open file description is gone."""
        if any(record.owner is owner for record in self.records):
            self.hold([record for record in self.records if record.owner is not owner])
            self.freed.wake()

    # -- flock --------------------------------------------------------------------------------------------------------
    def flock(self, task: Task, file: File, kind: int, wait: bool) -> None:
        """EAGAIN, or it blocks. Changing the kind gives the old lock up first."""
        if kind == LOCK_UN:
            self.drop_file(file)
            return
        others = [held for other, held in self.whole.items() if other is not file]
        if LOCK_EX in others or (kind == LOCK_EX and others):
            self.drop_file(file)
            if not wait:
                raise Errno(EAGAIN)
            wait_on(task, self.freed)
        self.whole[file] = kind
        self.freed.wake()

    def drop_file(self, file: File) -> None:
        """The open file description is gone, or unlocks."""
        if self.whole.pop(file, None) is not None:
            self.freed.wake()


def joined(records: list[Record], new: Record) -> list[Record]:
    """The records with one more, which takes in those of its owner and kind that touch it."""
    apart, start, end = [], new.start, new.end
    for record in records:
        if record[:2] == new[:2] and record.start <= new.end + 1 and new.start <= record.end + 1:
            start, end = min(start, record.start), max(end, record.end)
        else:
            apart.append(record)
    insort(apart, new._replace(start=start, end=end), key=attrgetter("start"))
    return apart


def check_circle(owner: Process, awaited: Process | File) -> None:
    """A process is about to wait for another's lock: EDEADLK if that one waits for it. Open files wait for nobody."""
    seen, new = set(), {awaited}
    while new:
        if owner in new:
            raise Errno(EDEADLK)
        seen |= new
        waits = [thread.restart for at in new for thread in getattr(at, "threads", ())]
        new = {wait.owner for wait in waits if isinstance(wait, LockWait)} - seen


def of(inode: Any) -> Locks:
    """The inode's locks; made with the first one."""
    if inode.locks is None:
        inode.locks = Locks(inode.sb.kernel)
    return inode.locks
