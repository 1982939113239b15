"""RLIMIT_FSIZE: how large a file may become (getrlimit(2); Linux: inode_newsize_ok, generic_write_check_limits)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.kernel.errno import EFBIG, Errno
from emu.kernel.rlimit import RLIMIT_FSIZE
from emu.kernel.siginfo import SI_USER, SIGXFSZ, SigInfo
from emu.kernel.sigsend import send

if TYPE_CHECKING:
    from emu.kernel.task import Task


def limit_of(task: Task) -> int:
    """RLIMIT_FSIZE, soft, in bytes."""
    return task.process.rlimits[RLIMIT_FSIZE][0]


def check_size(task: Task, size: int) -> None:
    """A file is to become that large. EFBIG, and SIGXFSZ for who asked."""
    if size > limit_of(task):
        info = SigInfo(SIGXFSZ, SI_USER, pid=task.tgid, uid=task.uid)
        send(task.kernel, task, info, True)
        raise Errno(EFBIG)
