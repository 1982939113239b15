"""Where clone(2) leaves numbers in memory. All of it is done before there is a task, for it may have to wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from emu.kernel.errno import Errno
from emu.kernel.mm.uaccess import put_user

if TYPE_CHECKING:
    from emu.kernel.mm.mm import Mm


class Places(NamedTuple):
    """Where the maker wants the new task's pid, the child its own, and the maker CLONE_PIDFD's descriptor."""

    parent_tid: int
    child_tid: int
    pidfd: int


def write_tid(mm: Mm, addr: int, tid: int) -> None:
    """put_user(tid); a bad address is no error, as in Linux. May raise Blocked or OutOfMemory."""
    try:
        put_user(mm, addr, tid, 4)
    except Errno:
        return
