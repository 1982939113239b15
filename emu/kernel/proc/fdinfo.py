"""/proc/PID/fdinfo/N: where an open file stands, and how it was opened (proc_pid_fdinfo(5); Linux: fs/proc/fd.c)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from emu.kernel.fs.file import O_CLOEXEC
from emu.kernel.fs.procfs import ProcDir, ProcFile
from emu.kernel.proc.mounts import FIRST_ID
from emu.kernel.syscall.descriptor import status_flags

if TYPE_CHECKING:
    from emu.kernel.fs.file import File
    from emu.kernel.fs.inode import Inode
    from emu.kernel.kernel import Kernel
    from emu.kernel.task import Task


def name_to_int(name: str) -> int:
    """The descriptor that a name in fd or fdinfo means; -1: none, as for 03."""
    return int(name) if name.isascii() and name.isdigit() and name == str(int(name[:8])) else -1


def find_fdinfo(kernel: Kernel, of: Task, here: ProcDir, name: str) -> Inode | None:
    """fdinfo/N of a descriptor that is open."""
    fd = name_to_int(name)
    if fd not in of.files.open:
        return None
    file = ProcFile(here.sb, partial(fdinfo, kernel, of, fd))
    file.of = of
    return file


def fdinfo(kernel: Kernel, of: Task, fd: int) -> bytes:
    """The four rows that every kind of file has; empty once it is closed."""
    file = of.files.open.get(fd)
    if file is None:
        return b""
    flags = status_flags(kernel, file) | (O_CLOEXEC if fd in of.files.cloexec else 0)
    rows = (("pos", file.pos), ("flags", f"0{flags:o}"), ("mnt_id", mount_id(kernel, file)), ("ino", file.inode.ino))
    return "".join(f"{name}:\t{value}\n" for name, value in rows).encode()


def mount_id(kernel: Kernel, file: File) -> int:
    """As in mountinfo; what is not mounted anywhere, pipes and sockets, has the kernel's own number."""
    mounts = [root.sb for _, root in kernel.fs.mounts]
    return FIRST_ID + mounts.index(file.inode.sb) if file.inode.sb in mounts else FIRST_ID - 1
