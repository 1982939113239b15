"""What System V's three kinds have in common: a number, a key, an owner and a mode (Linux: ipc/util.c; sysvipc(7))."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from emu.kernel.errno import EACCES, EEXIST, EINVAL, ENOENT, ENOSPC, EPERM, Errno
from emu.kernel.fs.permission import cred_of

if TYPE_CHECKING:
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task

IPC_CREAT, IPC_EXCL, IPC_NOWAIT, IPC_PRIVATE = 0o1000, 0o2000, 0o4000, 0
IPC_RMID, IPC_SET, IPC_STAT, IPC_INFO = range(4)
IPC_64 = 0x100
MAY_READ, MAY_WRITE = 0o444, 0o222


class Perm:
    """struct kern_ipc_perm. `removed`: who still waits for the object is to give up."""

    def __init__(self, task: Task, key: int, mode: int) -> None:
        self.id, self.key, self.mode, self.removed = -1, key, mode & 0o777, False
        self.uid, self.gid = self.cuid, self.cgid = task.euid, task.egid

    def allow(self, task: Task, mode: int) -> None:
        """ipcperms: MODE names rights for all three classes. EACCES."""
        cred = cred_of(task)
        if task.euid in (self.uid, self.cuid):
            granted = self.mode >> 6
        elif cred.in_group(self.gid) or cred.in_group(self.cgid):
            granted = self.mode >> 3
        else:
            granted = self.mode
        if task.euid and (mode >> 6 | mode >> 3 | mode) & ~granted & 7:
            raise Errno(EACCES)

    def must_own(self, task: Task) -> None:
        """EPERM."""
        if task.euid not in (0, self.uid, self.cuid):
            raise Errno(EPERM)

    def pack(self, kernel: Kernel, more: int = 0) -> bytes:
        """struct ipc64_perm; MORE bits of its mode."""
        fields = (self.key, self.uid, self.gid, self.cuid, self.cgid, self.mode | more)
        return struct.pack("<iIIIII", *fields).ljust(48 if kernel.xlen == 64 else 36, b"\0")

    def change(self, kernel: Kernel, data: bytes) -> None:
        """IPC_SET: owner and mode as in a struct ipc64_perm."""
        self.uid, self.gid, mode = struct.unpack_from("<4xII8xI", data)
        self.mode = mode & 0o777


class Ids:
    """The objects of one kind, by number; at most MOST."""

    def __init__(self, most: int) -> None:
        self.objects: dict[int, Any] = {}
        self.most, self.last = most, -1

    def get(self, task: Task, key: int, flags: int, check: Callable[[Any], None], make: Callable[[], Any]) -> int:
        """msgget and its kin: the number of the object with this key, which `check` looks at, or of a new one. ENOENT
        EEXIST EACCES ENOSPC.
        """
        found = next((o for o in self.objects.values() if key != IPC_PRIVATE and o.perm.key == key), None)
        if found is not None:
            if flags & IPC_CREAT and flags & IPC_EXCL:
                raise Errno(EEXIST)
            check(found)
            found.perm.allow(task, flags & 0o777)
            return found.perm.id
        if key != IPC_PRIVATE and not flags & IPC_CREAT:
            raise Errno(ENOENT)
        if len(self.objects) >= self.most:
            raise Errno(ENOSPC)
        made = make()
        self.last += 1
        made.perm.id = self.last
        self.objects[self.last] = made
        return self.last

    def find(self, number: int) -> Any:
        """EINVAL."""
        found = self.objects.get(number)
        if found is None:
            raise Errno(EINVAL)
        return found

    def remove(self, found: Any) -> None:
        """IPC_RMID."""
        del self.objects[found.perm.id]
        found.perm.removed = True


def pack_times(kernel: Kernel, *times: int) -> bytes:
    """longs; on RV32 each in two halves."""
    return struct.pack(f"<{len(times)}q", *times)
