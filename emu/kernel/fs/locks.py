"""Advisory locks: record locks of processes (fcntl(2)) and whole-file locks of open files (flock(2)).

A record lock covers bytes start … end (inclusive) and belongs to a process; closing any descriptor of the file gives
all of them up. A whole-file lock belongs to the open file description.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from emu.kernel.errno import EAGAIN, EDEADLK, ENOLCK, Errno
from emu.kernel.sched.wait import WaitQueue, wait_on

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.task import Process, Task

F_RDLCK, F_WRLCK, F_UNLCK = 0, 1, 2
LOCK_SH, LOCK_EX, LOCK_NB, LOCK_UN = 1, 2, 4, 8
END = (1 << 63) - 1
MOST = 4096  # record locks of one file


class Record(NamedTuple):
    """One locked range."""

    owner: Process
    kind: int
    start: int
    end: int

    def conflicts(self, owner: Any, kind: int, start: int, end: int) -> bool:
        """Whether another's lock of this kind can't stand beside it."""
        apart = self.end < start or end < self.start
        return self.owner is not owner and not apart and F_WRLCK in (self.kind, kind)


class Locks:
    """The locks of one inode."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.whole: dict[File, int] = {}  # open file -> LOCK_SH or LOCK_EX
        self.freed = WaitQueue()

    # -- fcntl --------------------------------------------------------------------------------------------------------
    def blocker(self, owner: Process, kind: int, start: int, end: int) -> Record | None:
        """A lock of another process that stands in the way."""
        return next((record for record in self.records if record.conflicts(owner, kind, start, end)), None)

    def set(self, task: Task, kind: int, start: int, end: int, wait: bool) -> None:
        """Take, change or give up a range. EAGAIN, or it blocks; EDEADLK; ENOLCK when there are too many."""
        owner = task.process
        blocker = None if kind == F_UNLCK else self.blocker(owner, kind, start, end)
        if blocker is not None:
            if not wait:
                raise Errno(EAGAIN)
            owner.waits_for_lock_of = blocker.owner
            if waits_in_a_circle(owner):
                owner.waits_for_lock_of = None
                raise Errno(EDEADLK)
            wait_on(task, self.freed)
        owner.waits_for_lock_of = None
        self.cut(owner, start, end)
        if kind != F_UNLCK:
            if len(self.records) >= MOST:
                raise Errno(ENOLCK)
            self.records.append(Record(owner, kind, start, end))
        self.freed.wake()

    def cut(self, owner: Process, start: int, end: int) -> None:
        """Take a range out of the owner's locks; what is left of them stays."""
        kept = []
        for record in self.records:
            if record.owner is not owner or record.end < start or end < record.start:
                kept.append(record)
                continue
            if record.start < start:
                kept.append(record._replace(end=start - 1))
            if record.end > end:
                kept.append(record._replace(start=end + 1))
        self.records = kept

    def drop_owner(self, owner: Process) -> None:
        """The process closed a descriptor of the file, or ended."""
        if any(record.owner is owner for record in self.records):
            self.records = [record for record in self.records if record.owner is not owner]
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


def waits_in_a_circle(owner: Process) -> bool:
    """Whether somebody who waits for `owner` is waited for by it."""
    at = owner.waits_for_lock_of
    for _ in range(64):
        if at is None or at is owner:
            return at is owner
        at = getattr(at, "waits_for_lock_of", None)
    return False


def of(inode: Any) -> Locks:
    """The inode's locks; made with the first one."""
    if inode.locks is None:
        inode.locks = Locks()
    return inode.locks
