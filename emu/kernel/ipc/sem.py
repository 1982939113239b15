"""System V semaphores: sets of numbers on which several operations are done at once or not at all (Linux: ipc/sem.c;
semget(2), semop(2), semctl(2)).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from emu.kernel.errno import EAGAIN, ERANGE, Errno
from emu.kernel.ipc.util import IPC_NOWAIT, Ids, Perm, pack_times
from emu.kernel.sched.wait import WaitQueue

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Process, Task

SEMMNI, SEMMSL, SEMMNS, SEMOPM, SEMVMX = 32000, 32000, 256_000, 500, 32767
SEM_UNDO = 0x1000


class SemBuf(NamedTuple):
    """struct sembuf: one operation."""

    number: int
    op: int
    flags: int


class Waits:
    """The restart state of a semop: its set, the operation that it can't do, and when its time is over."""

    __slots__ = ("on", "sems", "until")

    def __init__(self, sems: SemSet, until: int | None) -> None:
        self.sems, self.until = sems, until
        self.on = SemBuf(0, 0, 0)


class SemSet:
    """`values` of the semaphores and the `pids` of who changed them last; `undo[process]` is what its end adds."""

    def __init__(self, kernel: Kernel, task: Task, key: int, count: int, mode: int) -> None:
        self.perm = Perm(task, key, mode)
        self.values, self.pids = [0] * count, [0] * count
        self.undo: dict[Process, dict[int, int]] = {}
        self.otime, self.ctime = 0, kernel.realtime_seconds()
        self.changed = WaitQueue()

    def blocking(self, operations: list[SemBuf]) -> SemBuf | None:
        """The first operation that can't be done now; None: all can. ERANGE."""
        values: dict[int, int] = {}
        for operation in operations:
            number, op, _ = operation
            value = values.get(number, self.values[number])
            if (not op and value) or value + op < 0:
                return operation
            if value + op > SEMVMX:
                raise Errno(ERANGE)
            values[number] = value + op
        return None

    def operate(self, task: Task, operations: list[SemBuf]) -> SemBuf | None:
        """Do all, or nothing: the operation to wait for. EAGAIN ERANGE."""
        stuck = self.blocking(operations)
        if stuck is not None:
            if stuck.flags & IPC_NOWAIT:
                raise Errno(EAGAIN)
            return stuck
        for number, op, flags in operations:
            self.values[number] += op
            self.pids[number] = task.tgid
            if flags & SEM_UNDO and op:
                undo = self.undo.setdefault(task.process, {})
                undo[number] = undo.get(number, 0) - op
        self.otime = task.kernel.realtime_seconds()
        if any(op for _, op, _ in operations):
            self.changed.wake()
        return None

    def set(self, task: Task, values: dict[int, int]) -> None:
        """SETVAL, SETALL: what was to be undone there no longer is. ERANGE."""
        if any(not 0 <= value <= SEMVMX for value in values.values()):
            raise Errno(ERANGE)
        for number, value in values.items():
            self.values[number], self.pids[number] = value, task.tgid
            for undo in self.undo.values():
                undo.pop(number, None)
        self.ctime = task.kernel.realtime_seconds()
        self.changed.wake()

    def waiters(self, number: int, for_zero: bool) -> int:
        """GETNCNT, GETZCNT: tasks that wait for this semaphore to grow, or to be 0."""
        states = [task.restart for task in self.changed.tasks if isinstance(task.restart, Waits)]
        return sum(1 for state in states if state.on.number == number and (state.on.op == 0) == for_zero)

    def end_of(self, process: Process) -> None:
        """exit_sem: a process ends; as far as its changes can be undone they are."""
        for number, change in self.undo.pop(process, {}).items():
            self.values[number] = min(max(self.values[number] + change, 0), SEMVMX)
            self.pids[number] = process.leader.pid
            self.changed.wake()

    def pack(self, kernel: Kernel) -> bytes:
        """struct semid64_ds."""
        word = "Q" if kernel.xlen == 64 else "I"
        times = pack_times(kernel, self.otime, self.ctime)
        return self.perm.pack(kernel) + times + struct.pack(f"<3{word}", len(self.values), 0, 0)


class SemIds(Ids):
    """All sets."""

    def exit(self, process: Process) -> None:
        """What the process wanted undone at its end."""
        for sems in self.objects.values():
            if process in sems.undo:
                sems.end_of(process)

    @property
    def total(self) -> int:
        """Semaphores in all sets."""
        return sum(len(sems.values) for sems in self.objects.values())
